use agentscope::{Classify, tool};

struct Address {
    street: String,
}

#[derive(Classify)]
struct Customer {
    #[sensitivity(internal)]
    id: u64,
    addresses: Vec<Address>,
}

#[tool]
fn load(#[sensitivity(internal)] id: u64) -> Customer {
    Customer { id, addresses: vec![Address { street: String::new() }] }
}

fn main() {
    let customer = load(1);
    let _ = (customer.id, &customer.addresses[0].street);
}
