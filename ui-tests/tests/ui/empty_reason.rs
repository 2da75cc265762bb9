#![allow(dead_code)]

use agentscope::Classify;

#[derive(Classify)]
struct Shop {
    #[sensitivity(public, reason = "")]
    phone: String,
    #[sensitivity(public, reason = "  ")]
    email: String,
}

fn main() {}
