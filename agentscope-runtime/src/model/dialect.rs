//! Tells whose JSON it is, by the fields that only this provider has.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::chat::{self, Chat};
use crate::model::converse::Converse;
use crate::model::counts::Counts;
use crate::model::fields::{list, text};
use crate::model::gemini::Gemini;
use crate::model::messages::Messages;
use crate::model::response::ToolCall;
use crate::model::responses::Responses;
use crate::model::streamed::StreamedResponse;

/// How one provider writes an answer. Texts come in the pieces that they are written in.
pub(super) trait Dialect: Sync {
    fn id<'a>(&self, body: &'a Value) -> Option<&'a str>;
    fn model<'a>(&self, body: &'a Value) -> Option<&'a str>;
    fn finish_reasons<'a>(&self, body: &'a Value) -> Vec<Cow<'a, str>>;
    fn counts(&self, body: &Value) -> Option<Counts>;
    fn text<'a>(&self, body: &'a Value) -> Vec<&'a str>;
    fn reasoning<'a>(&self, body: &'a Value) -> Vec<&'a str>;
    fn tool_calls<'a>(&self, body: &'a Value) -> Vec<ToolCall<'a>>;
}

/// The dialect of an answer; `None` rather than a guess.
pub(super) fn of(body: &Value) -> Option<&'static dyn Dialect> {
    if !body.is_object() {
        return None;
    }
    if is_of_choices(body) {
        Some(&Chat)
    } else if text(body, "object") == Some("response") && body.get("output").is_some() {
        Some(&Responses)
    } else if is_message(body) {
        Some(&Messages)
    } else if is_of_candidates(body) {
        Some(&Gemini)
    } else if body.get("stopReason").is_some() && body.pointer("/output/message").is_some() {
        Some(&Converse)
    } else {
        None
    }
}

/// Adds what a chunk of a stream says; one that nobody knows says nothing.
pub(super) fn gather(chunk: &Value, into: &mut StreamedResponse) {
    let of_choices = chat::Chunk::of(chunk, into.is_named());
    if of_choices.is_of_deltas() {
        return of_choices.gather(into);
    }
    match text(chunk, "type") {
        Some("error") => into.end(),
        Some("response.failed" | "response.completed" | "response.incomplete") => {
            Responses.gather(chunk, into);
        }
        Some(event) if event.starts_with("response.") => Responses.gather(chunk, into),
        Some(event) if event.starts_with("message_") || event.starts_with("content_block_") => {
            Messages.gather(chunk, into);
        }
        // What was asked for as a stream and came whole.
        Some("message") if is_message(chunk) => into.whole(&Messages, chunk),
        _ if is_of_choices(chunk) => of_choices.gather(into),
        _ if is_of_candidates(chunk) => Gemini.gather(chunk, into),
        _ if chunk.get("error").is_some_and(|error| !error.is_null()) => into.end(),
        _ => match of(chunk) {
            Some(dialect) => into.whole(dialect, chunk),
            None => Converse.gather(chunk, into),
        },
    }
}

/// A chat completion, its chunk, or a completion of the older kind.
fn is_of_choices(body: &Value) -> bool {
    let Some(Value::Array(choices)) = body.get("choices") else {
        // The chunk with the usage has `null` for its choices on some servers.
        return text(body, "object").is_some_and(is_completion)
            && body.get("usage").is_some_and(Value::is_object);
    };
    if choices.is_empty() {
        return text(body, "object").is_some_and(is_completion)
            || body.pointer("/usage/prompt_tokens").is_some();
    }
    choices.iter().all(|choice| {
        ["message", "delta"]
            .iter()
            .any(|part| choice.get(part).is_some_and(Value::is_object))
            || choice.get("text").is_some_and(Value::is_string)
    })
}

fn is_completion(object: &str) -> bool {
    matches!(
        object,
        "chat.completion" | "chat.completion.chunk" | "text_completion"
    )
}

fn is_message(body: &Value) -> bool {
    let is_said = text(body, "type") == Some("message") || body.get("stop_reason").is_some();
    is_said
        && text(body, "role").is_none_or(|role| role == "assistant")
        && matches!(body.get("content"), Some(Value::Array(blocks))
            if blocks.iter().all(|block| text(block, "type").is_some()))
}

fn is_of_candidates(body: &Value) -> bool {
    let has_usage = body.get("usageMetadata").is_some_and(Value::is_object);
    match body.get("candidates") {
        Some(Value::Array(_)) => {
            let candidates = list(body, "candidates");
            candidates.iter().all(Value::is_object)
                && (has_usage
                    || candidates.iter().any(|candidate| {
                        candidate.pointer("/content/parts").is_some()
                            || candidate.get("finishReason").is_some()
                    }))
        }
        None => has_usage,
        Some(_) => false,
    }
}
