//! The end of an inference: its usage, its decision, and its content where that is asked for.

use opentelemetry::KeyValue;

use crate::content::{self, Message};
use crate::id;
use crate::level::Level;
use crate::moment::Event;
use crate::names;
use crate::outcome::{Ending, Outcome};
use crate::output::Output;
use crate::recording::Recording;
use crate::redacted::{Redacted, attribute};
use crate::usage::Usage;

/// Share of sessions whose prompts and completions make a TRACE snapshot.
const TRACE_RATIO: f64 = 0.05;

/// What an inference was asked, for the event that tells of it.
pub(crate) struct Asked {
    pub(crate) operation: Redacted,
    pub(crate) provider: Option<Redacted>,
    pub(crate) prompt: Option<Redacted>,
}

impl Recording {
    /// What was asked and answered, where the deployment asks for it.
    pub(crate) fn content(&mut self, completion: Option<Redacted>, attributes: &mut Vec<KeyValue>) {
        let capture = content::capture();
        if capture == content::Capture::default() {
            return;
        }
        let answer = completion.map(|completion| Message::Output.of(&completion));
        if let Some(answer) = answer.as_ref().filter(|_| capture.on_spans) {
            attributes.push(attribute(names::OUTPUT_MESSAGES, answer.clone()));
        }
        let Some(asked) = self.asked.take() else {
            return;
        };
        let said = [
            (names::OPERATION_NAME, Some(asked.operation)),
            (names::PROVIDER_NAME, asked.provider),
            (names::REQUEST_MODEL, self.model.clone()),
            (names::INPUT_MESSAGES, asked.prompt),
            (names::OUTPUT_MESSAGES, answer),
        ];
        let event = Event::new(names::EVENT_INFERENCE_DETAILS, Level::Info);
        let event = said
            .into_iter()
            .fold(event, |event, (key, value)| match value {
                Some(value) => event.with(key, value),
                None => event,
            });
        self.snapshot(event);
    }

    pub(crate) fn end_inference(
        &mut self,
        ending: &Ending,
        output: Option<&Output>,
        attributes: &mut Vec<KeyValue>,
    ) {
        let time = self.duration();
        self.for_each_totals(|totals| totals.add_inference_time(time));
        let usage = output.and_then(|output| output.usage);
        let mut news = Vec::new();
        if let Some(usage) = &usage {
            attributes.extend(usage_attributes(usage));
            news = self.charge(usage, attributes);
        }
        let name = names::EVENT_AGENT_DECIDED;
        let event = match ending.outcome {
            Outcome::Error | Outcome::Panicked => {
                Event::warning(name, Level::Error, "inference_error")
            }
            Outcome::Ok | Outcome::Cancelled => Event::new(name, Level::Info),
        };
        let mut event = Event {
            outcome: Some(ending.outcome),
            ..event
        };
        if let Some(model) = &self.model {
            event = event.with(names::REQUEST_MODEL, model.clone());
        }
        self.snapshot(event);
        self.tell(&news);
        let payload = output.and_then(Output::size);
        let in_sample = || id::in_sample(self.frame.session.id.as_str(), TRACE_RATIO);
        if let (Some(payload), true) = (
            payload,
            self.moment().is_recorded(Level::Trace) && in_sample(),
        ) {
            let size = i64::try_from(payload).unwrap_or(i64::MAX);
            let event =
                Event::new(names::EVENT_PAYLOAD, Level::Trace).with(names::PAYLOAD_SIZE, size);
            self.snapshot(event);
        }
    }
}

fn usage_attributes(usage: &Usage) -> impl Iterator<Item = KeyValue> {
    let always = [
        (names::USAGE_INPUT_TOKENS, usage.input_tokens),
        (names::USAGE_OUTPUT_TOKENS, usage.output_tokens),
    ];
    let where_used = [
        (names::USAGE_CACHE_READ, usage.cache_read_input_tokens),
        (names::USAGE_CACHE_WRITE, usage.cache_write_input_tokens),
        (names::USAGE_REASONING, usage.reasoning_output_tokens),
    ];
    let used = where_used.into_iter().filter(|(_, tokens)| *tokens > 0);
    always
        .into_iter()
        .chain(used)
        .map(|(key, tokens)| attribute(key, i64::try_from(tokens).unwrap_or(i64::MAX)))
}
