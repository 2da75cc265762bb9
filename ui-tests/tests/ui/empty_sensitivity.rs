use agentscope::tool;

#[tool]
fn look(#[sensitivity()] name: &str, #[sensitivity] city: &str) {
    let _ = (name, city);
}

fn main() {
    look("", "");
}
