#[tool(crate = ::agentscope, default = internal)]
fn price(article: u32) -> impl Future<Output = Result<u32, std::io::Error>> + Send {
    let doubled = 2 * article;
    async move { Ok(doubled) }
}
