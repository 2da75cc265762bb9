//! The types of the crate `rig-core`: completion requests and responses, and the items of its
//! streams, which do not say what was used: that is in the response that the stream holds at its
//! end.

use std::borrow::Cow;

use rig_core::completion::{AssistantContent, CompletionRequest, CompletionResponse, FinishReason};
use rig_core::streaming::{Item, PartKind, StreamEvent};

use crate::model::counts::Counts;
use crate::model::fields::joined;
use crate::model::request::InferenceRequest;
use crate::model::response::{InferenceResponse, ToolCall};
use crate::model::streamed::{CallPiece, InferenceChunk, Place, StreamedResponse};
use crate::usage::Usage;

/// `additional_params` are the provider's own: not looked into.
impl InferenceRequest for CompletionRequest {
    fn model(&self) -> Option<Cow<'_, str>> {
        self.model.as_deref().map(Cow::Borrowed)
    }

    fn temperature(&self) -> Option<f64> {
        self.temperature
    }

    fn max_tokens(&self) -> Option<u64> {
        self.max_tokens
    }

    fn tools(&self) -> Vec<Cow<'_, str>> {
        let tools = self.tools.iter();
        tools
            .map(|tool| Cow::Borrowed(tool.name.as_str()))
            .collect()
    }

    fn set_model(&mut self, model: &str) -> bool {
        self.model = Some(model.to_owned());
        true
    }

    fn set_temperature(&mut self, temperature: f64) -> bool {
        if temperature.is_finite() {
            self.temperature = Some(temperature);
        }
        temperature.is_finite()
    }
}

impl InferenceResponse for CompletionResponse {
    fn id(&self) -> Option<Cow<'_, str>> {
        self.origin.response_id.as_deref().map(Cow::Borrowed)
    }

    fn model(&self) -> Option<Cow<'_, str>> {
        let asked = Some(self.origin.model.as_str()).filter(|model| !model.is_empty());
        let model = self.origin.response_model.as_deref().or(asked);
        model.map(Cow::Borrowed)
    }

    fn finish_reasons(&self) -> Vec<Cow<'_, str>> {
        if self.aborted.is_some() {
            return vec![Cow::Borrowed("error")];
        }
        let reason = self.finish_reason().map(|reason| match reason {
            FinishReason::Stop => Cow::Borrowed("stop"),
            FinishReason::Length => Cow::Borrowed("length"),
            FinishReason::ToolCalls => Cow::Borrowed("tool_calls"),
            FinishReason::ContentFilter => Cow::Borrowed("content_filter"),
            FinishReason::Other(reason) => Cow::Owned(reason),
            _ => Cow::Borrowed("unknown"),
        });
        reason.into_iter().collect()
    }

    fn usage(&self) -> Option<Usage> {
        let used = &self.usage;
        let counts = Counts {
            input: used.input_tokens,
            cache_read: used.cached_input_tokens,
            cache_write: used.cache_creation_input_tokens,
            output: used.output_tokens,
            reasoning: used.reasoning_tokens,
            ..Counts::default()
        };
        counts.usage()
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        let texts = self.choice.iter().filter_map(|content| match content {
            AssistantContent::Text(text) => Some(text.text.as_str()),
            _ => None,
        });
        joined(texts.collect(), "")
    }

    fn reasoning(&self) -> Option<Cow<'_, str>> {
        let thoughts = self.choice.iter().filter_map(|content| match content {
            AssistantContent::Reasoning(reasoning) => Some(reasoning.text.as_str()),
            _ => None,
        });
        joined(thoughts.collect(), "\n")
    }

    fn tool_calls(&self) -> Vec<ToolCall<'_>> {
        let calls = self.choice.iter().filter_map(|content| match content {
            AssistantContent::ToolCall(call) => Some(call),
            _ => None,
        });
        calls
            .map(|call| ToolCall {
                id: Some(call.id.wire()),
                name: Cow::Borrowed(call.function.name.as_str()),
                arguments: written(&call.function),
            })
            .collect()
    }
}

/// As the model wrote them, where they are no JSON object.
fn written(function: &rig_core::message::ToolFunction) -> Cow<'_, str> {
    match &function.invalid_arguments {
        Some(written) => Cow::Borrowed(written),
        // A map with keys that are texts always can be written.
        None => Cow::Owned(serde_json::to_string(&function.arguments).unwrap_or_default()),
    }
}

impl InferenceChunk for Item<StreamEvent> {
    fn gather(&self, into: &mut StreamedResponse) {
        if let Self::Event(event) = self {
            event.gather(into);
        }
    }
}

impl InferenceChunk for StreamEvent {
    fn gather(&self, into: &mut StreamedResponse) {
        let part = u64::try_from(self.part().index()).unwrap_or(u64::MAX);
        let place = Place(0, part, 0);
        into.choice(0);
        match self {
            Self::Start {
                kind: PartKind::ToolCall,
                name,
                ..
            } => into.call(CallPiece {
                place,
                id: None,
                name: name.as_ref().map(|name| name.as_str()),
                arguments: "",
            }),
            Self::Start { .. } => {}
            Self::Text { text, .. } => into.say(place, text),
            Self::Reasoning { text, .. } => into.think(place, text),
            Self::Arguments { json, .. } => into.add_arguments(place, json),
            Self::End { content, .. } => {
                if let AssistantContent::ToolCall(call) = content {
                    into.call(CallPiece {
                        place,
                        id: Some(&call.id.wire()),
                        name: Some(call.function.name.as_str()),
                        arguments: "",
                    });
                    into.say_arguments(place, &written(&call.function));
                }
            }
        }
    }
}
