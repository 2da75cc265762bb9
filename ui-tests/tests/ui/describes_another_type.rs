#![allow(dead_code)]

use agentscope::Classify;

mod foreign {
    pub struct Point {
        pub x: u8,
    }
}

#[derive(serde::Serialize, Classify)]
#[sensitivity(default = internal)]
#[serde(remote = "foreign::Point")]
struct Point {
    x: u8,
}

fn main() {}
