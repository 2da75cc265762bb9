#![allow(dead_code)]

use agentscope::Classify;

#[derive(Classify)]
struct Payment {
    #[sensitivity(pii, kind = "pan", redact = hmac)]
    card: String,
    #[sensitivity(pii, kind = "pan")]
    shown: String,
}

#[derive(Classify)]
enum Card {
    Hashed(#[sensitivity(pii, kind = "pan", redact = hmac)] String),
    Shown(#[sensitivity(pii, kind = "pan", redact = last4)] String),
}

fn main() {}
