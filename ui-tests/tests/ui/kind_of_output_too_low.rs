//! A kind says how low a class may be, of a result as of an argument.

use agentscope::tool;

#[tool(output(public, kind = "credential"))]
fn issue() -> String {
    String::from("a token")
}

fn main() {}
