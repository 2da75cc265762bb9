use agentscope::{Classify, tool};

struct Profile;

#[derive(Classify)]
struct Customer {
    profile: Option<Profile>,
}

type Handle = String;

#[tool(output = internal)]
fn open(customer: &Customer, profile: Vec<Profile>, handle: Handle) -> usize {
    let _ = (&customer.profile, handle);
    profile.len()
}

#[tool]
fn load() -> Result<Profile, std::io::Error> {
    Ok(Profile)
}

fn main() {
    open(&Customer { profile: None }, vec![], Handle::new());
    let _ = load();
}
