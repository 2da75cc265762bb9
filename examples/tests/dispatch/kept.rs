//! The same processes with `agentscope serve`: one session, seen while it runs and afterwards.

#[path = "../../../agentscope-cli/tests/support/serving.rs"]
#[allow(dead_code, reason = "the command's own tests take more of it")]
mod serving;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use serving::{Serving, agentscope};

use crate::processes::{Backend, Desk};

/// What `agentscope tree` shows in the end: outcome, layer, name, step path, service. The first attempt of
/// billing was killed while it looked for payments.
const KEPT: &str = "\
ok session support - support
  ok agent support - support
    ok tool read_ticket 0 support
    ok delegation research 1 support
      ok agent research 1 research
        ok inference chat scripted-by-hand - research
        ok tool find_orders 1/0 research
        ok tool read_policy 1/1 research
    ok delegation billing 2 support
      cancelled agent billing 2 billing
        ok inference chat scripted-by-hand - billing
        ok tool find_invoices 2/0 billing
        cancelled tool match_payments - -
      ok agent billing 2 billing
        ok inference chat scripted-by-hand - billing
        ok tool find_invoices 2/0 billing
        ok tool match_payments 2/1 billing
        ok delegation audit 2/2 billing
          ok agent audit 2/2 research
            ok tool read_ledger 2/2/0 research
    ok tool write_answer 3 support
";

/// The command of this workspace: beside the example, where cargo has put both.
fn command() -> PathBuf {
    let beside = PathBuf::from(env!("CARGO_BIN_EXE_dispatch"));
    let command = beside.with_file_name(format!("agentscope{}", std::env::consts::EXE_SUFFIX));
    assert!(
        command.exists(),
        "{} is not there: cargo build -p agentscope-cli",
        command.display()
    );
    command
}

fn tree(store: &Path) -> Option<Value> {
    let output = agentscope(store)
        .args(["tree", "conversation-7", "--json"])
        .output()
        .expect("it runs");
    // Before anything was received there is no such session.
    output
        .status
        .success()
        .then(|| serde_json::from_slice(&output.stdout).expect("JSON"))
}

fn wait_for(store: &Path, enough: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let tree = tree(store);
        match tree {
            Some(tree) if enough(&tree) => return tree,
            tree => assert!(Instant::now() < deadline, "not in time: {tree:#?}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn lines(tree: &Value) -> String {
    let nodes = tree["nodes"].as_array().expect("nodes");
    let text = |node: &Value, key: &str| node[key].as_str().unwrap_or("-").to_owned();
    let line = |node: &Value| {
        let indent = "  ".repeat(node["depth"].as_u64().expect("a depth") as usize);
        let said = ["outcome", "layer", "name", "step_path", "service"].map(|key| text(node, key));
        format!("{indent}{}\n", said.join(" "))
    };
    nodes.iter().map(line).collect()
}

fn is_open(node: &Value, name: &str) -> bool {
    node["name"] == name && node["open"] == true
}

#[test]
fn a_server_keeps_three_processes_as_one_session_that_is_seen_while_it_runs() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = directory.path().join("store");
    let config = directory.path().join("agentscope.toml");
    std::fs::write(
        &config,
        "[limits]\nidle_seconds = 1\nabandoned_seconds = 3\n",
    )
    .expect("written");
    let serving = Serving::start(&store, &["--config", config.to_str().expect("text")]);
    let mut desk = Desk::telling(Backend::Http, &serving.http);
    desk.start("research", &[]);
    desk.start("billing", &["--hang"]);
    desk.ask(|desk| {
        let running = wait_for(&store, |tree| {
            let nodes = tree["nodes"].as_array().expect("nodes");
            let told = |name: &str| {
                nodes
                    .iter()
                    .any(|node| node["name"] == name && node["outcome"] == "ok")
            };
            nodes.iter().any(|node| is_open(node, "match_payments")) && told("find_invoices")
        });
        assert_eq!(running["nodes"][0]["layer"], "session");
        desk.kill("billing");
        desk.start("billing", &[]);
    });
    desk.end();
    let ended = wait_for(&store, |tree| {
        let nodes = tree["nodes"].as_array().expect("nodes");
        nodes[0]["outcome"] == "ok" && nodes.iter().all(|node| node["open"] != true)
    });
    assert_eq!(lines(&ended), KEPT);
    drop(serving);
}
