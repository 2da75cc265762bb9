//! Turns stored sessions into requests of OTLP again: for an export, and for whoever they are sent
//! on to.

use std::collections::HashMap;
use std::sync::Arc;

use opentelemetry_proto::tonic::logs::v1::{LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, TracesData};

use crate::store::{Origin, Recorded, StoredSession};

impl StoredSession {
    /// The session as lines of OTLP's JSON form: its spans, then its log records, as far as there
    /// are any. It is the form of the OpenTelemetry Collector's file exporter.
    ///
    /// # Errors
    ///
    /// None that is known of: every record was read from OTLP.
    pub fn otlp_lines(&self) -> Result<Vec<String>, serde_json::Error> {
        let mut lines = Vec::with_capacity(2);
        if !self.spans.is_empty() {
            lines.push(serde_json::to_string(&self.traces())?);
        }
        if !self.logs.is_empty() {
            lines.push(serde_json::to_string(&self.logs())?);
        }
        Ok(lines)
    }

    fn traces(&self) -> TracesData {
        let groups = by_origin(&self.spans).into_iter();
        TracesData {
            resource_spans: groups
                .map(|(origin, spans)| ResourceSpans {
                    resource: Some(origin.resource.clone()),
                    scope_spans: vec![ScopeSpans {
                        scope: Some(origin.scope.clone()),
                        spans: spans.into_iter().cloned().collect(),
                        ..ScopeSpans::default()
                    }],
                    ..ResourceSpans::default()
                })
                .collect(),
        }
    }

    fn logs(&self) -> LogsData {
        let groups = by_origin(&self.logs).into_iter();
        LogsData {
            resource_logs: groups
                .map(|(origin, logs)| ResourceLogs {
                    resource: Some(origin.resource.clone()),
                    scope_logs: vec![ScopeLogs {
                        scope: Some(origin.scope.clone()),
                        log_records: logs.into_iter().cloned().collect(),
                        ..ScopeLogs::default()
                    }],
                    ..ResourceLogs::default()
                })
                .collect(),
        }
    }
}

/// Records by who emitted them, in the order of the first of each. Origins that are shared are the
/// same pointer, so most are found without being compared.
fn by_origin<T>(records: &[Recorded<T>]) -> Vec<(&Origin, Vec<&T>)> {
    let mut groups: Vec<(&Origin, Vec<&T>)> = Vec::new();
    let mut places: HashMap<*const Origin, usize> = HashMap::new();
    for recorded in records {
        let place = places
            .entry(Arc::as_ptr(&recorded.origin))
            .or_insert_with(|| {
                let known = groups
                    .iter()
                    .position(|(origin, _)| **origin == *recorded.origin);
                known.unwrap_or_else(|| {
                    groups.push((&recorded.origin, Vec::new()));
                    groups.len() - 1
                })
            });
        groups[*place].1.push(&recorded.record);
    }
    groups
}
