#![allow(dead_code)]

use agentscope::Classify;

use std::collections::HashMap;

struct Row;

#[derive(Classify)]
struct Rows {
    #[sensitivity(key = internal)]
    names: HashMap<String, u32>,
    #[sensitivity(key = internal)]
    name: String,
    #[sensitivity(key = internal)]
    rows: HashMap<String, Row>,
}

fn main() {}
