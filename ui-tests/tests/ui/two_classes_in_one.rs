use agentscope::tool;

#[tool]
fn look(#[sensitivity(internal, pii)] name: &str) {
    let _ = name;
}

fn main() {
    look("");
}
