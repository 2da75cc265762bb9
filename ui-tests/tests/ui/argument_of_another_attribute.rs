use agentscope::{agent, inference, tool};

#[tool(token_budget = 100)]
fn search() {}

#[agent(listed = false)]
fn plan() {}

#[inference(provider = "openai", effect = read)]
fn ask() {}

fn main() {
    search();
    plan();
    ask();
}
