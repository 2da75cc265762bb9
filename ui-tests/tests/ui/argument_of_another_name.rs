use agentscope::tool;

#[tool(result = internal)]
fn search() -> usize {
    1
}

#[tool(sensitivity = internal)]
fn count(query: &str) -> usize {
    query.len()
}

#[tool(output = PII)]
fn owner() -> String {
    String::new()
}

fn main() {
    let _ = (search(), count(""), owner());
}
