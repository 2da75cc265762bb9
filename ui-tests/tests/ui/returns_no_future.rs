use agentscope::tool;

#[tool(default = secret, returns = future)]
fn count(n: u32) -> u32 {
    n
}

fn main() {
    count(1);
}
