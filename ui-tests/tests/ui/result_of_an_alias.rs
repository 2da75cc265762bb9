//! What is called `Result` may be an alias of anything.

use agentscope::tool;

#[derive(serde::Serialize)]
struct Envelope<T> {
    who: String,
    what: T,
}

type Result<T> = std::result::Result<Envelope<T>, std::fmt::Error>;

#[tool(output = internal)]
fn load() -> Result<String> {
    Err(std::fmt::Error)
}

fn main() {}
