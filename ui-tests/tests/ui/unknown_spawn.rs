use agentscope::agent;

#[agent(spawn = "on")]
fn plan() {}

#[agent(spawn = off)]
fn act() {}

fn main() {
    plan();
    act();
}
