#![allow(dead_code)]

use agentscope::Classify;

fn hex<S: serde::Serializer>(_: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str("00")
}

#[derive(Classify)]
struct Child;

#[derive(serde::Serialize, Classify)]
#[sensitivity(default = internal)]
struct Blob {
    #[serde(serialize_with = "hex")]
    bytes: Vec<u8>,
    #[sensitivity(pii, kind = "ip")]
    #[serde(serialize_with = "hex")]
    address: Vec<u8>,
    #[sensitivity(confidential)]
    #[serde(serialize_with = "hex")]
    masked: Vec<u8>,
    #[sensitivity(pii)]
    #[serde(serialize_with = "hex")]
    hashed: Vec<u8>,
}

fn main() {}
