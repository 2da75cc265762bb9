//! What is recorded of budgets: what is left at every step, that it is low, that it is used up.

#[path = "support/looping.rs"]
mod looping;
#[path = "support/stops.rs"]
mod stops;
mod support;

use std::time::Duration;

use agentscope::budget::BudgetExhausted;
use agentscope::{Level, Session, Snapshot};
use agentscope_runtime as agentscope;
use looping::{exhausted, forever, forever_asking, think, think_unchecked};
use opentelemetry::Value;
use support::{int, is_error, named, recorder, text, value};

fn begin() {
    recorder();
}

fn double(span: &opentelemetry_sdk::trace::SpanData, key: &str) -> Option<f64> {
    match value(span, key)? {
        Value::F64(number) => Some(number),
        other => panic!("{key} is {other:?}"),
    }
}

fn warnings(snapshots: &[Snapshot]) -> Vec<(Level, &'static str, String)> {
    let detail = |snapshot: &Snapshot, key: &str| {
        let found = snapshot.details.iter().find(|(name, _)| *name == key);
        found.map_or(String::new(), |(_, value)| match value {
            opentelemetry::logs::AnyValue::String(text) => text.as_str().to_owned(),
            other => panic!("{key} is {other:?}"),
        })
    };
    let budget = |it: &Snapshot| {
        let [kind, owner] =
            ["agentscope.budget.kind", "agentscope.budget.owner"].map(|key| detail(it, key));
        format!("{kind} {owner}")
    };
    snapshots
        .iter()
        .filter_map(|it| Some((it.level, it.warning?, budget(it))))
        .collect()
}

#[test]
fn every_limit_and_its_rest_are_on_the_spans_and_every_snapshot() {
    let recorder = recorder();
    let session = Session::builder().task("B-1").name("shop");
    let session = session
        .token_budget(500)
        .time_budget(Duration::from_secs(3600));
    session.run_sync(|| {
        let hour = Some(Duration::from_secs(3600));
        #[agentscope::agent(
            token_budget = 100_u32, cost_budget = 0.5_f32, iteration_limit = 9, time_budget = time,
            default = secret
        )]
        fn limited(time: Option<Duration>) {
            think().expect("there is enough for one");
        }
        limited(hour);
    });
    let spans = recorder.task("B-1");
    let agent = named(&spans, "invoke_agent limited");
    assert_eq!(int(agent, "agentscope.token.budget.limit"), Some(100));
    assert_eq!(int(agent, "agentscope.token.budget.remaining"), Some(60));
    assert_eq!(double(agent, "agentscope.cost.budget.limit"), Some(0.5));
    assert_eq!(
        double(agent, "agentscope.cost.budget.remaining"),
        Some(0.499825)
    );
    assert_eq!(int(agent, "agentscope.iteration.limit"), Some(9));
    assert_eq!(int(agent, "agentscope.iteration.remaining"), Some(8));
    assert_eq!(double(agent, "agentscope.time.budget.limit"), Some(3600.0));
    assert!(double(agent, "agentscope.time.budget.remaining").is_some_and(|left| left < 3600.0));
    let session = named(&spans, "invoke_workflow shop");
    assert_eq!(int(session, "agentscope.token.budget.remaining"), Some(460));
    assert!(double(session, "agentscope.time.budget.remaining").is_some());
    assert_eq!(int(session, "agentscope.iteration.limit"), None);
    assert_eq!(
        text(session, "agentscope.session.verdict").as_deref(),
        Some("unknown")
    );
    let snapshots = recorder.snapshots_of("B-1");
    assert!(!snapshots.is_empty());
    for snapshot in snapshots {
        let remaining = snapshot.remaining.as_deref().expect("it is limited");
        assert_eq!(remaining.tokens, Some(60), "the nearest");
        assert_eq!(remaining.cost, Some(0.499825));
        assert_eq!(remaining.iterations, Some(8));
        assert!(remaining.time.is_some());
    }
}

#[test]
fn a_model_call_costs_what_its_tokens_do_and_one_without_a_price_costs_nobody_knows() {
    let recorder = recorder();
    Session::builder().task("B-2").run_sync(|| {
        #[agentscope::agent(default = secret)]
        fn two_of_three() {
            let _ = (think(), think_unchecked(), think());
        }
        two_of_three();
    });
    Session::builder().task("B-3").run_sync(think_unchecked);
    let spans = recorder.task("B-2");
    let known: Vec<_> = spans
        .iter()
        .filter(|span| span.name.starts_with("chat"))
        .map(|span| (span.name.to_string(), double(span, "agentscope.cost.usd")))
        .collect();
    let chat = |model: &str, cost| (format!("chat {model}"), cost);
    assert_eq!(
        known,
        [
            chat("gpt-4o", Some(0.000175)),
            chat("my-own-model", None),
            chat("gpt-4o", Some(0.000175))
        ]
    );
    for span in ["invoke_agent two_of_three", "invoke_workflow session"] {
        let sum = double(named(&spans, span), "agentscope.usage.cost_usd");
        assert_eq!(sum, Some(0.00035), "{span}");
    }
    let unknown = recorder.task("B-3");
    let session = named(&unknown, "invoke_workflow session");
    assert_eq!(
        value(session, "agentscope.usage.cost_usd"),
        None,
        "never zero"
    );
}

#[test]
fn that_a_budget_is_low_and_that_it_is_used_up_is_said_once_each() {
    let recorder = recorder();
    let session = Session::builder().task("B-4").iteration_limit(5);
    session.run_sync(|| exhausted(forever(Some(200), None, None, None)));
    let low = |of: &str| (Level::Warn, "budget_low", of.to_owned());
    let said = warnings(&recorder.snapshots_of("B-4"));
    let of_the_refused = (Level::Error, "inference_error", " ".to_owned());
    assert_eq!(
        said,
        [
            low("iterations session"),
            low("tokens agent"),
            (Level::Error, "budget_exhausted", "tokens agent".to_owned()),
            of_the_refused
        ]
    );
    let spans = recorder.task("B-4");
    let session = named(&spans, "invoke_workflow session");
    let source = text(session, "agentscope.session.verdict.source");
    assert_eq!(source.as_deref(), Some("token_budget"));
}

#[test]
fn who_asks_in_vain_is_told_and_so_is_whoever_reads_the_telemetry() {
    let recorder = recorder();
    let session = Session::builder().task("B-5").cost_budget(0);
    let asked = session.run_sync(|| [forever_asking().is_err(), forever_asking().is_err()]);
    assert_eq!(asked, [true; 2]);
    let said = warnings(&recorder.snapshots_of("B-5"));
    let used_up = (Level::Error, "budget_exhausted", "cost session".to_owned());
    assert_eq!(said, [used_up]);
}

#[test]
fn a_refused_call_is_a_failed_one_that_used_nothing() {
    let recorder = recorder();
    let session = Session::builder().task("B-6");
    session.run_sync(|| exhausted(forever(None, None, Some(1), None)));
    let spans = recorder.task("B-6");
    let calls: Vec<_> = spans.iter().filter(|it| it.name == "chat gpt-4o").collect();
    let [made, refused] = calls[..] else {
        panic!("{} calls", calls.len());
    };
    assert!(!is_error(made) && is_error(refused));
    assert_eq!(
        text(refused, "error.type").as_deref(),
        Some(std::any::type_name::<BudgetExhausted>())
    );
    assert_eq!(int(refused, "gen_ai.usage.input_tokens"), None);
    let agent = named(&spans, "invoke_agent forever");
    assert_eq!(int(agent, "agentscope.iteration.count"), Some(1));
    assert_eq!(int(agent, "agentscope.usage.input_tokens"), Some(30));
    let said = warnings(&recorder.snapshots_of("B-6"));
    let limit = (
        Level::Error,
        "iteration_limit",
        "iterations agent".to_owned(),
    );
    assert!(said.contains(&limit), "{said:?}");
}

// Each has a ledger of its own kind: with telemetry on in the agent's state, off in the context.
#[test]
fn a_budget_holds_on_when_telemetry_is_turned_off_below_it() {
    recorder();
    let calls = looping::asked(|| {
        #[agentscope::agent(token_budget = 100, default = secret)]
        fn turned_off() -> Result<(), looping::LoopError> {
            think()?;
            loop {
                suppressed(think)?;
            }
        }
        exhausted(turned_off());
    });
    assert_eq!(calls, 3);
}

fn suppressed<R>(run: impl FnOnce() -> R) -> R {
    let _suppressed = opentelemetry::Context::enter_telemetry_suppressed_scope();
    run()
}
