#![allow(dead_code)]

use agentscope::Classify;

/// Called like JSON, but not JSON.
#[derive(serde::Serialize)]
struct Value {
    street: String,
}

#[derive(Classify)]
#[sensitivity(default = internal)]
struct Answer {
    value: Value,
    json: Option<Vec<u8>>,
}

fn main() {}
