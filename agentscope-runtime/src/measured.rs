//! What metrics tell of a call. Their labels are of few values: names of code and of models, types of
//! errors, never what a call was given.

use std::time::SystemTime;

use opentelemetry::KeyValue;

use crate::agent_state::AgentState;
use crate::names;
use crate::outcome::Ending;
use crate::output::Output;
use crate::recording::{OwnSession, Recording};
use crate::redacted::{Redacted, attribute};
use crate::text;

/// The labels of the first call of a tool: most others are by the same agent, and to make labels
/// costs more than to compare names.
pub(crate) struct Labels {
    tool: Redacted,
    agent: Option<Redacted>,
    labels: Vec<KeyValue>,
}

fn tool_labels(tool: &Redacted, agent: Option<&Redacted>) -> Vec<KeyValue> {
    let mut labels = Vec::with_capacity(4);
    labels.extend([
        attribute(names::TOOL_NAME, tool.clone()),
        attribute(names::TOOL_TYPE, "function"),
    ]);
    labels.extend(agent.map(|agent| attribute(names::AGENT_NAME, agent.clone())));
    labels
}

impl Recording {
    pub(crate) fn measure_tool(&self, ending: &Ending) {
        let duration = &self.frame.session.meters.tool_duration;
        let seconds = self.duration().as_secs_f64();
        let agent = self.frame.agent.as_ref().map(|agent| &agent.name);
        let known = self.site.labels.get_or_init(|| Labels {
            tool: self.name.clone(),
            agent: agent.cloned(),
            labels: tool_labels(&self.name, agent),
        });
        if ending.error_type.is_none() && known.tool == self.name && known.agent.as_ref() == agent {
            return duration.record(seconds, &known.labels);
        }
        let mut labels = tool_labels(&self.name, agent);
        labels.extend(ending.error_attribute());
        duration.record(seconds, &labels);
    }

    pub(crate) fn measure_agent(&self, agent: &AgentState, ending: &Ending) {
        let meters = &self.frame.session.meters;
        let mut labels = vec![attribute(names::AGENT_NAME, agent.name.clone())];
        let (tools, inferences) = agent.totals.calls();
        meters.agent_tools.record(tools.into(), &labels);
        meters.agent_inferences.record(inferences.into(), &labels);
        labels.extend(ending.error_attribute());
        meters
            .agent_duration
            .record(self.duration().as_secs_f64(), &labels);
    }

    /// The first chunk of a streamed answer has come, so many seconds after it was asked for.
    pub(crate) fn measure_first_chunk(&self, seconds: f64) {
        let meters = &self.frame.session.meters;
        meters.first_chunk.record(seconds, &self.model_labels(None));
    }

    pub(crate) fn measure_inference(&self, ending: &Ending, output: Option<&Output>) {
        let meters = &self.frame.session.meters;
        let mut labels = self.model_labels(output);
        if let Some(pace) = output.and_then(|output| output.pace.as_ref()) {
            for gap in pace.gaps() {
                meters.chunk.record(gap.as_secs_f64(), &labels);
            }
        }
        if let Some(usage) = output.and_then(|output| output.usage) {
            let kinds = [
                ("input", usage.input_tokens),
                ("output", usage.output_tokens),
            ];
            for (kind, tokens) in kinds {
                labels.push(attribute(names::TOKEN_TYPE, kind));
                meters.token_usage.record(tokens, &labels);
                labels.pop();
            }
        }
        labels.extend(ending.error_attribute());
        meters
            .inference_duration
            .record(self.duration().as_secs_f64(), &labels);
    }

    fn model_labels(&self, output: Option<&Output>) -> Vec<KeyValue> {
        let mut labels = Vec::with_capacity(6);
        if let Some(asked) = &self.asked {
            labels.push(attribute(names::OPERATION_NAME, asked.operation.clone()));
            let provider = asked.provider.clone();
            labels.extend(provider.map(|provider| attribute(names::PROVIDER_NAME, provider)));
        }
        let model = self.model.clone();
        labels.extend(model.map(|model| attribute(names::REQUEST_MODEL, model)));
        let answer = output.and_then(|output| output.answer.as_ref());
        let answered = answer.and_then(|answer| answer.model.clone());
        labels.extend(
            answered.map(|model| attribute(names::RESPONSE_MODEL, text::label(model.into()))),
        );
        labels
    }
}

impl OwnSession {
    pub(crate) fn measure(&self, ending: &Ending, now: SystemTime) {
        let mut labels = vec![attribute(names::WORKFLOW_NAME, self.name.clone())];
        labels.extend(ending.error_attribute());
        let time = now.duration_since(self.started).unwrap_or_default();
        let meters = &self.state.meters;
        meters.workflow_duration.record(time.as_secs_f64(), &labels);
    }
}
