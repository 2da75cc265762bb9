#![allow(dead_code)]

use agentscope::Classify;

use std::collections::HashMap;

#[derive(serde::Serialize, Classify)]
#[sensitivity(default = internal)]
struct Call {
    id: u64,
    #[serde(flatten)]
    extra: HashMap<String, String>,
    #[serde(flatten)]
    #[sensitivity(internal)]
    known: HashMap<String, u32>,
}

fn main() {}
