#[agent(crate = ::agentscope)]
async fn serve() -> ! {
    loop {
        tokio::task::yield_now().await;
    }
}
