use agentscope::tool;

#[tool(crate = "agentscope")]
fn look() {}

fn main() {
    look();
}
