//! The types of the crate `genai`: what is asked, with which options, answered, and streamed.
//!
//! It names the model beside the request, and fills what a stream used only where
//! `ChatOptions::capture_usage` is set.

use std::borrow::Cow;

use genai::chat::{
    ChatOptions, ChatRequest, ChatResponse, ChatStreamEvent, StreamEnd, ToolName, Usage as Used,
};

use crate::inference::usage::Usage;
use crate::model::counts::Counts;
use crate::model::fields::{arguments, joined};
use crate::model::request::InferenceRequest;
use crate::model::response::{InferenceResponse, ToolCall};
use crate::model::streamed::{InferenceChunk, Place, StreamedResponse};
use crate::model::streamed_calls::CallPiece;

impl InferenceRequest for ChatRequest {
    fn tools(&self) -> Vec<Cow<'_, str>> {
        let tools = self.tools.iter().flatten().map(|tool| match &tool.name {
            ToolName::Custom(name) => Cow::Borrowed(name.as_str()),
            built_in => Cow::Owned(built_in.to_string()),
        });
        tools.collect()
    }
}

impl InferenceRequest for ChatOptions {
    fn temperature(&self) -> Option<f64> {
        self.temperature
    }

    fn top_p(&self) -> Option<f64> {
        self.top_p
    }

    fn seed(&self) -> Option<i64> {
        self.seed.and_then(|seed| i64::try_from(seed).ok())
    }

    fn max_tokens(&self) -> Option<u64> {
        self.max_tokens.map(u64::from)
    }

    fn stop_sequences(&self) -> Vec<Cow<'_, str>> {
        let stops = self.stop_sequences.iter();
        stops.map(|stop| Cow::Borrowed(stop.as_str())).collect()
    }

    fn set_temperature(&mut self, temperature: f64) -> bool {
        if temperature.is_finite() {
            self.temperature = Some(temperature);
        }
        temperature.is_finite()
    }

    fn set_seed(&mut self, seed: i64) -> bool {
        let seed = u64::try_from(seed).ok();
        self.seed = seed.or(self.seed);
        seed.is_some()
    }
}

/// It has brought the ways of all providers to one: cached tokens are in the prompt, reasoning is in
/// the completion.
fn counts(used: &Used) -> Counts {
    let count = |tokens: Option<i32>| tokens.and_then(|tokens| u64::try_from(tokens).ok());
    let prompt = used.prompt_tokens_details.as_ref();
    let completion = used.completion_tokens_details.as_ref();
    Counts {
        input: count(used.prompt_tokens),
        cache_read: count(prompt.and_then(|details| details.cached_tokens)),
        cache_write: count(prompt.and_then(|details| details.cache_creation_tokens)),
        output: count(used.completion_tokens),
        reasoning: count(completion.and_then(|details| details.reasoning_tokens)),
        ..Counts::default()
    }
}

fn call(call: &genai::chat::ToolCall) -> ToolCall<'_> {
    let arguments = arguments(Some(&call.fn_arguments));
    ToolCall::of(Some(&call.call_id), &call.fn_name, arguments)
}

impl InferenceResponse for ChatResponse {
    fn id(&self) -> Option<Cow<'_, str>> {
        self.response_id.as_deref().map(Cow::Borrowed)
    }

    fn model(&self) -> Option<Cow<'_, str>> {
        let model: &str = &self.provider_model_iden.model_name;
        (!model.is_empty()).then_some(Cow::Borrowed(model))
    }

    fn finish_reasons(&self) -> Vec<Cow<'_, str>> {
        let reason = self.stop_reason.iter();
        reason.map(|reason| Cow::Borrowed(reason.raw())).collect()
    }

    fn usage(&self) -> Option<Usage> {
        counts(&self.usage).usage()
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        joined(self.content.texts(), "")
    }

    fn reasoning(&self) -> Option<Cow<'_, str>> {
        let reasoning = self.reasoning_content.as_deref();
        joined(reasoning.into_iter().collect(), "\n")
    }

    fn tool_calls(&self) -> Vec<ToolCall<'_>> {
        self.content.tool_calls().into_iter().map(call).collect()
    }
}

const ALL: Place = Place(0, 0, 0);

impl InferenceChunk for ChatStreamEvent {
    fn gather(&self, into: &mut StreamedResponse) {
        match self {
            Self::Start => into.choice(0),
            Self::Chunk(chunk) => into.say(ALL, &chunk.content),
            Self::ReasoningChunk(chunk) => into.think(ALL, &chunk.content),
            Self::ThoughtSignatureChunk(_) => {}
            Self::ToolCallChunk(chunk) => gather_call(&chunk.tool_call, into),
            Self::End(end) => gather_end(end, into),
        }
    }
}

/// Each chunk has all of the call that came until then.
fn gather_call(piece: &genai::chat::ToolCall, into: &mut StreamedResponse) {
    let piece = call(piece);
    let known = into.calls.place_of(piece.id.as_deref());
    let place = known.unwrap_or(Place(0, 0, into.calls.len()));
    into.call(CallPiece {
        place,
        id: piece.id.as_deref(),
        name: Some(&piece.name),
        arguments: "",
    });
    into.calls.say_arguments(place, &piece.arguments);
}

fn gather_end(end: &StreamEnd, into: &mut StreamedResponse) {
    into.name(end.captured_response_id.as_deref(), None);
    into.recount(end.captured_usage.as_ref().map(counts));
    // It came to its end, also where the provider gave no reason.
    let reason = end.captured_stop_reason.as_ref();
    into.finish(0, reason.map_or("stop", |reason| reason.raw()));
}
