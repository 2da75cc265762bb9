use agentscope::Classify;

#[derive(Classify)]
struct Customer {
    #[sensitivity(pii, redact = keep)]
    email: String,
    #[sensitivity(secret, redact = last4)]
    card: String,
}

fn main() {
    let _ = Customer { email: String::new(), card: String::new() };
}
