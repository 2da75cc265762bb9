//! Requests, read and set.

use agentscope_runtime::model::InferenceRequest;
use serde_json::{Value, json};

/// Model, temperature, top_p, seed, most tokens, stop, tools, stream.
type Parameters = (
    Option<String>,
    Option<f64>,
    Option<f64>,
    Option<i64>,
    Option<u64>,
    Vec<String>,
    Vec<String>,
    Option<bool>,
);

fn parameters(request: &dyn InferenceRequest) -> Parameters {
    let owned = |texts: Vec<std::borrow::Cow<'_, str>>| -> Vec<String> {
        texts
            .into_iter()
            .map(std::borrow::Cow::into_owned)
            .collect()
    };
    (
        request.model().map(std::borrow::Cow::into_owned),
        request.temperature(),
        request.top_p(),
        request.seed(),
        request.max_tokens(),
        owned(request.stop_sequences()),
        owned(request.tools()),
        request.stream(),
    )
}

fn set(request: &mut Value) -> [bool; 3] {
    [
        request.set_model("another"),
        request.set_temperature(0.0),
        request.set_seed(42),
    ]
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_chat_completion_is_asked_for() {
    // https://platform.openai.com/docs/api-reference/chat/create
    let mut request = json!({
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "Hello!"}],
        "temperature": 0.7,
        "top_p": 0.9,
        "seed": 7,
        "max_completion_tokens": 256,
        "stop": "END",
        "tools": [
            {"type": "function", "function": {"name": "get_weather", "parameters": {}}},
            {"type": "custom", "custom": {"name": "code_exec"}}
        ],
        "stream": true
    });
    let (model, tools) = (
        Some("gpt-4o".into()),
        strings(&["get_weather", "code_exec"]),
    );
    let stop = strings(&["END"]);
    let expected = (
        model,
        Some(0.7),
        Some(0.9),
        Some(7),
        Some(256),
        stop,
        tools,
        Some(true),
    );
    assert_eq!(parameters(&request), expected);
    assert_eq!(set(&mut request), [true; 3]);
    assert_eq!(request["model"], "another");
    assert_eq!(
        (request.temperature(), request.seed()),
        (Some(0.0), Some(42))
    );
    assert!(!request.set_temperature(f64::NAN));
    assert_eq!(request.temperature(), Some(0.0));
}

#[test]
fn what_a_request_does_not_say_is_not_guessed() {
    let request = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello!"}]});
    let none = (
        Some("gpt-4o".into()),
        None,
        None,
        None,
        None,
        vec![],
        vec![],
        None,
    );
    assert_eq!(parameters(&request), none);
}

#[test]
fn a_response_is_asked_for() {
    // https://platform.openai.com/docs/api-reference/responses/create: it has no seed and no stop.
    let mut request = json!({
        "model": "gpt-5",
        "input": "What is the weather like in Boston today?",
        "max_output_tokens": 500,
        "tools": [{"type": "function", "name": "get_current_weather", "parameters": {}},
                  {"type": "web_search"}],
        "stream": false
    });
    let tools = strings(&["get_current_weather"]);
    let expected = (
        Some("gpt-5".into()),
        None,
        None,
        None,
        Some(500),
        vec![],
        tools,
        Some(false),
    );
    assert_eq!(parameters(&request), expected);
    assert_eq!(set(&mut request), [true, true, false]);
}

#[test]
fn a_message_is_asked_for() {
    // https://platform.claude.com/docs/en/api/messages: it has no seed.
    let mut request = json!({
        "model": "claude-sonnet-4-5",
        "max_tokens": 1024,
        "system": "Be brief.",
        "temperature": 1.0,
        "stop_sequences": ["\n\nHuman:"],
        "tools": [{"name": "get_weather", "input_schema": {"type": "object"}}],
        "messages": [{"role": "user", "content": "Hello, world"}]
    });
    let (stop, tools) = (strings(&["\n\nHuman:"]), strings(&["get_weather"]));
    let model = Some("claude-sonnet-4-5".into());
    let expected = (model, Some(1.0), None, None, Some(1024), stop, tools, None);
    assert_eq!(parameters(&request), expected);
    assert_eq!(set(&mut request), [true, true, false]);
    assert!(request.get("seed").is_none());
}

#[test]
fn content_of_gemini_is_asked_for() {
    // https://ai.google.dev/api/generate-content: the model stands in the address.
    let mut request = json!({
        "contents": [{"parts": [{"text": "Hello"}]}],
        "tools": [{"functionDeclarations": [{"name": "get_weather"}, {"name": "get_time"}]}],
        "generationConfig": {"topP": 0.8, "maxOutputTokens": 800, "stopSequences": ["Title"]}
    });
    let (stop, tools) = (strings(&["Title"]), strings(&["get_weather", "get_time"]));
    let expected = (None, None, Some(0.8), None, Some(800), stop, tools, None);
    assert_eq!(parameters(&request), expected);
    assert_eq!(set(&mut request), [false, true, true]);
    assert_eq!(request["generationConfig"]["seed"], 42);
    assert!(request.get("model").is_none());
}

#[test]
fn bedrock_is_asked() {
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
    let mut request = json!({
        "modelId": "anthropic.claude-3-haiku-20240307-v1:0",
        "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
        "toolConfig": {"tools": [{"toolSpec": {"name": "top_song", "inputSchema": {"json": {}}}}]}
    });
    let (tools, model) = (
        strings(&["top_song"]),
        "anthropic.claude-3-haiku-20240307-v1:0",
    );
    let expected = (
        Some(model.into()),
        None,
        None,
        None,
        None,
        vec![],
        tools,
        None,
    );
    assert_eq!(parameters(&request), expected);
    assert_eq!(set(&mut request), [true, true, false]);
    assert_eq!(request["inferenceConfig"], json!({"temperature": 0.0}));
    assert_eq!(request["modelId"], "another");
}
