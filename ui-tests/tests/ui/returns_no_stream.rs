use agentscope::tool;

#[tool(default = secret, returns = stream)]
async fn list(n: u32) -> Vec<u32> {
    vec![n]
}

fn main() {
    let _ = list(1);
}
