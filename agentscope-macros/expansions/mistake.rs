#[tool(crate = ::agentscope, effect = reads)]
fn look(#[sensitivity(public)] name: &str) -> usize {
    name.len()
}
