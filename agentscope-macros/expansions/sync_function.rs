/// Look up the price of an article, in cents.
#[tool(crate = ::agentscope, effect = read, output = internal)]
pub fn price(#[sensitivity(public)] article: &str) -> Option<u32> {
    (article == "tea").then_some(349)
}
