//! What metrics tell of a call. Their labels are of few values: names of code and of models, types of
//! errors, never what a call was given.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use opentelemetry::KeyValue;

use crate::agent::agent_state::AgentState;
use crate::ledger::Ledger;
use crate::metrics::meters::Meters;
use crate::names;
use crate::outcome::Ending;
use crate::output::Output;
use crate::privacy::redacted::{Put, Redacted, attribute};
use crate::recording::Recording;
use crate::session::own_session::OwnSession;

/// The labels of the first call of a function: most others are by the same agent or of the same
/// model, and to make labels costs more than to compare names.
pub(crate) struct Labels {
    of: Names,
    labels: Vec<KeyValue>,
}

/// Of a tool and its agent; or the operation, the provider, and the models that were asked and that
/// answered.
type Names = [Option<Redacted>; 4];

fn tool_labels(tool: &Redacted, agent: Option<&Redacted>) -> Vec<KeyValue> {
    let mut labels = Vec::with_capacity(4);
    labels.extend([
        attribute(names::TOOL_NAME, tool.clone()),
        attribute(names::TOOL_TYPE, "function"),
    ]);
    labels.extend(agent.map(|agent| attribute(names::AGENT_NAME, agent.clone())));
    labels
}

/// `labels` are as they were afterwards.
fn measure_budget(meters: &Meters, ledger: &Ledger, labels: &mut Vec<KeyValue>) {
    for (kind, left) in ledger.parts_left() {
        labels.put(names::BUDGET_KIND, kind.as_str());
        meters.budget_left.record(left, labels);
        labels.pop();
    }
}

impl Recording {
    pub(crate) fn measure_tool(&self, ending: &Ending, time: Duration) {
        let duration = &self.frame.session.meters.tool_duration;
        let seconds = time.as_secs_f64();
        let agent = self.frame.agent.as_ref().map(|agent| &agent.name);
        let known = self.site.labels.get_or_init(|| Labels {
            of: [Some(self.name.clone()), agent.cloned(), None, None],
            labels: tool_labels(&self.name, agent),
        });
        let [tool, by, ..] = &known.of;
        if ending.error_type.is_none() && tool.as_ref() == Some(&self.name) && by.as_ref() == agent
        {
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
        measure_budget(meters, &agent.ledger, &mut labels);
        labels.extend(ending.error_attribute());
        meters
            .agent_duration
            .record(self.duration().as_secs_f64(), &labels);
    }

    /// The first chunk of a streamed answer has come, so many seconds after it was asked for.
    pub(crate) fn measure_first_chunk(&self, seconds: f64) {
        let labels = model_labels(self.models(None));
        let meters = &self.frame.session.meters;
        meters.first_chunk.record(seconds, parts(&labels).2);
    }

    pub(crate) fn measure_inference(
        &self,
        ending: &Ending,
        time: Duration,
        output: Option<&Output>,
    ) {
        let meters = &self.frame.session.meters;
        let models = self.models(output);
        let known = match models {
            // One that is not answered is not as most are.
            [.., None] => self.site.labels.get(),
            _ => Some(self.site.labels.get_or_init(|| Labels {
                of: models.map(Option::<&Redacted>::cloned),
                labels: model_labels(models),
            })),
        };
        let known = known.filter(|known| {
            let mut of = known.of.iter().zip(models);
            of.all(|(known, model)| known.as_ref() == model)
        });
        let labels = match known {
            Some(known) => Cow::Borrowed(&*known.labels),
            None => Cow::Owned(model_labels(models)),
        };
        let (of_input, of_output, of_call) = parts(&labels);
        if let Some(pace) = output.and_then(|output| output.pace.as_ref()) {
            for gap in pace.gaps() {
                meters.chunk.record(gap.as_secs_f64(), of_call);
            }
        }
        if let Some(usage) = output.and_then(|output| output.usage) {
            meters.token_usage.record(usage.input_tokens, of_input);
            meters.token_usage.record(usage.output_tokens, of_output);
        }
        let seconds = time.as_secs_f64();
        match ending.error_attribute() {
            None => meters.inference_duration.record(seconds, of_call),
            Some(error) => meters
                .inference_duration
                .record(seconds, &[of_call, &[error]].concat()),
        }
    }

    fn models<'a>(&'a self, output: Option<&'a Output>) -> [Option<&'a Redacted>; 4] {
        let asked = self.asked.as_ref();
        let answer = output.and_then(|output| output.answer.as_ref());
        [
            asked.map(|asked| &asked.operation),
            asked.and_then(|asked| asked.provider.as_ref()),
            self.model.as_ref(),
            answer.and_then(|answer| answer.model.as_ref()),
        ]
    }
}

/// Between the types of tokens, so that each measure has its labels in a row.
fn model_labels(models: [Option<&Redacted>; 4]) -> Vec<KeyValue> {
    const KEYS: [&str; 4] = [
        names::OPERATION_NAME,
        names::PROVIDER_NAME,
        names::REQUEST_MODEL,
        names::RESPONSE_MODEL,
    ];
    let mut labels = Vec::with_capacity(6);
    labels.put(names::TOKEN_TYPE, "input");
    let models = KEYS.into_iter().zip(models);
    labels.extend(models.filter_map(|(key, model)| Some(attribute(key, model?.clone()))));
    labels.put(names::TOKEN_TYPE, "output");
    labels
}

/// Of these labels: those of the tokens of the prompt, of the completion, and of the call.
fn parts(labels: &[KeyValue]) -> (&[KeyValue], &[KeyValue], &[KeyValue]) {
    match labels {
        [_, of_call @ .., _] => (&labels[..labels.len() - 1], &labels[1..], of_call),
        _ => (labels, labels, labels),
    }
}

impl OwnSession {
    pub(crate) fn measure(&self, ending: &Ending, now: SystemTime) {
        let mut labels = vec![attribute(names::WORKFLOW_NAME, self.name.clone())];
        measure_budget(&self.state.meters, &self.state.ledger, &mut labels);
        labels.extend(ending.error_attribute());
        let time = now.duration_since(self.started).unwrap_or_default();
        let meters = &self.state.meters;
        meters.workflow_duration.record(time.as_secs_f64(), &labels);
    }
}
