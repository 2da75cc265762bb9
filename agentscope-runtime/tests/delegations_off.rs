//! With telemetry off nothing is recorded, and budgets cross delegations all the same.

#[path = "support/elsewhere.rs"]
mod elsewhere;

use agentscope::propagation::{Envelope, Handed, RemoteContext, Reply};
use agentscope::{Session, Usage, agent, budget, delegate, inference};
use agentscope_runtime as agentscope;
use elsewhere::elsewhere;

#[inference(
    provider = "openai", model = "gpt-4o", default = secret,
    usage = |_| Usage { input_tokens: 30, output_tokens: 10, ..Usage::default() }
)]
fn think() {}

fn left() -> Option<i64> {
    budget::remaining().tokens
}

#[agent(context = context, default = internal)]
fn thinks(#[sensitivity(secret)] context: &RemoteContext, depth: u32) -> Option<i64> {
    think();
    if depth > 0 {
        ask(delegate("thinks").token_budget(100).send(), depth - 1);
    }
    left()
}

fn ask(handed: Handed, depth: u32) -> Option<i64> {
    let sent = serde_json::to_string(&handed.envelope(depth)).expect("data");
    let message = elsewhere(move || {
        let envelope: Envelope<u32> = serde_json::from_str(&sent).expect("an envelope");
        let result = thinks(&envelope.context(), *envelope.task());
        serde_json::to_string(&envelope.context().reply(result)).expect("data")
    });
    let reply: Reply<i64> = serde_json::from_str(&message).expect("a reply");
    handed.answered(reply).ok()
}

fn budgets_cross() {
    Session::builder().token_budget(1_000).run_sync(|| {
        let handed = delegate("thinks").token_budget(300).send();
        assert_eq!(left(), Some(700), "set aside");
        assert_eq!(
            ask(handed, 1),
            Some(220),
            "one call of its own, one of its sub-agent"
        );
        assert_eq!(left(), Some(920));
        drop(delegate("dropped").token_budget(300).send());
        assert_eq!(left(), Some(920));
        delegate("inner").token_budget(100).run_sync(|| {
            think();
            assert_eq!(left(), Some(60));
        });
        assert_eq!(left(), Some(880));
        delegate("linked").token_budget(100).link().run_sync(|| {
            think();
            assert_eq!(left(), Some(60));
        });
        assert_eq!(left(), Some(780), "given away");
    });
    assert_eq!(left(), None);
    delegate("unlimited").run_sync(think);
    assert_eq!(delegate("unlimited").send().context().session_id(), None);
}

#[test]
fn budgets_cross_delegations_of_which_nothing_is_recorded() {
    let before = agentscope::stats().opened;
    budgets_cross();
    agentscope::disable();
    budgets_cross();
    assert_eq!(agentscope::stats().opened, before);
}
