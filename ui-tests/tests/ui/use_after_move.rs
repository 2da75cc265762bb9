use agentscope::tool;

#[tool(default = internal)]
fn look(name: String, names: &mut Vec<String>) -> usize {
    names.push(name);
    name.len()
}

#[tool(default = internal)]
async fn lend(name: String) -> &'static str {
    &name
}

fn main() {
    look(String::new(), &mut vec![]);
    let _ = lend(String::new());
}
