use agentscope::agent;

#[agent(default = internal, mode = "react", mode = "reflection", default = secret)]
fn plan() {}

fn main() {
    plan();
}
