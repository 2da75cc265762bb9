#![allow(dead_code)]

use agentscope::Classify;

use std::collections::HashMap;

#[derive(Classify)]
struct Row {
    #[sensitivity(internal)]
    id: u64,
}

#[derive(Classify)]
struct Rows {
    by_name: HashMap<String, Row>,
    #[sensitivity(key = internal)]
    by_article: HashMap<String, Row>,
    #[sensitivity(key = internal)]
    by_email: HashMap<String, Row>,
}

fn main() {}
