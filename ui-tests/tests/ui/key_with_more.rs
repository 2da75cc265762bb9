#![allow(dead_code)]

use agentscope::Classify;

use std::collections::HashMap;

#[derive(Classify)]
struct Row;

#[derive(Classify)]
struct Rows {
    #[sensitivity(internal, key = internal)]
    one: HashMap<String, Row>,
    #[sensitivity(key = internal, redact = mask)]
    other: HashMap<String, Row>,
    #[sensitivity(key = low)]
    third: HashMap<String, Row>,
}

fn main() {}
