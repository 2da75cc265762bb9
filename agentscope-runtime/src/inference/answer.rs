//! What a model has answered, as far as telemetry needs it once the caller has the answer.

use opentelemetry::KeyValue;

use crate::hash::keyring::Hasher;
use crate::inference::usage::Usage;
use crate::json::LARGEST;
use crate::model::InferenceResponse;
use crate::names;
use crate::privacy::redacted::{Labels, Put, Redacted};
use crate::privacy::text::{self, TEXT_LIMIT};

/// Choices of tools that are remembered of one answer; more of them no agent carries out.
pub(crate) const MOST_CHOICES: usize = 256;

#[derive(Default)]
pub(crate) struct Answer {
    id: Option<String>,
    pub(crate) model: Option<Redacted>,
    pub(crate) finish_reasons: Vec<Redacted>,
    pub(crate) usage: Option<Usage>,
    /// What it says of why it chose what it chose: content, which is shown by its class only.
    pub(crate) why: Option<String>,
    pub(crate) choices: Vec<Choice>,
}

/// A tool that the model chose, as it wrote that.
pub(crate) struct Choice {
    pub(crate) call_id: Option<String>,
    pub(crate) tool: String,
    /// JSON; empty where it is too large to be compared.
    pub(crate) arguments: String,
}

impl Answer {
    pub(crate) fn of(response: &dyn InferenceResponse) -> Self {
        // Pushed one by one: most answers have none, and to collect nothing costs more than that.
        let mut choices = Vec::new();
        for call in response.tool_calls().into_iter().take(MOST_CHOICES) {
            choices.push(Choice {
                call_id: call.id.map(Into::into),
                tool: call.name.into(),
                arguments: match call.arguments.len() <= LARGEST {
                    true => call.arguments.into(),
                    false => String::new(),
                },
            });
        }
        // Only a decision needs a reason.
        let why = match choices.is_empty() {
            true => None,
            false => response.reasoning().or_else(|| response.text()),
        };
        let finish_reasons = response.finish_reasons().into_iter();
        Self {
            id: response.id().map(Into::into),
            model: response.model().map(|model| text::name(&model)),
            finish_reasons: finish_reasons.map(|reason| text::name(&reason)).collect(),
            usage: response.usage(),
            // What follows is cut off in any case; that something does is to be seen.
            why: why.map(|why| text::begun(why.trim(), TEXT_LIMIT + 1).to_owned()),
            choices,
        }
    }

    /// Once: what only the span says goes there.
    pub(crate) fn push_attributes(&mut self, attributes: &mut Vec<KeyValue>, hasher: &Hasher) {
        if let Some(id) = self.id.take() {
            let id = text::identifier(id.into(), hasher);
            attributes.put(names::RESPONSE_ID, id);
        }
        if let Some(model) = self.model.clone() {
            attributes.put(names::RESPONSE_MODEL, model);
        }
        if !self.finish_reasons.is_empty() {
            let reasons = Labels(std::mem::take(&mut self.finish_reasons));
            attributes.put(names::FINISH_REASONS, reasons);
        }
    }

    /// The tools that were chosen, by name, in the order of the answer.
    pub(crate) fn chosen_tools(&self) -> Option<Labels> {
        let tools = self.choices.iter();
        let tools = tools.map(|choice| text::name(&choice.tool));
        (!self.choices.is_empty()).then(|| Labels(tools.collect()))
    }
}
