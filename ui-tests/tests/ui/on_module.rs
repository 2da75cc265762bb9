use agentscope::agent;

#[agent(mode = "react")]
mod agents {
    pub fn plan() {}
}

fn main() {
    agents::plan();
}
