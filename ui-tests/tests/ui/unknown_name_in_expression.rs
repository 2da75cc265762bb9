use agentscope::agent;

#[agent(task = tickt, mode = modes::REACT, default = internal)]
async fn plan(ticket: &str) -> usize {
    ticket.len()
}

fn main() {
    let _ = plan("");
}
