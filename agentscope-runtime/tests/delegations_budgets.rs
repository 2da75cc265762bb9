//! Budgets cross delegations: what is granted is set aside, what is left comes back, once.

mod support;

#[path = "support/elsewhere.rs"]
mod elsewhere;

use std::time::Duration;

use agentscope::budget;
use agentscope::propagation::{Envelope, Handed, RemoteContext, Reply};
use agentscope::{Level, Session, Usage, agent, delegate, inference};
use agentscope_runtime as agentscope;
use elsewhere::elsewhere;
use support::{int, named, recorder, text};

#[inference(
    provider = "openai", model = "gpt-4o", default = secret,
    usage = |_| Usage { input_tokens: 30, output_tokens: 10, ..Usage::default() }
)]
fn think() {}

fn left() -> i64 {
    budget::remaining().tokens.expect("there is a budget")
}

#[agent(context = context, default = internal)]
fn thinks(#[sensitivity(secret)] context: &RemoteContext, times: u32) -> Option<i64> {
    (0..times).for_each(|_| think());
    budget::remaining().tokens
}

fn delivered(handed: &Handed, times: u32, attempt: u32) -> Reply<i64> {
    let sent = serde_json::to_string(&handed.envelope(times)).expect("data");
    let message = elsewhere(move || {
        let envelope: Envelope<u32> = serde_json::from_str(&sent).expect("an envelope");
        let envelope = envelope.attempt(attempt);
        let context = envelope.context();
        let result = thinks(&context, *envelope.task());
        serde_json::to_string(&context.reply(result)).expect("data")
    });
    serde_json::from_str(&message).expect("a reply")
}

#[test]
fn a_grant_is_set_aside_until_it_is_answered_and_its_rest_comes_back() {
    let recorder = recorder();
    let session = Session::builder().task("G-1").token_budget(1_000);
    session.run_sync(|| {
        let handed = delegate("thinks").token_budget(300).send();
        assert_eq!(left(), 700, "set aside");
        let reply = delivered(&handed, 2, 1);
        assert_eq!(reply.result(), Some(&220), "of the grant");
        assert_eq!(handed.answered(reply), Ok(220));
        assert_eq!(left(), 920, "80 of 300 were used");
    });
    let spans = recorder.task("G-1");
    let delegation = spans
        .iter()
        .find(|it| text(it, "agentscope.delegation.target").is_some());
    let delegation = delegation.expect("it was recorded");
    assert_eq!(int(delegation, "agentscope.token.budget.limit"), Some(300));
    assert_eq!(
        int(delegation, "agentscope.token.budget.remaining"),
        Some(220)
    );
    assert_eq!(int(delegation, "agentscope.usage.input_tokens"), Some(60));
    let session = named(&spans, "invoke_workflow session");
    assert_eq!(int(session, "agentscope.usage.output_tokens"), Some(20));
    assert_eq!(int(session, "agentscope.token.budget.remaining"), Some(920));
}

#[test]
fn the_grant_of_a_dead_agent_comes_back_once_whoever_ends_the_delegation() {
    recorder();
    Session::builder().token_budget(1_000).run_sync(|| {
        let handed = delegate("thinks").token_budget(300).send();
        // The first delivery died; only the second is heard.
        let _lost = delivered(&handed, 5, 1);
        let reply = delivered(&handed, 1, 2);
        assert_eq!(left(), 700);
        assert_eq!(handed.answered(reply), Ok(260));
        assert_eq!(left(), 960);
        drop(delegate("dropped").token_budget(300).send());
        assert_eq!(left(), 960);
        delegate("failed")
            .token_budget(300)
            .send()
            .failed(&std::fmt::Error);
        assert_eq!(left(), 960);
    });
}

#[test]
fn nobody_is_granted_more_than_is_left_and_two_never_the_same() {
    recorder();
    Session::builder().token_budget(100).run_sync(|| {
        let most = delegate("most").token_budget(80).send();
        let rest = delegate("rest").token_budget(80).send();
        assert_eq!(left(), 0);
        assert_eq!(delivered(&most, 0, 1).result(), Some(&80));
        assert_eq!(delivered(&rest, 0, 1).result(), Some(&20));
        assert!(budget::check().is_err(), "all of it is granted");
        drop((most, rest));
        assert!(budget::check().is_ok(), "and there again");
    });
}

#[test]
fn without_a_grant_what_is_left_is_the_limit_and_nothing_is_set_aside() {
    recorder();
    Session::builder()
        .token_budget(1_000)
        .iteration_limit(9)
        .run_sync(|| {
            let handed = delegate("thinks").send();
            assert_eq!(left(), 1_000);
            let reply = delivered(&handed, 2, 1);
            assert_eq!(handed.answered(reply), Ok(920));
            assert_eq!(left(), 920);
            assert_eq!(budget::remaining().iterations, Some(7));
        });
}

#[agent(token_budget = 1_000, default = internal)]
fn delegates_here(times: u32) -> (i64, i64) {
    let inner = delegate("inner")
        .token_budget(300)
        .run_sync(|| inner(times));
    (inner, left())
}

#[agent(default = internal)]
fn inner(times: u32) -> i64 {
    (0..times).for_each(|_| think());
    left()
}

#[test]
fn in_one_process_the_grant_is_the_limit_of_the_sub_agent() {
    let recorder = recorder();
    let (of_inner, of_outer) = Session::builder()
        .task("G-2")
        .run_sync(|| delegates_here(2));
    assert_eq!((of_inner, of_outer), (220, 920));
    let (of_inner, of_outer) = Session::builder()
        .task("G-3")
        .run_sync(|| delegates_here(8));
    assert_eq!((of_inner, of_outer), (-20, 680));
    let used_up = recorder.snapshots_of("G-3");
    let used_up = used_up
        .iter()
        .find(|it| it.warning == Some("budget_exhausted"));
    assert_eq!(used_up.map(|it| it.level), Some(Level::Error));
    let spans = recorder.task("G-3");
    let source = text(
        named(&spans, "invoke_workflow session"),
        "agentscope.session.verdict.source",
    );
    assert_eq!(source.as_deref(), Some("token_budget"));
}

#[test]
fn a_budget_that_runs_out_elsewhere_is_a_failure_here() {
    let recorder = recorder();
    Session::builder().task("G-4").run_sync(|| {
        let handed = delegate("thinks").token_budget(50).send();
        let reply = delivered(&handed, 2, 1);
        // It used more than it was granted: no more than that is charged, and it is said.
        assert!(handed.answered(reply).is_ok());
    });
    let spans = recorder.task("G-4");
    let source = text(
        named(&spans, "invoke_workflow session"),
        "agentscope.session.verdict.source",
    );
    assert_eq!(source.as_deref(), Some("token_budget"));
}

#[test]
fn a_reply_that_lies_costs_no_more_than_the_grant() {
    let recorder = recorder();
    let session = Session::builder()
        .task("G-5")
        .token_budget(1_000)
        .cost_budget(1);
    session.run_sync(|| {
        for lie in ["1e300", "18446744073709551615", "-5", "-1e300"] {
            let handed = delegate("liar").token_budget(100).cost_budget(0.01).send();
            let reply = format!(
                r#"{{"outcome": "ok", "attempt": 1, "result": 1,
                    "used": {{"tokens": {lie}, "cost_micro_usd": {lie}, "iterations": {lie}}},
                    "totals": {{"input_tokens": {lie}, "output_tokens": {lie}, "tool_calls": {lie},
                        "inference_calls": {lie}, "tool_ms": {lie}, "inference_ms": {lie},
                        "steps": {lie}, "cost_micro_usd": {lie}}}}}"#
            );
            let reply: Reply<u32> = serde_json::from_str(&reply).expect("a reply");
            assert_eq!(handed.answered(reply), Ok(1));
        }
        assert_eq!(left(), 800, "two of the four have told of too much");
        assert_eq!(budget::remaining().cost, Some(0.98));
    });
    let spans = recorder.task("G-5");
    let session = named(&spans, "invoke_workflow session");
    assert_eq!(int(session, "agentscope.usage.input_tokens"), Some(200));
    assert_eq!(int(session, "agentscope.usage.output_tokens"), Some(0));
    let snapshots = recorder.snapshots_of("G-5");
    let lies = snapshots
        .iter()
        .filter(|it| it.warning == Some("implausible_reply"));
    assert_eq!(lies.count(), 2);
}

#[test]
fn a_reply_that_is_none_leaves_the_delegation_to_whoever_waits() {
    for reply in [
        "",
        "{}",
        "[]",
        r#"{"outcome": "great"}"#,
        r#"{"outcome": "ok", "result": "x"}"#,
    ] {
        assert!(
            serde_json::from_str::<Reply<u32>>(reply).is_err(),
            "{reply}"
        );
    }
    let reply: Reply<u32> =
        serde_json::from_str(r#"{"outcome": "error", "error_type": "alice@example.com"}"#)
            .expect("a reply");
    let error = delegate("nobody")
        .send()
        .answered(reply)
        .expect_err("no result");
    assert!(!error.to_string().contains("alice"), "{error}");
}

#[test]
fn what_is_handed_over_for_good_counts_as_used() {
    recorder();
    Session::builder().token_budget(1_000).run_sync(|| {
        let handed = delegate("outlives").token_budget(300).link().send();
        drop(handed);
        assert_eq!(left(), 700);
    });
}

#[test]
fn time_that_is_granted_passes_for_both() {
    recorder();
    let hour = Duration::from_secs(3600);
    Session::builder().time_budget(hour).run_sync(|| {
        let handed = delegate("thinks").time_budget(hour * 2).send();
        let sent = serde_json::to_value(handed.envelope(1)).expect("data");
        let granted = sent["delegation"]["grant"]["time_ms"].as_u64();
        assert!(granted.is_some_and(|ms| ms <= 3_600_000), "{sent}");
        assert!(budget::remaining().time.is_some_and(|left| left > hour / 2));
    });
}
