use agentscope::tool;

#[tool]
#[sensitivity(internal)]
fn look(#[sensitivity(public)] name: &str) -> usize {
    name.len()
}

fn main() {
    look("");
}
