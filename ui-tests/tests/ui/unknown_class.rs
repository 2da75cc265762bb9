use agentscope::{Classify, tool};

#[tool(default = intern)]
fn search(#[sensitivity(private)] query: &str) -> usize {
    query.len()
}

#[derive(Classify)]
struct Row {
    #[sensitivity(publik)]
    id: u64,
    #[sensitivity(pii, kin = "email")]
    email: String,
}

fn main() {
    let _ = Row { id: search("") as u64, email: String::new() };
}
