use agentscope::agent;

#[agent(token_buget = 100, default = internal, colour = "red", 7)]
fn plan() {}

fn main() {
    plan();
}
