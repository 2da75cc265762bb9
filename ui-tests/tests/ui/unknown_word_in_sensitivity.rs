use agentscope::{Classify, tool};

#[derive(Classify)]
struct Row {
    #[sensitivity(pii, kin = "email")]
    email: String,
}

#[tool]
fn look(#[sensitivity(pii, hash = true, redact = mask)] name: &str) {
    let _ = name;
}

fn main() {
    let _ = Row { email: String::new() };
    look("");
}
