//! The scenario that the official helper library was run on, from our macros.
//!
//! Its spans stand in `golden_content.json` and `golden_no_content.json` beside the conventions'
//! data; [`DIFFERENCES`] is all in which ours are not those.

use std::path::Path;

use agentscope::{Session, agent, inference, tool};
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value as Sent};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode};
use serde_json::{Value, json};

#[derive(Debug)]
pub struct TimeoutError;

/// Get the weather
#[tool(default = internal)]
fn get_weather(location: &str) -> Value {
    json!({ "conditions": if location.is_empty() { "unknown" } else { "rainy" } })
}

#[tool(default = internal)]
fn broken_tool() -> Result<(), TimeoutError> {
    Err(TimeoutError)
}

#[inference(provider = "openai", default = internal)]
fn chat(request: &Value) -> Value {
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": format!("{}-2024-08-06", request["model"].as_str().unwrap_or_default()),
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
            "role": "assistant",
            "tool_calls": [{"id": "call_1", "type": "function",
                "function": {"name": "get_weather", "arguments": "{\"location\":\"Paris\"}"}}],
        }}],
        "usage": {"prompt_tokens": 142, "completion_tokens": 37},
    })
}

#[inference(
    provider = "openai", model = "text-embedding-3-small", operation = "embeddings", default = internal,
    usage = |_| agentscope::Usage { input_tokens: 8, ..agentscope::Usage::default() }
)]
fn embed(text: &str) -> Vec<f32> {
    vec![text.len() as f32]
}

/// Answers weather questions
#[agent(name = "Weather Agent", model = "gpt-4o", default = internal)]
fn weather_agent() {
    chat(&json!({
        "model": "gpt-4o",
        "temperature": 0.2,
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Weather in Paris?"}],
    }));
    get_weather("Paris");
}

pub fn run() {
    let session = Session::builder()
        .name("support_pipeline")
        .id("conv_1")
        .user("alice");
    session.run_sync(|| {
        weather_agent();
        let _ = broken_tool();
    });
    embed("Paris");
}

/// Span, what differs, and why that stays so.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    (
        "chat gpt-4o",
        "server.address is missing",
        "a function is observed, not the connection",
    ),
    ("chat gpt-4o", "server.port is missing", "likewise"),
    (
        "execute_tool get_weather",
        "gen_ai.conversation.id is more",
        "taken into the conventions later; whoever looks for a conversation finds its tools",
    ),
    (
        "execute_tool broken_tool",
        "gen_ai.conversation.id is more",
        "likewise",
    ),
    (
        "invoke_agent Weather Agent",
        "gen_ai.request.model is missing",
        "backends count a request for each span that has it; it is `agentscope.agent.model`",
    ),
    (
        "invoke_agent Weather Agent",
        "gen_ai.usage.input_tokens is missing",
        "backends add it to that of the inferences; it is under `agentscope.usage`",
    ),
    (
        "invoke_agent Weather Agent",
        "gen_ai.usage.output_tokens is missing",
        "likewise",
    ),
    (
        "invoke_agent Weather Agent",
        "gen_ai.response.finish_reasons is missing",
        "it is that of its last inference, and `agentscope.outcome` says how the agent ended",
    ),
    (
        "embeddings text-embedding-3-small",
        "gen_ai.usage.output_tokens is more",
        "it is 0: whoever sums tokens over inferences needs no case for those without",
    ),
    (
        "embeddings text-embedding-3-small",
        "has a parent",
        "a call outside any session has one of its own",
    ),
];

/// Only where content is asked for.
const OF_CONTENT: &[(&str, &str, &str)] = &[
    (
        "execute_tool get_weather",
        "gen_ai.tool.call.arguments is missing",
        "they are in `input.value`, by class, whether content is asked for or not",
    ),
    (
        "execute_tool get_weather",
        "gen_ai.tool.call.result is missing",
        "likewise, in `output.value`",
    ),
];

/// How our spans and the golden ones differ otherwise than in the ways that are listed.
pub fn differences(data: &Path, with_content: bool, ours: &[Span]) -> Vec<String> {
    let file = match with_content {
        true => "samples/golden_content.json",
        false => "samples/golden_no_content.json",
    };
    let text = std::fs::read_to_string(data.join(file)).expect("the data is whole");
    let golden: Value = serde_json::from_str(&text).expect("JSON");
    let golden = golden["spans"].as_array().expect("a list");
    let mut found = Vec::new();
    for theirs in golden {
        let name = theirs["name"].as_str().expect("a name");
        match ours.iter().find(|span| span.name == name) {
            Some(ours) => {
                let differ = differ(ours, theirs).into_iter();
                found.extend(differ.map(|what| format!("{name}: {what}")));
            }
            None => found.push(format!("{name}: is missing")),
        }
    }
    let of_content = OF_CONTENT.iter().filter(|_| with_content);
    let known = DIFFERENCES.iter().chain(of_content);
    let known: Vec<_> = known
        .map(|(name, what, _)| format!("{name}: {what}"))
        .collect();
    let gone = known.iter().filter(|known| !found.contains(known));
    let gone: Vec<_> = gone.map(|gone| format!("no longer: {gone}")).collect();
    found.retain(|found| !known.contains(found));
    found.extend(gone);
    found
}

fn differ(ours: &Span, theirs: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let kind = match ours.kind() {
        SpanKind::Client => "client",
        _ => "internal",
    };
    if theirs["kind"] != kind {
        found.push(format!("is {kind}"));
    }
    let status = ours.status.clone().unwrap_or_default();
    let code = match status.code() {
        StatusCode::Error => "error",
        _ => "unset",
    };
    if theirs["status"]["code"] != code {
        found.push(format!("has the status {code}"));
    }
    match (theirs["parent"].as_bool(), ours.parent_span_id.is_empty()) {
        (Some(false), false) => found.push("has a parent".to_owned()),
        (Some(true), true) => found.push("has no parent".to_owned()),
        _ => {}
    }
    let attributes = theirs["attributes"].as_object().expect("an object");
    for (key, value) in attributes {
        let ours = ours.attributes.iter().find(|ours| ours.key == *key);
        match ours.map(|ours| type_of(ours.value.as_ref())) {
            None => found.push(format!("{key} is missing")),
            Some(ours) if ours != type_of_golden(value) => found.push(format!("{key} is {ours}")),
            Some(_) => {}
        }
    }
    // Names of our own, and those of backends, are more by design.
    let is_official = |key: &str| {
        ["gen_ai.", "server.", "error."]
            .iter()
            .any(|it| key.starts_with(it))
    };
    for more in &ours.attributes {
        if is_official(&more.key) && !attributes.contains_key(&more.key) {
            found.push(format!("{} is more", more.key));
        }
    }
    found
}

fn type_of(value: Option<&AnyValue>) -> &'static str {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Sent::StringValue(_)) => "a text",
        Some(Sent::IntValue(_)) => "a whole number",
        Some(Sent::DoubleValue(_)) => "a number",
        Some(Sent::BoolValue(_)) => "true or false",
        Some(Sent::ArrayValue(_)) => "a list",
        _ => "something else",
    }
}

fn type_of_golden(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Number(number) if number.is_f64() => "a number",
        Value::Number(_) => "a whole number",
        Value::Bool(_) => "true or false",
        Value::Array(_) => "a list",
        _ => "something else",
    }
}
