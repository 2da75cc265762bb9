//! What crosses from one process to another, by W3C's rules.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "how many rounds there were; a generator of numbers for tests"
)]

#[path = "../support/mod.rs"]
mod support;

mod baggage;
mod carriers;
mod context;
mod envelope;
mod mutations;
#[allow(dead_code, reason = "each test uses a part of it")]
#[path = "../scrub/rng.rs"]
mod rng;
mod signature;
mod traceparent;
mod tracestate;

use std::collections::HashMap;

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
