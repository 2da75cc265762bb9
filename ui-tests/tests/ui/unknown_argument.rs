use agentscope::{agent, tool};

#[agent(token_buget = 100, default = internal, colour = "red")]
fn plan() {}

#[tool(token_budget = 100)]
fn search() {}

fn main() {
    plan();
    search();
}
