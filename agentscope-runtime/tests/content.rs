//! Prompts and completions are in telemetry only where the deployment asks for them.

mod support;

use std::process::Command;

use agentscope::{Session, inference};
use agentscope_runtime as agentscope;
use serde_json::{Value, json};
use support::{named, recorder, text};

#[inference(provider = "test", model = "m", default = internal)]
fn ask(prompt: &str, #[sensitivity(pii)] user: &str) -> String {
    format!("{prompt} {}", user.len())
}

#[inference(provider = "test", model = "hidden", default = special)]
fn ask_of_health(prompt: &str) -> String {
    prompt.to_owned()
}

#[inference(provider = "openai", default = internal)]
fn decide(request: &Value) -> Value {
    json!({
        "object": "chat.completion",
        "model": request["model"],
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
            "content": "I look it up.",
            "tool_calls": [{"id": "call_1", "type": "function",
                "function": {"name": "weather", "arguments": "{\"city\":\"Bonn\"}"}}],
        }}],
    })
}

#[inference(provider = "test", model = "pieces", output(internal, redact = mask), default = internal)]
fn stream(prompt: &str) -> impl Iterator<Item = Value> {
    let delta = json!({"content": format!("hidden words of {prompt}")});
    let chunk =
        json!({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]});
    [chunk].into_iter()
}

/// What is emitted where the variable says `word`: on the span, and in the event.
fn emitted(word: &str) -> (bool, bool) {
    let program = std::env::current_exe().expect("a test is a program");
    let run = Command::new(program)
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", word)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}");
    (said.contains("on the span"), said.contains("in the event"))
}

#[test]
fn content_is_shown_where_it_is_asked_for_and_nowhere_else() {
    assert_eq!(emitted(""), (false, false));
    assert_eq!(emitted("NO_CONTENT"), (false, false));
    assert_eq!(
        emitted("true"),
        (false, false),
        "not a word of the conventions"
    );
    assert_eq!(emitted("SPAN_ONLY"), (true, false));
    assert_eq!(emitted("EVENT_ONLY"), (false, true));
    assert_eq!(emitted("span_and_event"), (true, true));
}

/// Says where the prompt and the completion were, and that they were redacted there.
#[test]
#[ignore = "started by the other test"]
#[allow(clippy::print_stdout, reason = "that is how it answers")]
fn child() {
    let recorder = recorder();
    Session::builder().task("content").run_sync(|| {
        ask("how are you", "alice");
        ask_of_health("hidden words");
        assert_eq!(stream("rain").count(), 1);
        decide(&json!({"model": "parts", "messages": [{"role": "user", "content": "Rain?"}]}));
    });
    let spans = recorder.task("content");
    let span = named(&spans, "chat m");
    let events = format!("{:?}", recorder.snapshots_of("content"));
    let all = format!("{spans:?} {events}");
    assert!(
        !all.contains("alice") && !all.contains("hidden words"),
        "{all}"
    );
    if let Some(input) = text(span, "gen_ai.input.messages") {
        assert!(input.contains("how are you"), "{input}");
        let output = text(span, "gen_ai.output.messages").expect("both sides");
        assert!(output.contains("how are you 5"), "{output}");
        let asked = text(named(&spans, "chat parts"), "gen_ai.input.messages");
        let asked: Value = serde_json::from_str(&asked.expect("shown")).expect("JSON");
        let part = json!({"type": "text", "content": "Rain?"});
        assert_eq!(asked, json!([{"role": "user", "parts": [part]}]));
        let decided = text(named(&spans, "chat parts"), "gen_ai.output.messages");
        let decided: Value = serde_json::from_str(&decided.expect("shown")).expect("JSON");
        let call = json!({
            "type": "tool_call", "id": "call_1", "name": "weather", "arguments": {"city": "Bonn"},
        });
        let parts = json!([{"type": "text", "content": "I look it up."}, call]);
        let message = json!({"role": "assistant", "parts": parts, "finish_reason": "tool_call"});
        assert_eq!(decided, json!([message]));
        println!("on the span");
    }
    if events.contains("gen_ai.client.inference.operation.details") {
        assert!(events.contains("how are you 5"), "{events}");
        println!("in the event");
    } else {
        assert!(!events.contains("how are you"), "{events}");
    }
}
