//! Of the wide run: models whose requests and answers are read.

use agentscope::{agent, inference, tool};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use serde_json::{Value, json};

#[tool(default = internal)]
fn weather(city: &str) -> usize {
    city.len()
}

#[inference(provider = "openai", default = internal)]
fn ask(request: &Value, prompt_tokens: u32) -> Value {
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": request["model"],
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
            "content": "It may rain.",
            "tool_calls": [{"id": "call_1", "type": "function",
                "function": {"name": "weather", "arguments": "{\"city\":\"Bonn\"}"}}],
        }}],
        "usage": {"prompt_tokens": prompt_tokens, "completion_tokens": 10},
    })
}

/// Begins once more after its first chunks.
#[inference(provider = "anthropic", default = internal)]
fn streamed(request: Value) -> BoxStream<'static, Value> {
    let begin = json!({"type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": request["model"],
        "content": [], "usage": {"input_tokens": 20, "output_tokens": 1}}});
    let piece = |text: &str| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}});
    let end = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}});
    let chunks = [
        begin.clone(),
        piece("It"),
        begin,
        piece("It "),
        piece("rains."),
        end,
    ];
    stream::iter(chunks).boxed()
}

#[agent(default = internal)]
pub async fn forecaster(city: &str) {
    let request = json!({
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": city}],
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 7,
        "max_tokens": 100,
        "stop": ["END"],
        "tools": [{"type": "function", "function": {"name": "weather"}}],
    });
    ask(&request, 120_000);
    weather(city);
    // The conversation has been compacted.
    ask(&request, 20_000);
    let request = json!({"model": "claude-sonnet-4-5", "max_tokens": 9, "stream": true, "system": "Be brief.", "messages": [{"role": "user", "content": "And now?"}]});
    streamed(request).collect::<Vec<_>>().await;
}
