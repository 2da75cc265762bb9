use agentscope::Classify;

#[derive(Classify)]
struct Row {
    #[sensitivity(pii, kind = email)]
    email: String,
    #[sensitivity(pii, kind)]
    other: String,
}

fn main() {
    let _ = Row { email: String::new(), other: String::new() };
}
