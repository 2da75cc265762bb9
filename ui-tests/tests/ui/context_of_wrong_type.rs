use agentscope::agent;

#[agent(context = traceparent, default = internal)]
fn billing(traceparent: &str) {}

fn main() {}
