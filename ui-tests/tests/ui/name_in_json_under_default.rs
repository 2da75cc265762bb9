#![allow(dead_code)]

use agentscope::Classify;

#[derive(serde::Serialize, Classify)]
#[sensitivity(default = internal)]
struct Contact {
    #[serde(rename = "phone_number")]
    reach_at: String,
    #[serde(rename(serialize = "iban", deserialize = "to"))]
    pay_to: String,
}

fn main() {}
