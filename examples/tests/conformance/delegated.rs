//! Tasks that are handed to other agents: all that can become of one.

use agentscope::propagation::{Envelope, RemoteContext, Reply};
use agentscope::{Usage, agent, confidential, delegate, inference};
use futures_util::future::join_all;

#[inference(
    provider = "openai", model = "gpt-4o-mini", default = secret,
    usage = |_| Usage { input_tokens: 100, output_tokens: 20, ..Usage::default() }
)]
async fn think() {}

#[agent(default = internal)]
async fn billing(order: u32) -> Option<u32> {
    think().await;
    (order < 10).then_some(order)
}

/// Works on what has come from elsewhere.
#[agent(context = context, default = internal)]
async fn remote(#[sensitivity(secret)] context: &RemoteContext, order: u32) -> Result<u32, ()> {
    think().await;
    match order {
        0 => Err(()),
        order => Ok(order),
    }
}

/// What comes back for an envelope.
async fn answer(message: &str, attempt: u32) -> String {
    let envelope: Envelope<u32> = serde_json::from_str(message).expect("an envelope");
    let envelope = envelope.attempt(attempt);
    let context = envelope.context();
    let result = remote(&context, *envelope.task()).await;
    serde_json::to_string(&context.reply(result.ok())).expect("data")
}

#[agent(default = internal)]
pub async fn planner() {
    // The budget of the delegation is used up.
    let within = delegate("billing")
        .reason("only billing may see invoices")
        .instructions(confidential("the customer is angry"))
        .token_budget(50)
        .run(billing(7));
    within.await;
    let several = (0..3).map(|order| delegate("billing").run(billing(order)));
    join_all(several).await;
    delegate("planner").run(async {}).await;
    delegate("billing").link().run(billing(8)).await;
    drop(delegate("nobody").send());
    let panicking = tokio::spawn(delegate("panicking").run(async { panic!("on purpose") }));
    assert!(panicking.await.is_err());
    for (order, attempt) in [(7_u32, 1), (0, 2)] {
        let handed = delegate("remote").send();
        let sent = serde_json::to_string(&handed.envelope(order)).expect("data");
        let reply: Reply<u32> =
            serde_json::from_str(&answer(&sent, attempt).await).expect("a reply");
        assert_eq!(handed.answered(reply).ok(), (order > 0).then_some(order));
    }
    let handed = delegate("liar").token_budget(10).send();
    let reply = r#"{"outcome": "ok", "result": 1, "totals": {"input_tokens": 1e30}}"#;
    let reply: Reply<u32> = serde_json::from_str(reply).expect("a reply");
    assert_eq!(handed.answered(reply), Ok(1));
}
