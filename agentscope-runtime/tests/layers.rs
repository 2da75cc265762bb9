//! What the four layers record of ordinary code.

mod support;

use std::pin::Pin;

use agentscope::{Classify, Level, Session, Usage, agent, because, inference, internal, tool};
use agentscope_runtime as agentscope;
use support::{chain, int, is_error, named, outcome, recorder, text};

#[derive(Debug, Classify)]
#[allow(dead_code)]
enum BankError {
    Closed,
    Limit {
        #[sensitivity(internal)]
        cents: u64,
    },
}

#[derive(serde::Serialize, schemars::JsonSchema, Classify)]
struct Customer {
    #[sensitivity(internal)]
    id: u64,
    #[sensitivity(pii, kind = "email")]
    email: String,
}

fn alice() -> Customer {
    Customer {
        id: 7,
        email: "alice@example.com".into(),
    }
}

/// Look up a customer's balance.
#[tool(effect = read, output = confidential)]
async fn balance(
    customer: &Customer,
    #[sensitivity(public)] currency: &str,
) -> Result<u64, BankError> {
    let _ = (customer, currency);
    Ok(1250)
}

#[tool(output = internal)]
fn orders(#[sensitivity(internal)] customer: u64) -> Result<Vec<u64>, BankError> {
    if customer == 0 {
        Err(BankError::Limit { cents: 1 })
    } else {
        Ok(vec![])
    }
}

#[tool(default = secret)]
fn boxed<'a>(
    name: &'a str,
) -> Pin<Box<dyn Future<Output = Result<usize, std::io::Error>> + Send + 'a>> {
    if name.is_empty() {
        return Box::pin(async { Err(std::io::Error::other("a secret text")) });
    }
    Box::pin(async move { Ok(name.len()) })
}

#[tool(default = internal)]
fn later(n: u32) -> impl Future<Output = u32> + Send {
    async move {
        tokio::task::yield_now().await;
        n + 1
    }
}

struct Reply {
    input: u64,
    output: u64,
}

#[inference(
    provider = "openai",
    model = model,
    temperature = 0.7_f32,
    seed = Some(42_u64),
    usage = |reply| Usage { input_tokens: reply.input, output_tokens: reply.output, ..Usage::default() },
    default = confidential
)]
async fn complete(model: &str, prompt: String) -> Result<Reply, BankError> {
    let _ = prompt;
    Ok(Reply {
        input: 100,
        output: 20,
    })
}

#[agent(
    mode = "react", tier = "gold", version = "1.2", model = "m-1", system_prompt = "be kind",
    token_budget = 200, iteration_limit = 1, task = task, user = "alice", tenant = "acme",
    output = confidential
)]
async fn refunds(#[sensitivity(internal)] task: &str) -> Result<String, BankError> {
    agentscope::goal("refund if it qualifies");
    agentscope::memory("nothing looked up yet");
    complete("gpt-4o-mini", "a prompt".into()).await?;
    let cents = balance(&alice(), "EUR")
        .because("a refund needs the current balance")
        .await?;
    agentscope::memory(internal(format!(
        "balance is {}",
        if cents > 0 { "positive" } else { "zero" }
    )));
    because("the order must be found", || orders(7))?;
    let _ = orders(0);
    complete("gpt-4o-mini", "another".into()).await?;
    later(1).await;
    let _ = boxed("").await;
    let _ = boxed("abc").await;
    Ok("done".into())
}

#[tokio::test]
async fn an_agent_records_four_layers_with_all_that_is_known() {
    let recorder = recorder();
    refunds("T-1").await.expect("the agent succeeds");
    let spans = recorder.task("T-1");
    assert_eq!(
        chain(&spans, "execute_tool balance"),
        [
            "execute_tool balance",
            "invoke_agent refunds",
            "invoke_workflow refunds"
        ]
    );
    let balance = named(&spans, "execute_tool balance");
    let shown = text(balance, "input.value").expect("arguments");
    assert!(
        shown.starts_with(r#"{"customer":{"id":7,"email":"h"#),
        "{shown}"
    );
    assert!(shown.ends_with(r#","currency":"EUR"}"#), "{shown}");
    assert!(!shown.contains("alice"), "{shown}");
    assert_eq!(
        text(balance, "output.value").as_deref(),
        Some(r#""[confidential]""#)
    );
    assert_eq!(
        text(balance, "agentscope.call.reason").as_deref(),
        Some("a refund needs the current balance")
    );
    assert_eq!(
        text(balance, "agentscope.call.reason.source").as_deref(),
        Some("stated")
    );
    assert_eq!(int(balance, "agentscope.step.index"), Some(0));
    assert!(text(balance, "agentscope.tool.schema.hash").is_some_and(|hash| hash.len() == 71));
    assert!(text(balance, "agentscope.tool.args.shape.hash").is_some());
    assert_eq!(
        text(balance, "agentscope.tool.status").as_deref(),
        Some("success")
    );
    // Of a confidential result the size is only told roughly, and nothing that shows equality.
    assert_eq!(int(balance, "agentscope.tool.response.size"), Some(64));
    assert_eq!(text(balance, "agentscope.tool.response.hash"), None);
    assert_eq!(
        text(balance, "gen_ai.tool.description").as_deref(),
        Some("Look up a customer's balance.")
    );
    assert_eq!(
        text(balance, "agentscope.data.classification").as_deref(),
        Some("pii")
    );
    assert_eq!((outcome(balance), is_error(balance)), ("ok".into(), false));

    let chat = spans
        .iter()
        .find(|span| span.name == "chat gpt-4o-mini")
        .expect("an inference");
    assert_eq!(int(chat, "gen_ai.usage.input_tokens"), Some(100));
    assert_eq!(int(chat, "gen_ai.request.seed"), Some(42));
    assert_eq!(
        support::value(chat, "gen_ai.request.temperature"),
        Some(0.7.into())
    );
    assert_eq!(
        text(chat, "input.value"),
        None,
        "prompts never go on a span"
    );

    let agent = named(&spans, "invoke_agent refunds");
    assert_eq!(int(agent, "agentscope.usage.input_tokens"), Some(200));
    assert_eq!(int(agent, "agentscope.agent.tool_calls"), Some(6));
    assert_eq!(int(agent, "agentscope.agent.inference_calls"), Some(2));
    assert_eq!(int(agent, "agentscope.token.budget.remaining"), Some(-40));
    assert!(text(agent, "agentscope.system_prompt.hash").is_some_and(|hash| hash.starts_with('h')));
    assert_eq!(
        text(agent, "gen_ai.request.model"),
        None,
        "backends would count a request"
    );

    let session = named(&spans, "invoke_workflow refunds");
    assert_eq!(
        text(session, "openinference.span.kind").as_deref(),
        Some("CHAIN")
    );
    assert_eq!(
        text(session, "agentscope.session.verdict").as_deref(),
        Some("failure"),
        "over its budget"
    );
    assert_eq!(
        text(session, "agentscope.tenant.id").as_deref(),
        Some("acme")
    );
    assert!(text(session, "enduser.pseudo.id").is_some_and(|user| !user.contains("alice")));
}

// The SDK exports what it is given: a key that is set twice arrives twice.
#[tokio::test]
async fn no_span_has_an_attribute_twice() {
    let recorder = recorder();
    refunds("T-5").await.expect("the agent succeeds");
    for span in recorder.task("T-5") {
        let mut keys: Vec<_> = span
            .attributes
            .iter()
            .map(|found| found.key.as_str())
            .collect();
        keys.sort_unstable();
        let count = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), count, "{}: {:?}", span.name, span.attributes);
    }
}

#[tokio::test]
async fn results_decide_status_outcome_and_error_type_by_their_type() {
    let recorder = recorder();
    refunds("T-2").await.expect("the agent succeeds");
    let spans = recorder.task("T-2");
    let steps: Vec<_> = spans
        .iter()
        .filter(|span| span.name.starts_with("execute_tool"))
        .map(|span| {
            let status = text(span, "agentscope.tool.status").expect("a status");
            (
                int(span, "agentscope.step.index").expect("a step"),
                status,
                text(span, "error.type"),
            )
        })
        .collect();
    let limit = Some("layers::BankError::Limit".into());
    let io = Some("std::io::error::Error".into());
    assert_eq!(
        steps,
        [
            (0, "success".into(), None),
            (1, "empty".into(), None),
            (2, "error".into(), limit),
            (3, "success".into(), None),
            (4, "error".into(), io),
            (5, "success".into(), None),
        ]
    );
    let blind: Vec<_> = spans
        .iter()
        .filter(|span| support::value(span, "agentscope.tool.blind").is_some())
        .collect();
    assert_eq!(blind.len(), 1, "the one that returned, all of class secret");
    assert!(!format!("{spans:?}").contains("a secret text"));
}

#[tokio::test]
async fn each_step_has_two_snapshots_with_the_state_at_that_moment() {
    let recorder = recorder();
    refunds("T-3").await.expect("the agent succeeds");
    let snapshots = recorder.snapshots_of("T-3");
    let of_step: Vec<_> = snapshots
        .iter()
        .filter(|snapshot| snapshot.tool_name.is_some())
        .collect();
    assert_eq!(of_step.len(), 12);
    let called = of_step[0];
    assert_eq!(called.event, "agentscope.tool.called");
    assert_eq!(
        called
            .situation
            .memory
            .as_ref()
            .map(|memory| memory.as_str()),
        Some("nothing looked up yet")
    );
    assert_eq!(
        called.situation.goal.as_ref().map(|goal| goal.as_str()),
        Some("refund if it qualifies")
    );
    assert_eq!(
        (
            called.iteration_count,
            called.remaining.as_ref().and_then(|it| it.tokens)
        ),
        (1, Some(80))
    );
    assert_eq!(
        of_step[2]
            .situation
            .memory
            .as_ref()
            .map(|memory| memory.as_str()),
        Some("balance is positive")
    );
    let warnings: Vec<_> = snapshots
        .iter()
        .filter_map(|snapshot| Some((snapshot.level, snapshot.warning?)))
        .collect();
    assert_eq!(
        warnings,
        [
            // Of the one loop that it may take.
            (Level::Warn, "budget_low"),
            (Level::Warn, "empty_response"),
            (Level::Error, "tool_error"),
            (Level::Error, "iteration_limit"),
            (Level::Error, "budget_exhausted"),
            (Level::Error, "tool_error"),
        ]
    );
}

#[tokio::test]
async fn a_tool_outside_any_agent_gets_a_session_of_its_own_and_an_explicit_one_holds_agents() {
    let recorder = recorder();
    let run = Session::builder()
        .name("support")
        .id("conversation-7")
        .task("T-4")
        .run(async {
            orders(7).expect("orders");
            refunds("ignored").await.expect("the agent succeeds");
            Session::verdict(agentscope::Verdict::Success, "user");
        });
    run.await;
    let spans = recorder.task("T-4");
    assert_eq!(
        chain(&spans, "invoke_agent refunds"),
        ["invoke_agent refunds", "invoke_workflow support"]
    );
    assert!(
        spans
            .iter()
            .all(|span| text(span, "session.id").as_deref() == Some("conversation-7"))
    );
    let session = named(&spans, "invoke_workflow support");
    assert_eq!(
        text(session, "gen_ai.conversation.id").as_deref(),
        Some("conversation-7")
    );
    assert_eq!(
        text(session, "agentscope.session.verdict").as_deref(),
        Some("success")
    );

    let before = recorder.spans().len();
    std::thread::spawn(|| orders(9).expect("orders"))
        .join()
        .expect("no panic");
    let alone = recorder.spans().split_off(before);
    assert!(
        alone
            .iter()
            .any(|span| span.name == "invoke_workflow orders")
    );
}
