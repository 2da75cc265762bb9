//! The types of `async-openai` say the same as the JSON that they are read from.

use agentscope_runtime::model::{
    InferenceChunk, InferenceRequest, InferenceResponse, StreamedResponse,
};
use async_openai::types::chat::{
    CreateChatCompletionRequest, CreateChatCompletionResponse, CreateChatCompletionStreamResponse,
};
use async_openai::types::responses::{CreateResponse, Response, ResponseStreamEvent};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{counted, gathered, known};

fn typed<T: DeserializeOwned>(body: &Value) -> T {
    serde_json::from_value(body.clone()).expect("of the type")
}

fn gathered_as<T: InferenceChunk + DeserializeOwned>(chunks: &[Value]) -> StreamedResponse {
    let mut answer = StreamedResponse::default();
    for chunk in chunks {
        answer.push(&typed::<T>(chunk));
    }
    answer.end();
    answer
}

/// https://platform.openai.com/docs/api-reference/chat/object
fn chat() -> Value {
    json!({
        "id": "chatcmpl-abc123",
        "object": "chat.completion",
        "created": 1699896916,
        "model": "gpt-4o-mini",
        "choices": [
            {"index": 1, "finish_reason": "length", "message": {
                "role": "assistant", "content": "Another."}},
            {"index": 0, "finish_reason": "tool_calls", "message": {
                "role": "assistant",
                "content": "I'll look.",
                "tool_calls": [{"id": "call_abc123", "type": "function", "function": {
                    "name": "get_current_weather", "arguments": "{\n\"location\": \"Boston\"\n}"}}]
            }}
        ],
        "usage": {
            "prompt_tokens": 2006,
            "completion_tokens": 300,
            "total_tokens": 2306,
            "prompt_tokens_details": {"cached_tokens": 1920, "cache_write_tokens": 12},
            "completion_tokens_details": {"reasoning_tokens": 128}
        }
    })
}

#[test]
fn a_chat_completion() {
    let answer: CreateChatCompletionResponse = typed(&chat());
    assert_eq!(known(&answer), known(&chat()));
    assert_eq!(counted(&answer), [2_006, 1_920, 12, 300, 128]);
    assert_eq!(answer.finish_reasons(), ["tool_calls", "length"]);
}

#[test]
fn a_chat_completion_of_xai_counts_its_reasoning_beside() {
    let mut body = chat();
    body["usage"]["total_tokens"] = json!(2_006 + 300 + 128);
    let answer: CreateChatCompletionResponse = typed(&body);
    assert_eq!(counted(&answer), [2_006, 1_920, 12, 428, 128]);
    assert_eq!(known(&answer), known(&body));
}

#[test]
fn a_refusal() {
    let body = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {
            "role": "assistant", "content": null, "refusal": "I cannot."}}]
    });
    let answer: CreateChatCompletionResponse = typed(&body);
    assert_eq!(answer.text().as_deref(), Some("I cannot."));
    assert_eq!(known(&answer), known(&body));
}

#[test]
fn chunks_of_a_chat_completion() {
    let chunk = |delta: Value, reason: Value, usage: Value| {
        json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
               "choices": [{"index": 0, "delta": delta, "finish_reason": reason}], "usage": usage})
    };
    let mut chunks = vec![
        chunk(
            json!({"role": "assistant", "content": ""}),
            Value::Null,
            Value::Null,
        ),
        chunk(json!({"content": "Hel"}), Value::Null, Value::Null),
        chunk(json!({"content": "lo"}), Value::Null, Value::Null),
        chunk(
            json!({"tool_calls": [{"index": 0, "id": "call_1", "type": "function",
                                   "function": {"name": "look", "arguments": ""}}]}),
            Value::Null,
            Value::Null,
        ),
        chunk(
            json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"a\":"}}]}),
            Value::Null,
            Value::Null,
        ),
        chunk(
            json!({"tool_calls": [{"index": 0, "id": null, "function": {"name": null, "arguments": "1}"}}]}),
            Value::Null,
            json!({"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}),
        ),
        chunk(json!({}), json!("tool_calls"), Value::Null),
    ];
    chunks.push(json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
    }));
    let answer = gathered_as::<CreateChatCompletionStreamResponse>(&chunks);
    assert_eq!(known(&answer), known(&gathered(&chunks)));
    assert_eq!(answer.text().as_deref(), Some("Hello"));
    assert_eq!(answer.tool_calls()[0].arguments, r#"{"a":1}"#);
    assert_eq!(counted(&answer), [9, 0, 0, 4, 0]);
    let cut = gathered_as::<CreateChatCompletionStreamResponse>(&chunks[..3]);
    assert_eq!(cut.finish_reasons(), ["error"]);
}

/// https://platform.openai.com/docs/api-reference/responses/object
fn response() -> Value {
    json!({
        "id": "resp_67ca09c5efe0819096d0511c92b8c890096610f474011cc0",
        "object": "response",
        "created_at": 1741294021,
        "status": "completed",
        "error": null,
        "incomplete_details": null,
        "model": "gpt-5-2025-08-07",
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": [
                {"type": "summary_text", "text": "Weather."},
                {"type": "summary_text", "text": "A tool."}]},
            {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
             "content": [{"type": "output_text", "text": "I'll look.", "annotations": []}]},
            {"type": "function_call", "id": "fc_1", "call_id": "call_1", "status": "completed",
             "name": "get_current_weather", "arguments": "{\"location\":\"Boston, MA\"}"}
        ],
        "usage": {
            "input_tokens": 291,
            "input_tokens_details": {"cached_tokens": 128},
            "output_tokens": 87,
            "output_tokens_details": {"reasoning_tokens": 64},
            "total_tokens": 378
        }
    })
}

#[test]
fn a_response() {
    let answer: Response = typed(&response());
    assert_eq!(known(&answer), known(&response()));
    assert_eq!(counted(&answer), [291, 128, 0, 87, 64]);
    assert_eq!(answer.reasoning().as_deref(), Some("Weather.\nA tool."));
    for (status, details, reason) in [
        (
            "incomplete",
            json!({"reason": "max_output_tokens"}),
            "length",
        ),
        ("failed", Value::Null, "error"),
        ("cancelled", Value::Null, "cancelled"),
    ] {
        let mut body = response();
        body["status"] = json!(status);
        body["incomplete_details"] = details;
        assert_eq!(typed::<Response>(&body).finish_reasons(), [reason]);
        assert_eq!(known(&typed::<Response>(&body)), known(&body));
    }
}

#[test]
fn events_of_a_response() {
    let mut begun = response();
    begun["status"] = json!("in_progress");
    begun["output"] = json!([]);
    begun["usage"] = Value::Null;
    let arguments = |delta: &str| {
        json!({"type": "response.function_call_arguments.delta", "sequence_number": 5,
               "item_id": "fc_1", "output_index": 2, "delta": delta})
    };
    let events = [
        json!({"type": "response.created", "sequence_number": 0, "response": begun}),
        json!({"type": "response.reasoning_summary_text.delta", "sequence_number": 1,
               "item_id": "rs_1", "output_index": 0, "summary_index": 0, "delta": "Weather."}),
        json!({"type": "response.reasoning_summary_text.delta", "sequence_number": 2,
               "item_id": "rs_1", "output_index": 0, "summary_index": 1, "delta": "A tool."}),
        json!({"type": "response.output_text.delta", "sequence_number": 3, "item_id": "msg_1",
               "output_index": 1, "content_index": 0, "delta": "I'll look."}),
        json!({"type": "response.output_item.added", "sequence_number": 4, "output_index": 2,
               "item": {"type": "function_call", "id": "fc_1", "call_id": "call_1",
                        "status": "in_progress", "name": "get_current_weather", "arguments": ""}}),
        arguments("{\"location\":"),
        arguments("\"Boston, MA\"}"),
        json!({"type": "response.completed", "sequence_number": 7, "response": response()}),
    ];
    let answer = gathered_as::<ResponseStreamEvent>(&events);
    assert_eq!(known(&answer), known(&response()));
    // The pieces alone say the same but for what only the last event has.
    let mut cut = known(&gathered_as::<ResponseStreamEvent>(&events[..7]));
    assert_eq!(cut.finish_reasons, ["error"]);
    cut.finish_reasons = vec!["tool_calls".into()];
    cut.usage = answer.usage();
    assert_eq!(cut, known(&response()));
}

#[test]
fn a_request_for_a_chat_completion_is_read_and_set() {
    let mut request: CreateChatCompletionRequest = typed(&json!({
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "Hello!"}],
        "temperature": 0.7,
        "max_tokens": 256,
        "stop": ["END"],
        "tools": [{"type": "function", "function": {"name": "look"}}],
        "stream": true
    }));
    assert_eq!(request.temperature(), Some(0.7), "as it was written");
    assert_eq!((request.max_tokens(), request.seed()), (Some(256), None));
    assert_eq!(
        (request.stop_sequences(), request.tools()),
        (vec!["END".into()], vec!["look".into()])
    );
    assert_eq!(request.stream(), Some(true));
    assert!(request.set_model("o3") && request.set_temperature(0.0) && request.set_seed(7));
    assert_eq!(
        (request.model().as_deref(), request.seed()),
        (Some("o3"), Some(7))
    );
    assert!(!request.set_temperature(f64::MAX));
    assert_eq!(request.temperature(), Some(0.0));
}

#[test]
fn a_request_for_a_response_is_read_and_set() {
    let mut request: CreateResponse = typed(&json!({
        "model": "gpt-5", "input": "Hello!", "max_output_tokens": 500, "top_p": 0.9,
        "tools": [{"type": "function", "name": "look", "parameters": {}, "strict": true}]
    }));
    assert_eq!(
        (request.max_tokens(), request.top_p()),
        (Some(500), Some(0.9))
    );
    assert_eq!(request.tools(), ["look"]);
    assert!(request.set_model("o3") && request.set_temperature(0.5));
    assert!(!request.set_seed(7), "the API has none");
    assert_eq!(
        (request.model().as_deref(), request.temperature()),
        (Some("o3"), Some(0.5))
    );
}
