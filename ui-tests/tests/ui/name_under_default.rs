#![allow(dead_code)]

use agentscope::Classify;

#[derive(Classify)]
#[sensitivity(default = internal)]
struct Order {
    id: u64,
    ship_to_email: String,
    email_count: u32,
    max_tokens: u32,
    token: String,
    membership: String,
    user_id: u64,
}

fn main() {}
