use agentscope::{because, tool};

#[tool(output = internal)]
fn count() -> u64 {
    1
}

fn main() {
    let _ = count().because("the customer asks what is still open");
}
