#[agent(crate = ::agentscope, spawn = "off")]
async fn plan() {
    let task = tokio::spawn(async { 1 });
}
