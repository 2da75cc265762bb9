use agentscope::tool;

#[tool]
fn look(#[sensitivity(internal)] #[sensitivity(pii)] name: &str) {
    let _ = name;
}

fn main() {
    look("");
}
