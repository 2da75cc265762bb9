use agentscope::{agent, tool};

#[tool(default = internal)]
async fn look(query: &str) -> usize {
    query. ;
}

#[agent(default = internal)]
fn plan(n: u32) -> u32 {
    let m = n +
}

fn main() {
    plan(1);
    let _ = look("");
}
