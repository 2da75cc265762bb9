use agentscope::tool;

#[tool(effect = reads)]
fn look() {}

fn main() {
    look();
}
