//! Answers of a model, written by hand in the form that the provider documents.

use serde_json::{Value, json};

use crate::endpoint::Answer;

pub fn completion(turn: usize, content: &str, calls: &[(&str, Value)]) -> Answer {
    let calls: Vec<_> = calls
        .iter()
        .enumerate()
        .map(|(index, (name, arguments))| {
            json!({
                "id": format!("call_{turn}_{index}"), "type": "function",
                "function": {"name": name, "arguments": arguments.to_string()},
            })
        })
        .collect();
    let finish_reason = if calls.is_empty() {
        "stop"
    } else {
        "tool_calls"
    };
    let calls = (!calls.is_empty()).then_some(calls);
    Answer::whole(&json!({
        "id": format!("chatcmpl-{turn}"), "object": "chat.completion", "created": 1_790_000_000,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{
            "index": 0, "finish_reason": finish_reason, "logprobs": null,
            "message": {"role": "assistant", "content": content, "refusal": null, "tool_calls": calls},
        }],
        "usage": {
            "prompt_tokens": 100 + 50 * turn, "completion_tokens": 20, "total_tokens": 120 + 50 * turn,
            "prompt_tokens_details": {"cached_tokens": 40},
        },
    }))
}
