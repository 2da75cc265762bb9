//! What is read of requests, answers and streams, in the shapes that providers document.
//!
//! Each body says where its facts are from. Texts are shortened where nothing depends on them.

mod answers;
mod counts;
mod genai;
mod own_prices;
mod properties;
mod requests;
mod streams;
mod typed;
mod unknown;

use agentscope_runtime::model::{InferenceResponse, StreamedResponse, ToolCall};
use serde_json::Value;

/// All that can be known of an answer, to compare two.
#[derive(Debug, PartialEq)]
struct Known {
    id: Option<String>,
    model: Option<String>,
    finish_reasons: Vec<String>,
    usage: Option<agentscope_runtime::Usage>,
    text: Option<String>,
    reasoning: Option<String>,
    tool_calls: Vec<(Option<String>, String, String)>,
}

fn known(answer: &dyn InferenceResponse) -> Known {
    let owned = |text: Option<std::borrow::Cow<'_, str>>| text.map(std::borrow::Cow::into_owned);
    let call = |call: ToolCall<'_>| {
        let (name, arguments) = (call.name.into_owned(), call.arguments.into_owned());
        (owned(call.id), name, arguments)
    };
    Known {
        id: owned(answer.id()),
        model: owned(answer.model()),
        finish_reasons: answer
            .finish_reasons()
            .into_iter()
            .map(std::borrow::Cow::into_owned)
            .collect(),
        usage: answer.usage(),
        text: owned(answer.text()),
        reasoning: owned(answer.reasoning()),
        tool_calls: answer.tool_calls().into_iter().map(call).collect(),
    }
}

fn gathered(chunks: &[Value]) -> StreamedResponse {
    let mut answer = StreamedResponse::default();
    for chunk in chunks {
        answer.push(chunk);
    }
    answer.end();
    answer
}

/// Input, of it read and written, output, of it reasoning.
fn counted(answer: &dyn InferenceResponse) -> [u64; 5] {
    let usage = answer.usage().expect("it says what it used");
    [
        usage.input_tokens,
        usage.cache_read_input_tokens,
        usage.cache_write_input_tokens,
        usage.output_tokens,
        usage.reasoning_output_tokens,
    ]
}
