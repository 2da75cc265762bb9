#![allow(dead_code)]

use agentscope::Classify;

#[derive(Classify)]
struct Address {
    #[sensitivity(pii)]
    street: String,
}

#[derive(Classify)]
struct Order<'a> {
    #[sensitivity(internal)]
    ship: Address,
    #[sensitivity(public)]
    bill: Option<&'a Address>,
    #[sensitivity(internal, reason = "streets are hashed by their type")]
    known: Address,
    #[sensitivity(secret)]
    hidden: Address,
}

fn main() {}
