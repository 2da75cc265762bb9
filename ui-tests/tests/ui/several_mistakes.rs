use agentscope::agent;

#[agent(effect = read, mode = "react", mode, returns = soon, output = hidden)]
const fn plan(#[sensitivity(private)] ticket: &str, question: &str) -> usize {
    ticket.len() + question.len()
}

fn main() {
    plan("", "");
}
