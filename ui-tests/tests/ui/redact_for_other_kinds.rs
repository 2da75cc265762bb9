#![allow(dead_code)]

use agentscope::Classify;

#[derive(Classify)]
struct Payment {
    #[sensitivity(pii, redact = generalise)]
    place: String,
    #[sensitivity(pii, kind = "email", redact = generalise)]
    email: String,
    #[sensitivity(pii, redact = bin_last4, kind = "iban")]
    iban: String,
    #[sensitivity(confidential, redact = truncate)]
    note: String,
    #[sensitivity(special, redact = hmac)]
    finding: String,
}

fn main() {}
