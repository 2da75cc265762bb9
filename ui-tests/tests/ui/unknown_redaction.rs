use agentscope::Classify;

#[derive(Classify)]
struct Customer {
    #[sensitivity(pii, redact = blur)]
    phone: String,
    #[sensitivity(pii, redact = "mask")]
    city: String,
}

fn main() {
    let _ = Customer { phone: String::new(), city: String::new() };
}
