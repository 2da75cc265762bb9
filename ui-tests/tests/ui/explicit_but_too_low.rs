#![allow(dead_code)]

use agentscope::Classify;

#[derive(Classify)]
struct Account {
    #[sensitivity(public)]
    password: String,
    #[sensitivity(internal, kind = "pan")]
    number: String,
    #[sensitivity(pii)]
    diagnosis: Vec<String>,
    #[sensitivity(internal, reason = "of the shop, not of a person")]
    phone: String,
}

fn main() {}
