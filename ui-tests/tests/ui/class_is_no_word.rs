use agentscope::tool;

#[tool(default = "internal", output = Class::Public)]
fn search(query: &str) -> usize {
    query.len()
}

fn main() {
    search("");
}
