use agentscope::{agent, tool};

#[tool]
struct Search;

#[agent(mode = "react")]
mod agents {}

struct Store;

#[tool]
impl Store {}

fn main() {}
