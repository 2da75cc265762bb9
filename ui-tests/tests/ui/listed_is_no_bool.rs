use agentscope::tool;

#[tool(listed = no)]
fn look() {}

fn main() {
    look();
}
