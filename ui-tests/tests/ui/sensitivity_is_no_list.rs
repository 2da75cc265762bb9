use agentscope::tool;

#[tool]
fn look(#[sensitivity = "internal"] name: &str) {
    let _ = name;
}

fn main() {
    look("");
}
