//! Chat completions.

use std::borrow::Cow;

use async_openai::types::chat::{
    ChatChoice, ChatCompletionMessageToolCalls, ChatCompletionStreamResponseDelta,
    ChatCompletionTools, CompletionUsage, CreateChatCompletionRequest,
    CreateChatCompletionResponse, CreateChatCompletionStreamResponse, FinishReason,
    StopConfiguration,
};
use serde_json::Value;

use super::{double, float, unsigned};
use crate::inference::usage::Usage;
use crate::model::chat::counts;
use crate::model::counts::Counts;
use crate::model::fields::joined;
use crate::model::request::InferenceRequest;
use crate::model::response::{InferenceResponse, ToolCall};
use crate::model::streamed::{InferenceChunk, Place, StreamedResponse};
use crate::model::streamed_calls::CallPiece;

#[allow(
    deprecated,
    reason = "`seed` and `max_tokens` are what other providers go on using"
)]
impl InferenceRequest for CreateChatCompletionRequest {
    fn model(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.model))
    }

    fn temperature(&self) -> Option<f64> {
        double(self.temperature)
    }

    fn top_p(&self) -> Option<f64> {
        double(self.top_p)
    }

    fn seed(&self) -> Option<i64> {
        self.seed
    }

    fn max_tokens(&self) -> Option<u64> {
        self.max_completion_tokens
            .or(self.max_tokens)
            .map(u64::from)
    }

    fn stop_sequences(&self) -> Vec<Cow<'_, str>> {
        match &self.stop {
            None => Vec::new(),
            Some(StopConfiguration::String(one)) => vec![Cow::Borrowed(one)],
            Some(StopConfiguration::StringArray(all)) => {
                all.iter().map(|one| Cow::Borrowed(one.as_str())).collect()
            }
        }
    }

    fn tools(&self) -> Vec<Cow<'_, str>> {
        let tools = self.tools.iter().flatten().map(|tool| match tool {
            ChatCompletionTools::Function(tool) => &tool.function.name,
            ChatCompletionTools::Custom(tool) => &tool.custom.name,
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
        model.clone_into(&mut self.model);
        true
    }

    fn set_temperature(&mut self, temperature: f64) -> bool {
        let Some(temperature) = float(temperature) else {
            return false;
        };
        self.temperature = Some(temperature);
        true
    }

    fn set_seed(&mut self, seed: i64) -> bool {
        self.seed = Some(seed);
        true
    }
}

fn word(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::FunctionCall => "function_call",
    }
}

fn counts_of(usage: &CompletionUsage) -> Counts {
    let prompt = usage.prompt_tokens_details.as_ref();
    let completion = usage.completion_tokens_details.as_ref();
    let read = prompt.and_then(|details| details.cached_tokens);
    let reasoning = completion.and_then(|details| details.reasoning_tokens);
    let parts = Counts {
        input: Some(usage.prompt_tokens.into()),
        cache_read: read.map(u64::from),
        cache_write: unsigned(prompt.and_then(|details| details.cache_write_tokens)),
        output: Some(usage.completion_tokens.into()),
        reasoning: reasoning.map(u64::from),
        ..Counts::default()
    };
    counts(parts, Some(usage.total_tokens.into()))
}

fn first(answer: &CreateChatCompletionResponse) -> Option<&ChatChoice> {
    answer.choices.iter().min_by_key(|choice| choice.index)
}

impl InferenceResponse for CreateChatCompletionResponse {
    fn id(&self) -> Option<Cow<'_, str>> {
        (!self.id.is_empty()).then_some(Cow::Borrowed(self.id.as_str()))
    }

    fn model(&self) -> Option<Cow<'_, str>> {
        (!self.model.is_empty()).then_some(Cow::Borrowed(self.model.as_str()))
    }

    fn finish_reasons(&self) -> Vec<Cow<'_, str>> {
        let reason = |choice: &ChatChoice| Some(Cow::Borrowed(word(choice.finish_reason?)));
        // As nearly all answers are.
        if self.choices.is_sorted_by_key(|choice| choice.index) {
            return self.choices.iter().filter_map(reason).collect();
        }
        let mut choices: Vec<&ChatChoice> = self.choices.iter().collect();
        choices.sort_by_key(|choice| choice.index);
        choices.into_iter().filter_map(reason).collect()
    }

    fn usage(&self) -> Option<Usage> {
        counts_of(self.usage.as_ref()?).usage()
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        let message = &first(self)?.message;
        let pieces = [&message.content, &message.refusal];
        joined(
            pieces
                .into_iter()
                .filter_map(|piece| piece.as_deref())
                .collect(),
            "",
        )
    }

    #[allow(deprecated, reason = "older servers answer with a function call")]
    fn tool_calls(&self) -> Vec<ToolCall<'_>> {
        let Some(choice) = first(self) else {
            return Vec::new();
        };
        let calls = choice.message.tool_calls.iter().flatten();
        let calls = calls.map(|call| match call {
            ChatCompletionMessageToolCalls::Function(call) => (
                Some(call.id.as_str()),
                &call.function.name,
                &call.function.arguments,
            ),
            ChatCompletionMessageToolCalls::Custom(call) => (
                Some(call.id.as_str()),
                &call.custom_tool.name,
                &call.custom_tool.input,
            ),
        });
        let older = choice.message.function_call.iter();
        calls
            .chain(older.map(|call| (None, &call.name, &call.arguments)))
            .map(|(id, name, arguments)| ToolCall::of(id, name, arguments))
            .collect()
    }
}

impl InferenceChunk for CreateChatCompletionStreamResponse {
    fn gather(&self, into: &mut StreamedResponse) {
        let said = |text: &'_ str| !text.is_empty();
        let (id, model) = (self.id.as_str(), self.model.as_str());
        into.name(
            Some(id).filter(|id| said(id)),
            Some(model).filter(|model| said(model)),
        );
        if let Some(usage) = &self.usage {
            into.count(counts_of(usage));
        }
        for choice in &self.choices {
            let number = choice.index.into();
            into.choice(number);
            gather_delta(number, &choice.delta, into);
            if let Some(reason) = choice.finish_reason {
                into.finish(number, word(reason));
            }
        }
    }
}

#[allow(deprecated, reason = "older servers answer with a function call")]
fn gather_delta(
    choice: u64,
    delta: &ChatCompletionStreamResponseDelta,
    into: &mut StreamedResponse,
) {
    for piece in [&delta.content, &delta.refusal].into_iter().flatten() {
        into.say(Place(choice, 0, 0), piece);
    }
    for call in delta.tool_calls.iter().flatten() {
        let function = call.function.as_ref();
        let arguments = function.and_then(|function| function.arguments.as_deref());
        into.call(CallPiece {
            place: Place(choice, 0, call.index.into()),
            id: call.id.as_deref(),
            name: function.and_then(|function| function.name.as_deref()),
            arguments: arguments.unwrap_or(""),
        });
    }
    if let Some(call) = &delta.function_call {
        into.call(CallPiece {
            place: Place(choice, 1, 0),
            id: None,
            name: call.name.as_deref(),
            arguments: call.arguments.as_deref().unwrap_or(""),
        });
    }
}
