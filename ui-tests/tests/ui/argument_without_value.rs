use agentscope::{agent, tool};

#[agent(mode, default = internal, user =, task = "T-1", tier)]
fn plan() {}

#[tool(default, effect = read)]
fn look(_query: &str) -> usize {
    0
}

fn main() {
    plan();
    look("");
}
