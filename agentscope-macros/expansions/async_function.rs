#[tool(crate = ::agentscope, default = internal)]
async fn price(article: String) -> Result<u32, std::io::Error> {
    tokio::task::yield_now().await;
    Ok(349)
}
