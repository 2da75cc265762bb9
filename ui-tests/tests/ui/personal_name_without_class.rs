#![allow(dead_code)]

use std::collections::HashMap;

use agentscope::{Classify, tool};

#[derive(Classify)]
struct Row {
    #[sensitivity(internal)]
    id: u64,
}

#[derive(Classify)]
struct Customer {
    email: String,
    emails: HashMap<String, Row>,
}

#[tool(output = internal)]
fn find(email: &str) -> usize {
    email.len()
}

fn main() {
    find("");
}
