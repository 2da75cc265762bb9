//! Agents that would never stop.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]

use std::cell::Cell;
use std::time::Duration;

use agentscope::budget::{self, BudgetExhausted};
use agentscope::{Usage, agent, inference};
use agentscope_runtime as agentscope;
use futures_util::{Stream, StreamExt as _, stream};

#[derive(Debug)]
pub enum LoopError {
    Budget(BudgetExhausted),
}

impl From<BudgetExhausted> for LoopError {
    fn from(exhausted: BudgetExhausted) -> Self {
        Self::Budget(exhausted)
    }
}

pub fn exhausted(result: Result<(), LoopError>) -> BudgetExhausted {
    let Err(LoopError::Budget(exhausted)) = result else {
        panic!("nothing has stopped it");
    };
    exhausted
}

thread_local! {
    /// Bodies of model calls that ran on this thread.
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

/// How many model calls `run` makes.
pub fn asked(run: impl FnOnce()) -> u32 {
    ASKED.set(0);
    run();
    ASKED.get()
}

pub fn asked_since() -> u32 {
    ASKED.get()
}

fn ask() {
    ASKED.set(ASKED.get() + 1);
    assert!(ASKED.get() < 1_000, "nothing stops it");
}

pub const TOKENS: u64 = 40;

fn usage() -> Usage {
    Usage {
        input_tokens: TOKENS - 10,
        output_tokens: 10,
        ..Usage::default()
    }
}

/// Costs $0.000175: 30 × $2.50 + 10 × $10, for a million each.
#[inference(
    provider = "openai",
    model = "gpt-4o",
    usage = |_| usage(),
    enforce_budget = true,
    default = secret
)]
pub fn think() -> Result<(), LoopError> {
    ask();
    Ok(())
}

#[inference(
    provider = "openai",
    model = "gpt-4o",
    usage = |_| usage(),
    enforce_budget = true,
    default = secret
)]
pub async fn think_later(prompt: &str) -> Result<usize, LoopError> {
    ask();
    tokio::task::yield_now().await;
    Ok(prompt.len())
}

#[inference(
    provider = "openai",
    model = "gpt-4o",
    usage = |tokens| Usage { input_tokens: *tokens, ..Usage::default() },
    enforce_budget = true,
    default = secret
)]
pub async fn think_in_parts() -> Result<impl Stream<Item = u64>, LoopError> {
    ask();
    // Each tells the sum so far.
    Ok(stream::iter([1, 20, TOKENS]))
}

/// Not stopped by itself.
#[inference(provider = "openai", model = "my-own-model", usage = |_| usage(), default = secret)]
pub fn think_unchecked() {
    ask();
}

pub struct Client;

impl Client {
    // A body that stays in its function.
    #[track_caller]
    #[inference(provider = "openai", model = "m", usage = |_| usage(), enforce_budget = true, default = secret)]
    pub fn think(mut self) -> Result<Self, LoopError> {
        ask();
        self = Self;
        Ok(self)
    }
}

#[agent(
    token_budget = tokens,
    cost_budget = usd,
    iteration_limit = loops,
    time_budget = time,
    default = secret
)]
pub fn forever(
    tokens: Option<u64>,
    usd: Option<f64>,
    loops: Option<u32>,
    time: Option<Duration>,
) -> Result<(), LoopError> {
    loop {
        think()?;
    }
}

#[agent(token_budget = 100, default = secret)]
pub async fn forever_later() -> Result<(), LoopError> {
    loop {
        think_later("again").await?;
    }
}

#[agent(token_budget = 100, default = secret)]
pub async fn forever_in_parts() -> Result<(), LoopError> {
    loop {
        let parts = think_in_parts().await?;
        parts.collect::<Vec<_>>().await;
    }
}

#[agent(token_budget = 100, default = secret)]
pub fn forever_in_place() -> Result<(), LoopError> {
    let mut client = Client;
    loop {
        client = client.think()?;
    }
}

#[agent(token_budget = 100, default = secret)]
pub fn forever_asking() -> Result<(), LoopError> {
    loop {
        budget::check()?;
        think_unchecked();
    }
}

/// Without a budget of its own.
#[agent(default = secret)]
pub async fn helper() -> Result<(), LoopError> {
    think_later("help").await?;
    Ok(())
}

/// Hands over to another agent, in a task of its own.
#[agent(token_budget = 100, default = secret)]
pub async fn forever_delegating() -> Result<(), LoopError> {
    loop {
        tokio::spawn(helper()).await.expect("no panic")?;
    }
}

/// Hands over to one that asks often, and asks seldom itself.
#[agent(iteration_limit = 2, default = secret)]
pub async fn outer_loops() -> Result<(), LoopError> {
    #[agent(default = secret)]
    async fn many() -> Result<(), LoopError> {
        for _ in 0..5 {
            think_later("part").await?;
        }
        Ok(())
    }
    many().await?;
    think()?;
    think()?;
    think()
}

/// Puts what is left after one call into an answer.
#[agent(token_budget = 100, cost_budget = 1, iteration_limit = 3, default = secret)]
pub fn remaining_after_one() -> (budget::Remaining, budget::Remaining) {
    #[agent(token_budget = 1_000, default = secret)]
    fn with_more() -> budget::Remaining {
        budget::remaining()
    }
    think().expect("there is enough for one");
    (budget::remaining(), with_more())
}
