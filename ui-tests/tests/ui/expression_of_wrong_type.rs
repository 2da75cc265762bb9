use agentscope::agent;

#[agent(default = internal, name = 7, token_budget = "many")]
fn plan() {}

fn main() {
    plan();
}
