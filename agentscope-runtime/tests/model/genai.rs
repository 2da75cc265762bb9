//! The types of `genai`, which bring the ways of the providers to one.

use agentscope_runtime::Usage;
use agentscope_runtime::model::{InferenceRequest, InferenceResponse, StreamedResponse};
use genai::chat::{ChatOptions, ChatRequest, ChatResponse, ChatStreamEvent, Tool};
use serde_json::json;

/// What genai 0.6.5 makes of an answer of Anthropic's: 10 tokens beside 90 that were cached.
fn answer() -> ChatResponse {
    let model = |name: &str| json!({"adapter_kind": "Anthropic", "model_name": name});
    // It reads from text only.
    let text = json!({
        "content": [
            {"Text": "I'll look."},
            {"ToolCall": {"call_id": "toolu_1", "fn_name": "weather", "fn_arguments": {"city": "Bonn"}}},
        ],
        "reasoning_content": "The weather is asked for.",
        "model_iden": model("claude-sonnet"),
        "provider_model_iden": model("claude-sonnet-4-5"),
        "stop_reason": {"ToolCall": "tool_use"},
        "usage": {
            "prompt_tokens": 100,
            "prompt_tokens_details": {"cached_tokens": 90},
            "completion_tokens": 30,
            "completion_tokens_details": {"reasoning_tokens": 12},
        },
        "response_id": "msg_1",
    })
    .to_string();
    serde_json::from_str(&text).expect("of the type")
}

const USED: Usage = Usage {
    input_tokens: 100,
    output_tokens: 30,
    cache_read_input_tokens: 90,
    cache_write_input_tokens: 0,
    reasoning_output_tokens: 12,
};

#[test]
fn an_answer() {
    let answer = answer();
    assert_eq!(answer.usage(), Some(USED));
    assert_eq!(answer.model().as_deref(), Some("claude-sonnet-4-5"));
    assert_eq!(answer.id().as_deref(), Some("msg_1"));
    assert_eq!(answer.finish_reasons(), ["tool_use"]);
    assert_eq!(answer.text().as_deref(), Some("I'll look."));
    assert_eq!(
        answer.reasoning().as_deref(),
        Some("The weather is asked for.")
    );
    let calls = InferenceResponse::tool_calls(&answer);
    assert_eq!(calls[0].id.as_deref(), Some("toolu_1"));
    assert_eq!(calls[0].arguments, r#"{"city":"Bonn"}"#);
}

#[test]
fn what_is_asked_stands_in_the_request_and_in_its_options() {
    let request = ChatRequest::from_user("hello").with_tools([Tool::new("weather")]);
    assert_eq!(request.tools(), ["weather"]);
    let mut options = ChatOptions::default()
        .with_temperature(0.5)
        .with_max_tokens(9);
    assert_eq!(
        (options.temperature(), options.max_tokens()),
        (Some(0.5), Some(9))
    );
    assert!(options.set_seed(7) && !options.set_seed(-1) && !options.set_temperature(f64::NAN));
    assert_eq!(
        (options.seed(), options.temperature()),
        (Some(7), Some(0.5))
    );
}

#[test]
fn a_stream_says_what_the_whole_answer_says() {
    let call = |arguments: &str| {
        json!({"ToolCallChunk": {"tool_call":
            {"call_id": "toolu_1", "fn_name": "weather", "fn_arguments": arguments}}})
    };
    let used = serde_json::to_value(answer().usage).expect("JSON");
    let events = [
        json!("Start"),
        json!({"ReasoningChunk": {"content": "The weather "}}),
        json!({"ReasoningChunk": {"content": "is asked for."}}),
        json!({"Chunk": {"content": "I'll "}}),
        json!({"Chunk": {"content": "look."}}),
        // Each has all that came until then.
        call(r#"{"city":"#),
        call(r#"{"city":"Bonn"}"#),
        json!({"End": {
            "captured_usage": used,
            "captured_stop_reason": {"ToolCall": "tool_use"},
            "captured_response_id": "msg_1",
        }}),
    ];
    let mut streamed = StreamedResponse::default();
    for event in events {
        let event: ChatStreamEvent = serde_json::from_value(event).expect("of the type");
        streamed.push(&event);
    }
    streamed.end();
    let whole = answer();
    assert_eq!(streamed.usage(), whole.usage());
    assert_eq!(streamed.text(), whole.text());
    assert_eq!(streamed.reasoning(), whole.reasoning());
    assert_eq!(streamed.finish_reasons(), whole.finish_reasons());
    assert_eq!(streamed.id(), whole.id());
    assert_eq!(streamed.tool_calls(), InferenceResponse::tool_calls(&whole));
}
