#[tool(crate = ::agentscope, default = internal)]
fn prices(articles: Vec<u32>) -> impl Stream<Item = u32> {
    futures_util::stream::iter(articles)
}
