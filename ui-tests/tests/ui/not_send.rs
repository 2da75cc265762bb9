use agentscope::tool;

#[tool(default = internal)]
async fn look(n: u32) -> u32 {
    let shared = std::rc::Rc::new(n);
    tokio::task::yield_now().await;
    *shared
}

fn main() {
    let _ = tokio::spawn(look(1));
}
