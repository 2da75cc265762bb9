#![allow(dead_code)]

use agentscope::tool;

#[tool(output(pii, kind = "mail"))]
fn one() -> String {
    String::new()
}

#[tool(output(internal, reason = ""))]
fn other() -> String {
    String::new()
}

#[tool(output(internal, redact = last4, kind = "iban", reasn = "x"))]
fn third() -> String {
    String::new()
}

#[tool(output())]
fn fourth() -> String {
    String::new()
}

fn main() {}
