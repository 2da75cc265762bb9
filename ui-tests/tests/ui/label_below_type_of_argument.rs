#![allow(dead_code)]

use agentscope::{Classify, tool};

#[derive(Classify)]
struct Address {
    #[sensitivity(pii)]
    street: String,
}

#[tool(output = internal)]
fn route(#[sensitivity(public)] to: &Address, #[sensitivity(internal)] by: &[Address]) -> Option<Address> {
    let _ = (to, by);
    None
}

#[tool(output(internal, reason = "streets are hashed by their type"))]
fn known(#[sensitivity(public, reason = "likewise")] to: Address) -> Address {
    to
}

fn main() {}
