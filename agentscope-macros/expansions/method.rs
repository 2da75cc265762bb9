#[tool(crate = ::agentscope, output = internal)]
fn price(&self, #[sensitivity(public)] article: &str) -> u32 {
    self.prices[article]
}
