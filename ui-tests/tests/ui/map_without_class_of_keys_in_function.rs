#![allow(dead_code)]

use agentscope::{Classify, tool};

use std::collections::BTreeMap;

#[derive(Classify)]
struct Row {
    #[sensitivity(internal)]
    id: u64,
}

#[tool(output = internal)]
fn load(rows: &BTreeMap<String, Row>) -> usize {
    rows.len()
}

fn main() {}
