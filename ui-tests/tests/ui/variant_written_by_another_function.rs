#![allow(dead_code)]

use agentscope::Classify;

mod hex {
    pub fn serialize<S: serde::Serializer>(_: &u8, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str("00")
    }
}

#[derive(serde::Serialize, Classify)]
#[sensitivity(default = internal)]
enum Event {
    #[serde(with = "hex")]
    Bytes(u8),
}

fn main() {}
