//! `repo_analyst` with an OpenAI-compatible endpoint: a real tool-calling loop over HTTP.
//!
//! The endpoint of this test answers with the recorded completions, so that the tools have real work;
//! what the program sends is what is tested.

mod support;

use serde_json::Value;
use support::endpoint::{Answer, endpoint};

fn completions() -> Vec<Answer> {
    recorded().iter().map(Answer::whole).collect()
}

fn recorded() -> Vec<Value> {
    let text = include_str!(
        "../recordings/where-is-a-span-opened-and-what-guarantees-that-it-is-closed.json"
    );
    let recording: Value = serde_json::from_str(text).expect("JSON");
    recording["completions"]
        .as_array()
        .expect("completions")
        .clone()
}

#[test]
fn the_model_gets_the_tools_and_what_they_found() {
    let (url, requests) = endpoint(completions());
    let run = support::repo_analyst(&["--model-url", &url, "--model", "test-model"], &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("asking test-model"), "{run:?}");
    assert!(
        !run.stdout.contains("recorded completions"),
        "nothing is recorded here: {run:?}"
    );
    assert!(
        run.tree().contains("✦ inference chat test-model  ok"),
        "{run:?}"
    );

    let requests: Vec<Value> = requests.try_iter().collect();
    assert_eq!(requests.len(), recorded().len());
    for request in &requests {
        assert_eq!(request["model"], "test-model");
        for tool in request["tools"].as_array().expect("tools") {
            let parameters = &tool["function"]["parameters"];
            assert_eq!(parameters["type"], "object", "{tool}");
            assert!(parameters["properties"]["reason"].is_object(), "{tool}");
        }
    }
    // The third request follows the walk: it holds the call and the files that really are there.
    let messages = requests[2]["messages"].as_array().expect("messages");
    let roles: Vec<_> = messages
        .iter()
        .filter_map(|message| message["role"].as_str())
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool"]);
    assert_eq!(
        messages[3]["tool_call_id"],
        messages[2]["tool_calls"][0]["id"]
    );
    let found = messages[3]["content"].as_str().expect("text");
    assert!(found.contains("agentscope-runtime/src/lib.rs"), "{found}");
    let told = |request: &Value| {
        let last = request["messages"]
            .as_array()
            .and_then(|messages| messages.last().cloned());
        last.expect("a message")["content"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let told: Vec<_> = requests.iter().map(told).collect();
    assert!(
        told.iter()
            .any(|text| text.contains("there is no agentscope-runtime/opening.rs")),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|text| text.contains("no result within 1ms")),
        "{told:?}"
    );
}

#[test]
fn an_endpoint_that_fails_is_the_agents_failure() {
    let (url, _requests) = endpoint(Vec::new());
    let run = support::repo_analyst(&["--model-url", &url, "--model", "test-model"], &[]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stderr
            .contains("the model gave no answer: 400 Bad Request no more completions"),
        "{run:?}"
    );
    let tree = run.tree();
    assert!(
        tree.contains(
            "✦ inference chat test-model  error repo_analyst::error::AnalystError::Model"
        ),
        "{tree}"
    );
    assert!(tree.contains("verdict failure"), "{tree}");
}
