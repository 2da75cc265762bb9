//! The types of the crate `rig-core`: completion requests and responses, and the items of its
//! streams. What a model streams to a client does not say what was used: that is in the response that
//! the stream holds at its end. What rig relays between its parts ends with that response.

use std::borrow::Cow;

use rig_core::completion::{AssistantContent, CompletionRequest, CompletionResponse, FinishReason};
use rig_core::message::Origin;
use rig_core::streaming::{Item, PartKind, Relayed, StreamEvent};

use crate::inference::usage::Usage;
use crate::model::counts::Counts;
use crate::model::fields::joined;
use crate::model::request::InferenceRequest;
use crate::model::response::{InferenceResponse, ToolCall};
use crate::model::streamed::{InferenceChunk, Place, StreamedResponse};
use crate::model::streamed_calls::CallPiece;

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

/// That answered, else that was asked.
fn model(origin: &Origin) -> Option<&str> {
    let asked = Some(origin.model.as_str()).filter(|model| !model.is_empty());
    origin.response_model.as_deref().or(asked)
}

fn counts(response: &CompletionResponse) -> Counts {
    let used = &response.usage;
    Counts {
        input: used.input_tokens,
        cache_read: used.cached_input_tokens,
        cache_write: used.cache_creation_input_tokens,
        output: used.output_tokens,
        reasoning: used.reasoning_tokens,
        ..Counts::default()
    }
}

impl InferenceResponse for CompletionResponse {
    fn id(&self) -> Option<Cow<'_, str>> {
        self.origin.response_id.as_deref().map(Cow::Borrowed)
    }

    fn model(&self) -> Option<Cow<'_, str>> {
        model(&self.origin).map(Cow::Borrowed)
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
        counts(self).usage()
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

/// What the last one says of texts and calls came in those before it.
impl InferenceChunk for Relayed {
    fn gather(&self, into: &mut StreamedResponse) {
        match self {
            // The model that was asked is known, and the one that answers only at the end.
            Self::Origin(origin) => into.name(None, origin.response_model.as_deref()),
            Self::Item(item) => item.gather(into),
            Self::Done(response) => {
                let origin = &response.origin;
                into.name(origin.response_id.as_deref(), model(origin));
                into.recount(Some(counts(response)));
                for reason in InferenceResponse::finish_reasons(&**response) {
                    into.finish(0, &reason);
                }
            }
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
            Self::Arguments { json, .. } => into.calls.add_arguments(place, json),
            Self::End { content, .. } => {
                if let AssistantContent::ToolCall(call) = content {
                    into.call(CallPiece {
                        place,
                        id: Some(&call.id.wire()),
                        name: Some(call.function.name.as_str()),
                        arguments: "",
                    });
                    into.calls.say_arguments(place, &written(&call.function));
                }
            }
        }
    }
}
