//! What the spans say of a call in each provider's shape, to the token and to the millionth of a
//! dollar; streamed as unstreamed.
//!
//! Bodies are in the shapes that `tests/model` has the sources of. Costs are computed by hand from
//! `src/model/prices.json`.

use agentscope_runtime::testing::{SpanView, record_async};
use agentscope_runtime::{Layer, inference, names};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use serde_json::{Value, json};

#[inference(provider = "any", default = internal)]
async fn whole(request: Value, answer: &Value) -> Value {
    drop(request);
    answer.clone()
}

#[inference(provider = "any", default = internal)]
fn streamed(request: Value, chunks: &[Value]) -> BoxStream<'static, Value> {
    drop(request);
    stream::iter(chunks.to_vec()).boxed()
}

struct Shape {
    request: Value,
    answer: Value,
    chunks: Vec<Value>,
    /// Models asked and answering, id, finish reason.
    said: [Option<&'static str>; 4],
    /// Input, output, of these: cache read, cache written, reasoning.
    usage: [i64; 5],
    /// `None` where the table has no price.
    micro_dollars: Option<f64>,
}

const KEYS: [&str; 4] = [
    names::REQUEST_MODEL,
    names::RESPONSE_MODEL,
    names::RESPONSE_ID,
    names::FINISH_REASONS,
];
const USAGE: [&str; 5] = [
    names::USAGE_INPUT_TOKENS,
    names::USAGE_OUTPUT_TOKENS,
    names::USAGE_CACHE_READ,
    names::USAGE_CACHE_WRITE,
    names::USAGE_REASONING,
];

fn check(shape: &Shape, span: &SpanView) {
    let wire = |key: &str| span.attribute(key).map(ToString::to_string);
    let said = KEYS.map(wire);
    let expected = shape.said.map(|word| word.map(str::to_owned));
    assert_eq!(said, expected);
    let usage = USAGE.map(|key| wire(key).map_or(0, |count| count.parse().expect("a number")));
    assert_eq!(usage, shape.usage, "{}", span.span_name);
    let cost = wire(names::COST).map(|cost| cost.parse::<f64>().expect("a number") * 1e6);
    assert_eq!(cost.map(f64::round), shape.micro_dollars);
    assert_eq!(wire(names::REQUEST_TEMPERATURE).as_deref(), Some("0.5"));
    assert_eq!(wire(names::REQUEST_MAX_TOKENS).as_deref(), Some("9"));
}

async fn check_both(shape: Shape) {
    let of_model = |span: &&SpanView| span.layer == Some(Layer::Inference);
    let recorded = record_async(whole(shape.request.clone(), &shape.answer)).await;
    check(
        &shape,
        recorded.spans().iter().find(of_model).expect("recorded"),
    );
    let reads_all = async {
        let chunks = streamed(shape.request.clone(), &shape.chunks);
        chunks.collect::<Vec<_>>().await.len()
    };
    let recorded = record_async(reads_all).await;
    check(
        &shape,
        recorded.spans().iter().find(of_model).expect("recorded"),
    );
}

#[tokio::test]
async fn chat_completions_of_openai() {
    let usage = json!({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
        "prompt_tokens_details": {"cached_tokens": 40},
        "completion_tokens_details": {"reasoning_tokens": 5}});
    let chunk = |choices: Value, usage: &Value| {
        json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "gpt-4o-2024-08-06",
            "choices": choices, "usage": usage})
    };
    let said = |text: &str| {
        chunk(
            json!([{"index": 0, "delta": {"content": text}}]),
            &Value::Null,
        )
    };
    check_both(Shape {
        request: json!({"model": "gpt-4o", "temperature": 0.5, "max_tokens": 9,
            "messages": [{"role": "user", "content": "Hello?"}]}),
        answer: json!({"id": "chatcmpl-1", "object": "chat.completion",
            "model": "gpt-4o-2024-08-06", "usage": usage,
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "Hello."}}]}),
        chunks: vec![
            said("Hel"),
            said("lo."),
            chunk(
                json!([{"index": 0, "delta": {}, "finish_reason": "stop"}]),
                &Value::Null,
            ),
            chunk(json!([]), &usage),
        ],
        said: [
            Some("gpt-4o"),
            Some("gpt-4o-2024-08-06"),
            Some("chatcmpl-1"),
            Some("[\"stop\"]"),
        ],
        usage: [100, 20, 40, 0, 5],
        // 60 × 2.5 + 40 × 1.25 + 20 × 10.
        micro_dollars: Some(400.0),
    })
    .await;
}

#[tokio::test]
async fn responses_of_openai() {
    let body = |status: &str, output: Value, usage: Value| {
        json!({"id": "resp_1", "object": "response", "status": status,
            "model": "gpt-4o-2024-08-06", "output": output, "usage": usage})
    };
    let answer = body(
        "completed",
        json!([{"type": "message", "id": "msg_1", "role": "assistant",
            "content": [{"type": "output_text", "text": "Hello."}]}]),
        json!({"input_tokens": 80, "input_tokens_details": {"cached_tokens": 20},
            "output_tokens": 30, "output_tokens_details": {"reasoning_tokens": 10}}),
    );
    check_both(Shape {
        request: json!({"model": "gpt-4o", "input": "Hello?", "temperature": 0.5,
            "max_output_tokens": 9}),
        answer: answer.clone(),
        chunks: vec![
            json!({"type": "response.created",
                "response": body("in_progress", json!([]), Value::Null)}),
            json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0,
                "content_index": 0, "delta": "Hello."}),
            json!({"type": "response.completed", "response": answer}),
        ],
        said: [
            Some("gpt-4o"),
            Some("gpt-4o-2024-08-06"),
            Some("resp_1"),
            Some("[\"stop\"]"),
        ],
        usage: [80, 30, 20, 0, 10],
        // 60 × 2.5 + 20 × 1.25 + 30 × 10.
        micro_dollars: Some(475.0),
    })
    .await;
}

/// What is cached is counted beside the input.
#[tokio::test]
async fn messages_of_anthropic() {
    let message = |content: Value, stop: Value, output: u32| {
        json!({"id": "msg_1", "type": "message", "role": "assistant",
            "model": "claude-sonnet-4-5-20250929", "content": content, "stop_reason": stop,
            "usage": {"input_tokens": 10, "cache_read_input_tokens": 90,
                "cache_creation_input_tokens": 20, "output_tokens": output}})
    };
    check_both(Shape {
        request: json!({"model": "claude-sonnet-4-5", "max_tokens": 9, "temperature": 0.5,
            "messages": [{"role": "user", "content": "Hello?"}]}),
        answer: message(
            json!([{"type": "text", "text": "Hello."}]),
            json!("end_turn"),
            30,
        ),
        chunks: vec![
            json!({"type": "message_start", "message": message(json!([]), Value::Null, 1)}),
            json!({"type": "content_block_start", "index": 0,
                "content_block": {"type": "text", "text": ""}}),
            json!({"type": "content_block_delta", "index": 0,
                "delta": {"type": "text_delta", "text": "Hello."}}),
            // All so far, not what has come since.
            json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"},
                "usage": {"output_tokens": 30}}),
            json!({"type": "message_stop"}),
        ],
        said: [
            Some("claude-sonnet-4-5"),
            Some("claude-sonnet-4-5-20250929"),
            Some("msg_1"),
            Some("[\"end_turn\"]"),
        ],
        usage: [120, 30, 90, 20, 0],
        // 10 × 3 + 90 × 0.3 + 20 × 3.75 + 30 × 15.
        micro_dollars: Some(582.0),
    })
    .await;
}

/// Reasoning is counted beside the output.
#[tokio::test]
async fn generated_content_of_gemini() {
    let chunk = |text: &str, finish: Value, output: u32| {
        json!({"candidates": [{"index": 0, "finishReason": finish,
                "content": {"role": "model", "parts": [{"text": text}]}}],
            "usageMetadata": {"promptTokenCount": 60, "cachedContentTokenCount": 20,
                "candidatesTokenCount": output, "thoughtsTokenCount": 5},
            "modelVersion": "gemini-2.5-flash", "responseId": "r1"})
    };
    check_both(Shape {
        request: json!({"model": "gemini-2.5-flash",
            "contents": [{"role": "user", "parts": [{"text": "Hello?"}]}],
            "generationConfig": {"temperature": 0.5, "maxOutputTokens": 9}}),
        answer: chunk("Hello.", json!("STOP"), 10),
        chunks: vec![
            chunk("Hel", Value::Null, 4),
            chunk("lo.", json!("STOP"), 10),
        ],
        said: [
            Some("gemini-2.5-flash"),
            Some("gemini-2.5-flash"),
            Some("r1"),
            Some("[\"STOP\"]"),
        ],
        usage: [60, 15, 20, 0, 5],
        // 40 × 0.3 + 20 × 0.03 + 15 × 2.5, rounded.
        micro_dollars: Some(50.0),
    })
    .await;
}

/// The answer says neither an id nor a model.
#[tokio::test]
async fn converse_of_bedrock() {
    let usage = json!({"inputTokens": 10, "cacheReadInputTokens": 90,
        "cacheWriteInputTokens": 20, "outputTokens": 30, "totalTokens": 150});
    check_both(Shape {
        request: json!({"modelId": "anthropic.claude-sonnet-4-5-20250929-v1:0",
            "messages": [{"role": "user", "content": [{"text": "Hello?"}]}],
            "inferenceConfig": {"temperature": 0.5, "maxTokens": 9}}),
        answer: json!({"stopReason": "end_turn", "usage": usage,
            "output": {"message": {"role": "assistant", "content": [{"text": "Hello."}]}}}),
        chunks: vec![
            json!({"messageStart": {"role": "assistant"}}),
            json!({"contentBlockDelta": {"delta": {"text": "Hello."}, "contentBlockIndex": 0}}),
            json!({"messageStop": {"stopReason": "end_turn"}}),
            json!({"metadata": {"usage": usage}}),
        ],
        said: [
            Some("anthropic.claude-sonnet-4-5-20250929-v1:0"),
            None,
            None,
            Some("[\"end_turn\"]"),
        ],
        usage: [120, 30, 90, 20, 0],
        // Whoever runs somebody else's model has prices of their own, which the table does not have.
        micro_dollars: None,
    })
    .await;
}
