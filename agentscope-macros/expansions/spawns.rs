#[agent(crate = ::agentscope)]
async fn plan() {
    let task = tokio::spawn(async { std::thread::spawn(|| 1) });
    let other = spawn(task);
}
