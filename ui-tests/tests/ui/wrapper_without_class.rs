#![allow(dead_code)]

use agentscope::Classify;

#[derive(Classify)]
struct Address {
    #[sensitivity(pii)]
    street: String,
}

#[derive(serde::Serialize)]
struct Page<T> {
    items: Vec<T>,
}

impl serde::Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.street)
    }
}

#[derive(Classify)]
struct Answer {
    #[sensitivity(internal)]
    page: Page<Address>,
    #[sensitivity(public, reason = "streets are printed on the parcel")]
    known: Page<Address>,
    #[sensitivity(confidential)]
    masked: Page<Address>,
}

fn main() {}
