#![allow(dead_code)]

use agentscope::Classify;

#[derive(serde::Serialize, Classify)]
#[sensitivity(default = internal)]
#[serde(rename_all = "camelCase")]
struct Person {
    dateOfBirth: String,
    first_name: String,
}

fn main() {}
