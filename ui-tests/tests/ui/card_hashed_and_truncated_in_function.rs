#![allow(dead_code)]

use agentscope::tool;

#[tool(output = internal)]
fn pay(
    #[sensitivity(pii, kind = "pan", redact = hmac)] card: &str,
    #[sensitivity(pii, kind = "pan", redact = bin_last4)] shown: &str,
) -> bool {
    card == shown
}

fn main() {}
