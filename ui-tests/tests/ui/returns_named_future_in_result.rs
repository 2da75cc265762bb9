use agentscope::tool;
use tokio::task::JoinHandle;

#[tool(default = secret)]
fn start(n: u32) -> Result<JoinHandle<u32>, std::io::Error> {
    Ok(tokio::spawn(async move { n }))
}

fn main() {
    let _ = start(1);
}
