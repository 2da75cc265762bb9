//! Sums over everything below an agent or a session.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use opentelemetry::KeyValue;

use crate::limits::{nanos, to_signed};
use crate::model::MicroDollars;
use crate::names;
use crate::redacted::attribute;
use crate::usage::Usage;

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

impl Totals {
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
