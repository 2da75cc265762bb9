//! An agent of rig's own: attributes, and one layer in `main`.
//!
//! The model's answers are written by hand, in the form that the provider documents; the endpoint that
//! gives them is real, and so is rig's client.

#[path = "../../tests/support/endpoint.rs"]
#[allow(dead_code, reason = "a part of it is used")]
mod endpoint;
mod support;

use std::process::{Command, Output};

use endpoint::endpoint;
use serde_json::json;
use support::completion;

const BEFORE: &str = include_str!("../src/before.rs");
const AFTER: &str = include_str!("../src/after.rs");

fn run(program: &str) -> (String, String) {
    let (url, _requests) = endpoint(vec![
        completion(
            0,
            "I look both up.",
            &[("stock", json!({"item": 7})), ("price", json!({"item": 7}))],
        ),
        completion(1, "There are 14 lamps, at 74.50 each.", &[]),
    ]);
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("OTEL_") || name.starts_with("AGENTSCOPE_") {
            command.env_remove(&*name);
        }
    }
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .arg("How many lamps are there, and what is one?")
        .env("OPENAI_API_KEY", "none")
        .env("OPENAI_BASE_URL", url)
        .env("NO_PROXY", "127.0.0.1")
        .env("AGENTSCOPE_KEY", "key of the examples' tests")
        .output()
        .expect("the example was built");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let (stdout, stderr) = (text(stdout), text(stderr));
    assert!(status.success(), "{stdout}{stderr}");
    (stdout, stderr)
}

#[test]
fn the_program_answers_as_before_and_got_attributes_only() {
    let ((before, _), (after, _)) = (
        run(env!("CARGO_BIN_EXE_rig_shop_before")),
        run(env!("CARGO_BIN_EXE_rig_shop")),
    );
    assert!(after.starts_with(&before), "{after}");
    let mut kept = BEFORE.lines().peekable();
    let added = AFTER.lines().filter(|line| kept.next_if_eq(line).is_none());
    let added: Vec<_> = added.map(str::trim).collect();
    assert_eq!(
        added,
        [
            "use agentscope::{agent, tool};",
            "#[tool(effect = read, default = internal)]",
            "#[tool(effect = read, default = internal)]",
            "#[agent(mode = \"react\", default = secret)]",
            ".with(agentscope::rig::layer())",
            "let _guard = agentscope_collector::init()?;",
        ]
    );
    assert_eq!(kept.next(), None);
}

#[test]
fn the_tree_has_every_step_of_rigs_agent() {
    let (out, _) = run(env!("CARGO_BIN_EXE_rig_shop"));
    let tree = &out[out.find('◆').expect("a tree")..];
    let spans = tree.lines().filter(|line| line.contains("  ok  "));
    let spans: Vec<_> = spans
        .map(|line| line.split("  ok  ").next().unwrap_or_default())
        .collect();
    assert_eq!(
        spans,
        [
            "◆ session assistant",
            "└─ ● agent assistant",
            "   ├─ ✦ inference chat gpt-4o-mini",
            "   ├─ ▸ tool #0 stock",
            "   ├─ ▸ tool #1 price",
            "   └─ ✦ inference chat gpt-4o-mini",
        ]
    );
    assert!(
        tree.contains("2 tool calls · 2 inferences · 250→40 tokens"),
        "{tree}"
    );
}
