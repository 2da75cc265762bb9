//! Prices from the application's own file, and the warning where there are none.

use std::fmt;
use std::process::Command;

use agentscope_runtime::Usage;
use agentscope_runtime::model::{context_window, cost};
use tracing_subscriber::layer::SubscriberExt as _;

/// What a program says whose variable names a file with this text.
fn said(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("prices.json");
    std::fs::write(&file, text).expect("written");
    let program = std::env::current_exe().expect("a test is a program");
    let run = Command::new(program)
        .args(["--exact", "own_prices::child", "--ignored", "--nocapture"])
        .env("AGENTSCOPE_PRICES", &file)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{said}");
    said
}

#[test]
fn the_file_comes_first_and_the_rest_stays() {
    let said = said(
        r#"{"models": [
            {"names": ["gpt-4o"], "input": 1, "output": 1, "context_window": 9},
            {"names": ["mine"], "input": 4, "output": 1}
        ]}"#,
    );
    assert!(said.contains("gpt-4o $0.000100 Some(9)"), "{said}");
    assert!(said.contains("mine $0.000400 None"), "{said}");
    assert!(said.contains("gpt-4 $0.003000 Some(8192)"), "{said}");
    assert!(!said.contains("is not used"), "{said}");
}

#[test]
fn a_file_that_is_no_table_is_said_to_be_none_and_changes_nothing() {
    let said = said("prices: none");
    assert!(said.contains("AGENTSCOPE_PRICES is not used"), "{said}");
    assert!(said.contains("gpt-4o $0.000250 Some(128000)"), "{said}");
}

#[test]
fn a_model_without_a_price_is_warned_of_once() {
    let said = said(r#"{"models": []}"#);
    assert!(said.contains("mine no cost None"), "{said}");
    assert_eq!(
        said.matches("the price of the model `mine` is not known")
            .count(),
        1,
        "{said}"
    );
}

/// Prints what is warned of.
struct Log;

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Log {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        event.record(&mut Log);
    }
}

impl tracing::field::Visit for Log {
    #[allow(clippy::print_stdout, reason = "that is how it answers")]
    fn record_debug(&mut self, _: &tracing::field::Field, value: &dyn fmt::Debug) {
        println!("{value:?}");
    }
}

/// Asks twice for each.
#[test]
#[ignore = "started by the other tests"]
#[allow(clippy::print_stdout, reason = "that is how it answers")]
fn child() {
    let log = tracing_subscriber::registry().with(Log);
    let usage = Usage {
        input_tokens: 100,
        ..Usage::default()
    };
    tracing::subscriber::with_default(log, || {
        for model in ["gpt-4o", "mine", "gpt-4", "mine"] {
            let cost = cost(model, &usage).map_or("no cost".to_owned(), |cost| cost.to_string());
            println!("{model} {cost} {:?}", context_window(model));
        }
    });
}
