use agentscope::tool;
use tokio::task::JoinHandle;

#[tool(default = secret)]
fn start(n: u32) -> JoinHandle<u32> {
    tokio::spawn(async move { n })
}

fn main() {
    start(1);
}
