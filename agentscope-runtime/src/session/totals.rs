//! Sums over everything below an agent or a session.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use opentelemetry::KeyValue;

use crate::inference::usage::Usage;
use crate::limits::{nanos, to_signed};
use crate::model::MicroDollars;
use crate::names;
use crate::privacy::redacted::attribute;

/// Tokens, calls and latency of all tools and inferences below a span.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    input_tokens: AtomicU64,
    output_tokens: AtomicU64,
    tool_calls: AtomicU32,
    inference_calls: AtomicU32,
    tool_nanos: AtomicU64,
    inference_nanos: AtomicU64,
    cost: AtomicU64,
    /// Something had a price: without that there is no sum, not one of nothing.
    is_priced: AtomicBool,
}

/// What such sums are at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) input_tokens: u64,
    pub(crate) output_tokens: u64,
    pub(crate) tool_calls: u32,
    pub(crate) inference_calls: u32,
    pub(crate) tool_nanos: u64,
    pub(crate) inference_nanos: u64,
    /// Millionths of a dollar.
    pub(crate) cost: Option<u64>,
}

impl Sums {
    pub(crate) fn add(&mut self, more: &Self) {
        self.input_tokens += more.input_tokens;
        self.output_tokens += more.output_tokens;
        self.tool_calls += more.tool_calls;
        self.inference_calls += more.inference_calls;
        self.tool_nanos += more.tool_nanos;
        self.inference_nanos += more.inference_nanos;
        self.cost = match (self.cost, more.cost) {
            (None, cost) | (cost, None) => cost,
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
        };
    }
}

impl Totals {
    pub(crate) fn sums(&self) -> Sums {
        let cost = self.cost.load(Relaxed);
        Sums {
            input_tokens: self.input_tokens.load(Relaxed),
            output_tokens: self.output_tokens.load(Relaxed),
            tool_calls: self.tool_calls.load(Relaxed),
            inference_calls: self.inference_calls.load(Relaxed),
            tool_nanos: self.tool_nanos.load(Relaxed),
            inference_nanos: self.inference_nanos.load(Relaxed),
            cost: self.is_priced.load(Relaxed).then_some(cost),
        }
    }

    /// Adds what was summed up elsewhere.
    pub(crate) fn add(&self, sums: &Sums) {
        self.input_tokens.fetch_add(sums.input_tokens, Relaxed);
        self.output_tokens.fetch_add(sums.output_tokens, Relaxed);
        self.tool_calls.fetch_add(sums.tool_calls, Relaxed);
        self.inference_calls
            .fetch_add(sums.inference_calls, Relaxed);
        self.tool_nanos.fetch_add(sums.tool_nanos, Relaxed);
        self.inference_nanos
            .fetch_add(sums.inference_nanos, Relaxed);
        if let Some(cost) = sums.cost {
            self.add_cost(MicroDollars::new(cost));
        }
    }

    pub(crate) fn add_usage(&self, usage: &Usage) {
        self.input_tokens.fetch_add(usage.input_tokens, Relaxed);
        self.output_tokens.fetch_add(usage.output_tokens, Relaxed);
    }

    pub(crate) fn add_cost(&self, cost: MicroDollars) {
        self.cost.fetch_add(cost.micro(), Relaxed);
        self.is_priced.store(true, Relaxed);
    }

    pub(crate) fn add_tool_call(&self) {
        self.tool_calls.fetch_add(1, Relaxed);
    }

    pub(crate) fn add_inference_call(&self) {
        self.inference_calls.fetch_add(1, Relaxed);
    }

    pub(crate) fn add_tool_time(&self, time: Duration) {
        self.tool_nanos.fetch_add(nanos(time), Relaxed);
    }

    pub(crate) fn add_inference_time(&self, time: Duration) {
        self.inference_nanos.fetch_add(nanos(time), Relaxed);
    }

    /// Tool calls and inferences.
    pub(crate) fn calls(&self) -> (u32, u32) {
        (
            self.tool_calls.load(Relaxed),
            self.inference_calls.load(Relaxed),
        )
    }

    /// The sums as attributes; the two kinds of calls have a key of their own at each layer.
    pub(crate) fn attributes(
        &self,
        tool_calls: &'static str,
        inference_calls: &'static str,
    ) -> impl Iterator<Item = KeyValue> + use<> {
        let int = |key, value: u64| attribute(key, to_signed(value));
        let millis = |key, nanos: u64| attribute(key, nanos as f64 / 1e6);
        let cost = MicroDollars::new(self.cost.load(Relaxed));
        let cost = self.is_priced.load(Relaxed).then(|| cost.usd());
        let sums = [
            int(names::TOTAL_INPUT_TOKENS, self.input_tokens.load(Relaxed)),
            int(names::TOTAL_OUTPUT_TOKENS, self.output_tokens.load(Relaxed)),
            int(tool_calls, self.tool_calls.load(Relaxed).into()),
            int(inference_calls, self.inference_calls.load(Relaxed).into()),
            millis(names::TOOL_LATENCY, self.tool_nanos.load(Relaxed)),
            millis(names::INFERENCE_LATENCY, self.inference_nanos.load(Relaxed)),
        ];
        let cost = cost.map(|usd| attribute(names::TOTAL_COST, usd));
        sums.into_iter().chain(cost)
    }
}
