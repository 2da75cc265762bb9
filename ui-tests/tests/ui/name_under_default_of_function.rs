#![allow(dead_code)]

use agentscope::tool;

#[tool(default = confidential)]
fn login(username: &str, password: &str, attempts: u32, ssn: Option<u64>) -> bool {
    username == password && ssn.is_some() && attempts > 0
}

fn main() {}
