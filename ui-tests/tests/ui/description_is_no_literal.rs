use agentscope::tool;

const TEXT: &str = "Looks.";

#[tool(description = TEXT)]
fn look() {}

fn main() {
    look();
}
