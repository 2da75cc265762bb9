#![allow(dead_code)]

use agentscope::Classify;

type Handle = String;

#[derive(Classify)]
#[sensitivity(default = internal)]
struct Account {
    handle: Handle,
    #[sensitivity(internal)]
    other: Handle,
}

fn main() {}
