//! What crosses from one process to another, and what is refused at the door.

#[path = "../support/mod.rs"]
mod support;

mod envelope;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use agentscope_runtime::Stats;
use agentscope_runtime::propagation::{RemoteContext, extract};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// What a request with these headers is taken for.
fn extracted(headers: &[(&str, &str)]) -> RemoteContext {
    let headers = headers.iter();
    let headers: HashMap<String, String> = headers
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    extract(&headers)
}

/// Counters are those of the process: tests that read them take turns.
fn counting() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the run has added to (refused contexts, dropped members of baggage).
fn counted<R>(run: impl FnOnce() -> R) -> (R, (u64, u64)) {
    let _turn = counting();
    let of = |stats: Stats| (stats.refused_contexts, stats.dropped_baggage);
    let before = of(agentscope_runtime::stats());
    let result = run();
    let after = of(agentscope_runtime::stats());
    (result, (after.0 - before.0, after.1 - before.1))
}
