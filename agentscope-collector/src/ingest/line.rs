//! A line of a file of OTLP as JSON, or of recorded trajectories.

use agentscope_analysis::Trajectory;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use serde::Deserialize;
use serde_json::Value;

use super::answer::{Answer, Sender};
use super::tree::Tree;
use super::work::Ingest;
use crate::to_otlp;

/// Why a line could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// It is no JSON object.
    #[error("no JSON object: {0}")]
    Json(serde_json::Error),
    /// It is none of what is known.
    #[error(
        "neither OTLP (an object with resourceSpans, resourceLogs or resourceMetrics) nor a trajectory (one with session_id and steps)"
    )]
    Unknown,
    /// It begins as a message of OTLP, and is none.
    #[error("no message of OTLP")]
    Otlp,
    /// It begins as a trajectory, and is none.
    #[error("no trajectory: {0}")]
    Trajectory(serde_json::Error),
}

impl Ingest {
    /// Takes in a line of OTLP as JSON, as the Collector's file exporter writes them, or a trajectory
    /// as [`Trajectory`] reads it. Spans are taken before log records.
    ///
    /// # Errors
    ///
    /// See [`LineError`]; nothing of the line was taken.
    pub fn line(&self, sender: &Sender, line: &str) -> Result<Vec<Answer>, LineError> {
        let message: Value = serde_json::from_str(line).map_err(LineError::Json)?;
        let has = |key: &str| message.get(key).is_some();
        if has("steps") && has("session_id") {
            let trajectory = Trajectory::deserialize(message).map_err(LineError::Trajectory)?;
            return Ok(self.trajectory(sender, &trajectory));
        }
        let [spans, logs, metrics] = ["resourceSpans", "resourceLogs", "resourceMetrics"].map(has);
        let message = Tree::deserialize(&message).map_err(LineError::Json)?;
        let mut answers = Vec::new();
        if spans {
            answers.push(self.traces(sender, request(&message)?));
        }
        if logs {
            answers.push(self.logs(sender, request(&message)?));
        }
        if metrics {
            answers.push(self.metrics(sender, request(&message)?));
        }
        match answers.is_empty() {
            true => Err(LineError::Unknown),
            false => Ok(answers),
        }
    }

    fn trajectory(&self, sender: &Sender, trajectory: &Trajectory) -> Vec<Answer> {
        let (spans, logs) = trajectory.telemetry();
        // Not agentscope's own scope: nobody has redacted these by class.
        let scope = InstrumentationScope {
            name: "agentscope.import".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..InstrumentationScope::default()
        };
        let mut answers = Vec::with_capacity(2);
        if !spans.is_empty() {
            let resource_spans = to_otlp::spans(&trajectory.source, &scope, &spans);
            answers.push(self.traces(sender, ExportTraceServiceRequest { resource_spans }));
        }
        if !logs.is_empty() {
            let resource_logs = to_otlp::logs(&trajectory.source, &scope, &logs);
            answers.push(self.logs(sender, ExportLogsServiceRequest { resource_logs }));
        }
        answers
    }
}

fn request<'a, T: Deserialize<'a>>(message: &'a Tree<'_>) -> Result<T, LineError> {
    T::deserialize(message).map_err(|_| LineError::Otlp)
}
