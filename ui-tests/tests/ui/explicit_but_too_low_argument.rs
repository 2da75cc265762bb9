#![allow(dead_code)]

use agentscope::tool;

#[tool(output = internal)]
fn call(#[sensitivity(confidential)] phone: &str, #[sensitivity(pii)] api_key: &[u8]) -> usize {
    phone.len() + api_key.len()
}

fn main() {}
