#![allow(dead_code)]

use agentscope::Classify;

#[derive(Classify)]
struct Password(#[sensitivity(internal)] String);

#[derive(Classify)]
#[sensitivity(default = internal)]
enum Reach {
    Email(String),
    Nothing,
}

fn main() {}
