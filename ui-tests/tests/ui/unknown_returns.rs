use agentscope::tool;

#[tool(returns = streams)]
fn look() {}

#[tool(returns = "value")]
fn find() {}

fn main() {
    look();
    find();
}
