//! A run in which everything that the runtime can record happens at least once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use agentscope::{
    Classify, Level, Session, Usage, Verdict, agent, args, because, guardrail, inference, internal,
    note, tool,
};
use futures_util::{Stream, StreamExt as _};
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags};
use tokio::time::timeout;

use crate::{answered, delegated};

#[derive(Debug, Classify)]
#[allow(dead_code, reason = "the field is there to be classified")]
enum BankError {
    Closed,
    Limit {
        #[sensitivity(internal)]
        cents: u64,
    },
}

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[allow(dead_code, reason = "no text of the run fits it")]
struct Opening {
    hour: u8,
}

#[derive(serde::Serialize, schemars::JsonSchema, Classify)]
struct Customer {
    #[sensitivity(internal)]
    id: u64,
    #[sensitivity(pii, kind = "email")]
    email: String,
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

/// Empty for one customer, an error for another.
#[tool(output = internal)]
fn orders(#[sensitivity(internal)] customer: u64) -> Result<Vec<u64>, BankError> {
    match customer {
        0 => Err(BankError::Limit { cents: 1 }),
        1 => Ok(vec![]),
        other => Ok(vec![other]),
    }
}

/// Keeps no payload, but says where each would be.
pub struct Elsewhere;

impl agentscope::PayloadSink for Elsewhere {
    fn put(&self, payload: agentscope::Payload<'_>) -> Option<String> {
        Some(format!(
            "nowhere/{}/{}",
            payload.span_id,
            payload.side.as_str()
        ))
    }
}

struct Connection;

#[tool(default = secret, name = name)]
fn opaque(name: &'static str, connection: &Connection) -> Option<u8> {
    let _ = connection;
    Some(7)
}

#[tool(output = special)]
fn diagnosis(#[sensitivity(special)] patient: &str) -> usize {
    patient.len()
}

#[tool(default = internal)]
async fn times_out() -> Result<(), tokio::time::error::Elapsed> {
    timeout(Duration::from_millis(1), std::future::pending()).await
}

#[tool(default = public, reason = "told at the tool")]
async fn hangs() {
    std::future::pending().await
}

/// Its result is no [`Opening`].
#[tool(default = public, result_schema = Opening)]
fn opening_hours(day: &str) -> usize {
    day.len()
}

#[tool(default = internal)]
fn panics() {
    panic!("on purpose");
}

#[derive(serde::Serialize)]
struct Reply {
    input: u64,
    output: u64,
}

#[inference(
    provider = "openai", model = model, operation = operation, temperature = 0.5_f64, seed = 42_u64,
    usage = |reply| Usage {
        input_tokens: reply.input,
        output_tokens: reply.output,
        cache_read_input_tokens: 30,
        cache_write_input_tokens: 10,
        reasoning_output_tokens: 5,
    },
    default = confidential
)]
async fn complete(model: Option<&str>, operation: &str) -> Result<Reply, BankError> {
    match model {
        Some("gone") => Err(BankError::Closed),
        Some("hangs") => std::future::pending().await,
        Some("panics") => panic!("on purpose"),
        _ => Ok(Reply {
            input: 100,
            output: 20,
        }),
    }
}

#[inference(provider = "openai", model = "gpt-4o-mini", default = confidential)]
fn stream() -> impl Stream<Item = String> {
    futures_util::stream::iter(["one".to_owned(), "two".to_owned()])
}

/// Refund an order.
#[agent(
    mode = "react", tier = "gold", version = "1.2", model = "m-1", system_prompt = "be kind",
    prompt_name = "support", prompt_version = "7", prompt_template = "Dear {customer}",
    token_budget = 200, iteration_limit = 3, cost_budget = 0.25,
    time_budget = Duration::from_secs(3600), task = "T-1", user = "alice", tenant = "acme", default = internal
)]
async fn refunds(question: &str) -> Result<usize, BankError> {
    agentscope::goal("refund if it qualifies");
    agentscope::sub_goal("look at the balance");
    agentscope::confidence("about 60 %");
    agentscope::memory(internal("nothing is known yet. ".repeat(99)));
    let alice = Customer {
        id: 7,
        email: "alice@example.com".into(),
    };
    balance(&alice, "EUR")
        .because("a refund needs the current balance")
        .await?;
    agentscope::memory(internal(format!("asked: {question}")));
    agentscope::belief("the order qualifies");
    because("the order must be found", || orders(1))?;
    for _ in 0..2 {
        // The second is a retry of the first.
        let _ = orders(0);
    }
    for operation in ["chat", "generate_content", "text_completion", "embeddings"] {
        complete(Some("gpt-4o-mini"), operation).await?;
    }
    agentscope::iteration(9);
    complete(None, "chat").await?;
    stream().count().await;
    let _ = complete(Some("gone"), "chat").await;
    let _ = timeout(Duration::from_millis(1), complete(Some("hangs"), "chat")).await;
    let _ = opaque("named at run time", &Connection);
    let _ = diagnosis("a patient");
    let _ = opening_hours("monday");
    agentscope::retry("the first answer was none");
    agentscope::fallback("live prices", "yesterday's prices");
    guardrail::passed("no_insults");
    guardrail::failed("refund_limit", "more than a clerk may refund");
    for text in ["no JSON", "{", r#"{"hour": "nine"}"#] {
        args::parse::<Opening>(text).expect_err("it does not fit");
    }
    let _ = times_out().await;
    let _ = timeout(Duration::from_millis(1), hangs()).await;
    let _ = catch_unwind(panics);
    for level in Level::ALL {
        note(level, "a note of the application");
    }
    helper().because("a second pair of eyes").await;
    Ok(question.len())
}

#[agent(default = internal)]
async fn helper() {
    orders(5).expect("an order");
    // Foreign code that restores a context from before the agent, of the same trace.
    let foreign = SpanContext::new(
        Context::current().span().span_context().trace_id(),
        SpanId::from(8_u64),
        TraceFlags::SAMPLED,
        true,
        Default::default(),
    );
    let _foreign = Context::new().with_remote_span_context(foreign).attach();
    orders(6).expect("an order");
}

/// Ends as its argument says.
#[agent(default = internal)]
async fn ends(how: &str) -> Result<(), BankError> {
    match how {
        "error" => Err(BankError::Closed),
        "panic" => panic!("on purpose"),
        "model" => {
            complete(Some("panics"), "chat").await?;
            Ok(())
        }
        _ => std::future::pending().await,
    }
}

/// Runs it all; ends with an agent that is still open.
pub async fn run() {
    // Panics are part of the run; what they print is not.
    std::panic::set_hook(Box::new(|_| {}));
    refunds("where is my order?")
        .await
        .expect("it goes through");
    answered::forecaster("Bonn").await;
    delegated::planner().await;
    explicit_sessions().await;
    implicit_sessions().await;
    // A few of many sessions are in the sample whose prompts make a TRACE snapshot.
    for n in 0..100 {
        let sampled = Session::builder().id(format!("sampled-{n}"));
        let reply = sampled.run(complete(Some("gpt-4o-mini"), "chat")).await;
        reply.expect("it answers");
    }
    let left_open = ends("left open");
    let _ = timeout(
        Duration::from_millis(1),
        Box::leak(Box::new(Box::pin(left_open))),
    )
    .await;
}

/// Uses up what it may cost, and what an agent above and the session may.
#[agent(cost_budget = 0.000_001, token_budget = 100, default = internal)]
async fn spendthrift() {
    #[agent(time_budget = Duration::ZERO, default = internal)]
    async fn late() {
        complete(Some("gpt-4o-mini"), "chat")
            .await
            .expect("it answers");
    }
    late().await;
    complete(Some("gpt-4o-mini"), "chat")
        .await
        .expect("it answers");
}

async fn explicit_sessions() {
    let limited = Session::builder().name("limited").iteration_limit(1);
    limited.run(spendthrift()).await;

    let described = Session::builder()
        .name("support")
        .id("conversation-7")
        .user("alice")
        .task("T-2")
        .tenant("acme");
    described
        .run(async {
            orders(7).expect("an order");
            let _ = ends("error").await;
            Session::verdict(Verdict::Success, "user");
        })
        .await;
    Session::builder()
        .name("sync")
        .run_sync(|| orders(7))
        .expect("an order");
    let cancelled = Session::builder().name("cancelled").run(hangs());
    let _ = timeout(Duration::from_millis(1), cancelled).await;
    let panicked = Session::builder().name("panicked");
    let _ = catch_unwind(AssertUnwindSafe(|| panicked.run_sync(panics)));
}

/// Its prompt and its completion may be shown.
#[inference(provider = "openai", model = "gpt-4o-mini", default = internal)]
fn open_book(prompt: &str) -> String {
    prompt.to_owned()
}

async fn implicit_sessions() {
    open_book("how are you?");
    let _ = orders(0);
    let _ = opaque("alone, named at run time", &Connection);
    let _ = catch_unwind(panics);
    let _ = timeout(Duration::from_millis(1), hangs()).await;
    let _ = complete(Some("gpt-4o-mini"), "chat").await;
    let _ = ends("error").await;
    for how in ["panic", "model"] {
        assert!(tokio::spawn(ends(how)).await.is_err());
    }
    let _ = timeout(Duration::from_millis(1), ends("cancelled")).await;
}
