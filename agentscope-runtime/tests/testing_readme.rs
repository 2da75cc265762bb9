//! The README's test of an agent: it passes, and it fails where the agent goes wrong.

use std::cell::Cell;
use std::panic::catch_unwind;

use agentscope::{Usage, agent, because, inference, tool};
use agentscope_runtime as agentscope;

const GOOD: &[&str] = &["find_order", "balance", "refund", "done"];

thread_local! {
    /// What the model chooses, call by call. A thread's own: each test has a model of its own.
    static CHOICES: Cell<&'static [&'static str]> = const { Cell::new(GOOD) };
    static TOKENS: Cell<u64> = const { Cell::new(100) };
}

#[inference(
    provider = "test", model = "scripted", default = internal,
    usage = |_choice| Usage { input_tokens: TOKENS.get(), ..Usage::default() },
)]
async fn choose(turn: usize) -> &'static str {
    CHOICES.get()[turn]
}

#[tool(effect = read, default = internal)]
async fn find_order(order: u64) -> u64 {
    order + 1
}

#[tool(effect = read, default = internal)]
async fn balance(customer: u64) -> u64 {
    tokio::task::yield_now().await;
    customer + 1
}

#[tool(default = internal)]
async fn refund(customer: u64) -> bool {
    customer > 0
}

#[agent(mode = "react", token_budget = 1_000, default = internal)]
async fn refunds(order: u64) -> bool {
    let mut refunded = false;
    for turn in 0.. {
        match choose(turn).await {
            "find_order" => {
                find_order(order).await;
            }
            "balance" => {
                let why = "a refund needs the balance";
                balance(order).because(why).await;
            }
            "balance without its agent" => {
                // By another name the macro does not know what it is.
                let elsewhere = tokio::spawn;
                elsewhere(balance(order)).await.expect("no panic");
            }
            "balance not awaited" => {
                tokio::spawn(balance(order));
                tokio::task::yield_now().await;
            }
            "refund" => refunded = refund(order).await,
            _ => break,
        }
    }
    refunded
}

// README: from here
use agentscope::testing::{assert_tool_sequence, record_async};
use agentscope::{Outcome, Verdict};

#[tokio::test]
async fn looks_up_the_balance_before_it_refunds() {
    let recorded = record_async(refunds(7)).await;
    assert!(recorded.result);
    assert_tool_sequence!(recorded, ["find_order", "balance", "refund"]);
    recorded.assert_outcome("refunds", Outcome::Ok);
    recorded.assert_within_budget();
    recorded.assert_verdict(Verdict::Unknown); // nobody has said that it was a success
}
// README: to here

#[test]
fn the_readme_shows_this_test_and_it_has_at_most_15_lines() {
    let source = include_str!("testing_readme.rs");
    let (_, shown) = source.split_once("// README: from here\n").expect("a mark");
    let (shown, _) = shown.split_once("// README: to here").expect("a mark");
    assert!(shown.lines().count() <= 15, "{}", shown.lines().count());
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"))
        .expect("the README stands beside the crates");
    let block = format!("```rust\n{shown}```\n");
    assert!(readme.contains(&block), "put this into README.md:\n{block}");
}

/// Runs the README's test on an agent whose model chooses so; gives the message it fails with.
fn fails(choices: &'static [&'static str], tokens: u64) -> String {
    CHOICES.set(choices);
    TOKENS.set(tokens);
    let panic = catch_unwind(looks_up_the_balance_before_it_refunds).expect_err("the test fails");
    *panic.downcast::<String>().expect("a message")
}

#[test]
fn it_catches_a_swapped_tool_call() {
    let message = fails(&["balance", "find_order", "refund", "done"], 100);
    let table = "\
the tool sequence differs, first at tool call 0
       expected    actual
  > 0  find_order  balance
    1  balance     find_order
    2  refund      refund

recorded:
session 1 refunds  ok · 400→0 tokens · verdict unknown (none)
└─ agent refunds  ok · 400→0 tokens · budget 600 of 1000 left
   ├─ inference chat scripted  ok · 100→0 tokens
   ├─ tool #0 balance  ok
   │    why: \"a refund needs the balance\"
";
    assert!(message.starts_with(table), "{message}");
}

#[test]
fn it_catches_a_step_that_is_not_made() {
    let message = fails(&["find_order", "refund", "done"], 100);
    let table = "\
the tool sequence differs, first at tool call 1
       expected    actual
    0  find_order  find_order
  > 1  balance     (none)
    2  refund      refund
";
    assert!(message.starts_with(table), "{message}");
}

#[test]
fn it_catches_a_step_whose_agent_was_lost() {
    let choices = &["find_order", "balance without its agent", "refund", "done"];
    let message = fails(choices, 100);
    assert!(message.contains("> 1  balance     (none)"), "{message}");
    let hint = "in no recording meanwhile: balance (spawned without `.in_current_agent()`";
    assert!(message.contains(hint), "{message}");
}

#[test]
fn it_catches_a_step_that_nobody_waits_for() {
    let message = fails(
        &["find_order", "balance not awaited", "refund", "done"],
        100,
    );
    let lost = "steps were lost:\n  step #1, `execute_tool balance` had not ended";
    assert!(message.starts_with(lost), "{message}");
}

#[test]
fn it_catches_a_budget_overrun() {
    let message = fails(GOOD, 260);
    let over = "\
expected everybody within their budgets:
  agent `refunds` is 40 tokens over its budget of 1000
";
    assert!(message.starts_with(over), "{message}");
}
