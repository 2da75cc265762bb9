use agentscope::tool;

#[tool(default = intern)]
fn search(#[sensitivity(private)] query: &str) -> usize {
    query.len()
}

fn main() {
    search("");
}
