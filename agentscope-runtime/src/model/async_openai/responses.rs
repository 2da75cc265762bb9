//! Responses.

use std::borrow::Cow;

use async_openai::types::responses::{
    CreateResponse, OutputItem, OutputMessageContent, ReasoningItemContent, Response,
    ResponseStreamEvent, Status, SummaryPart, Tool,
};
use serde_json::Value;

use super::{double, float, unsigned};
use crate::inference::usage::Usage;
use crate::model::counts::Counts;
use crate::model::fields::joined;
use crate::model::request::InferenceRequest;
use crate::model::response::{InferenceResponse, ToolCall};
use crate::model::responses::CONTENT;
use crate::model::streamed::{InferenceChunk, Place, StreamedResponse};

/// The API has neither a seed nor stop sequences.
impl InferenceRequest for CreateResponse {
    fn model(&self) -> Option<Cow<'_, str>> {
        self.model.as_deref().map(Cow::Borrowed)
    }

    fn temperature(&self) -> Option<f64> {
        double(self.temperature)
    }

    fn top_p(&self) -> Option<f64> {
        double(self.top_p)
    }

    fn max_tokens(&self) -> Option<u64> {
        self.max_output_tokens.map(u64::from)
    }

    fn tools(&self) -> Vec<Cow<'_, str>> {
        let tools = self.tools.iter().flatten().filter_map(|tool| match tool {
            Tool::Function(tool) => Some(&tool.name),
            Tool::Custom(tool) => Some(&tool.name),
            _ => None,
        });
        tools.map(|name| Cow::Borrowed(name.as_str())).collect()
    }

    fn stream(&self) -> Option<bool> {
        self.stream
    }

    fn body(&self) -> Option<Cow<'_, Value>> {
        serde_json::to_value(self).ok().map(Cow::Owned)
    }

    fn set_model(&mut self, model: &str) -> bool {
        self.model = Some(model.to_owned());
        true
    }

    fn set_temperature(&mut self, temperature: f64) -> bool {
        let Some(temperature) = float(temperature) else {
            return false;
        };
        self.temperature = Some(temperature);
        true
    }
}

impl InferenceResponse for Response {
    fn id(&self) -> Option<Cow<'_, str>> {
        (!self.id.is_empty()).then_some(Cow::Borrowed(self.id.as_str()))
    }

    fn model(&self) -> Option<Cow<'_, str>> {
        (!self.model.is_empty()).then_some(Cow::Borrowed(self.model.as_str()))
    }

    /// In the words of the same provider's chat completions, for a response has a status only.
    fn finish_reasons(&self) -> Vec<Cow<'_, str>> {
        let calls = self.output.iter().any(|item| {
            matches!(
                item,
                OutputItem::FunctionCall(_) | OutputItem::CustomToolCall(_)
            )
        });
        let reason = match (&self.status, &self.incomplete_details) {
            (Status::Completed, _) if calls => "tool_calls",
            (Status::Completed, _) => "stop",
            (Status::Incomplete, Some(details)) if details.reason == "max_output_tokens" => {
                "length"
            }
            (Status::Incomplete, Some(details)) => &details.reason,
            (Status::Incomplete, None) => "incomplete",
            (Status::Failed, _) => "error",
            (Status::Cancelled, _) => "cancelled",
            (Status::InProgress | Status::Queued, _) => return Vec::new(),
        };
        vec![Cow::Borrowed(reason)]
    }

    fn usage(&self) -> Option<Usage> {
        let usage = self.usage.as_ref()?;
        let counts = Counts {
            input: Some(usage.input_tokens.into()),
            cache_read: Some(usage.input_tokens_details.cached_tokens.into()),
            cache_write: unsigned(usage.input_tokens_details.cache_write_tokens),
            output: Some(usage.output_tokens.into()),
            reasoning: Some(usage.output_tokens_details.reasoning_tokens.into()),
            ..Counts::default()
        };
        counts.usage()
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        let messages = self.output.iter().filter_map(|item| match item {
            OutputItem::Message(message) => Some(&message.content),
            _ => None,
        });
        let pieces = messages.flatten().map(|part| match part {
            OutputMessageContent::OutputText(part) => part.text.as_str(),
            OutputMessageContent::Refusal(part) => part.refusal.as_str(),
        });
        joined(pieces.collect(), "")
    }

    fn reasoning(&self) -> Option<Cow<'_, str>> {
        let items = self.output.iter().filter_map(|item| match item {
            OutputItem::Reasoning(item) => Some(item),
            _ => None,
        });
        let pieces = items.flat_map(|item| {
            let summary = item.summary.iter().map(|part| {
                let SummaryPart::SummaryText(part) = part;
                part.text.as_str()
            });
            let content = item.content.iter().flatten().map(|part| {
                let ReasoningItemContent::ReasoningText(part) = part;
                part.text.as_str()
            });
            summary.chain(content)
        });
        joined(pieces.collect(), "\n")
    }

    fn tool_calls(&self) -> Vec<ToolCall<'_>> {
        let calls = self.output.iter().filter_map(|item| match item {
            OutputItem::FunctionCall(call) => Some((&call.call_id, &call.name, &call.arguments)),
            OutputItem::CustomToolCall(call) => Some((&call.call_id, &call.name, &call.input)),
            _ => None,
        });
        calls
            .map(|(id, name, arguments)| ToolCall::of(Some(id), name, arguments))
            .collect()
    }
}

impl InferenceChunk for ResponseStreamEvent {
    fn gather(&self, into: &mut StreamedResponse) {
        let place = |output: u32, part: u64| Place(0, output.into(), part);
        match self {
            Self::ResponseOutputTextDelta(event) => {
                into.say(
                    place(event.output_index, event.content_index.into()),
                    &event.delta,
                );
            }
            Self::ResponseReasoningSummaryTextDelta(event) => {
                into.think(
                    place(event.output_index, event.summary_index.into()),
                    &event.delta,
                );
            }
            Self::ResponseReasoningTextDelta(event) => {
                let part = CONTENT.saturating_add(event.content_index.into());
                into.think(place(event.output_index, part), &event.delta);
            }
            Self::ResponseFunctionCallArgumentsDelta(event) => {
                into.calls
                    .add_arguments(place(event.output_index, 0), &event.delta);
            }
            // A few at the beginning and at the end of a stream, as the provider writes them.
            other => {
                if let Ok(event) = serde_json::to_value(other) {
                    event.gather(into);
                }
            }
        }
    }
}
