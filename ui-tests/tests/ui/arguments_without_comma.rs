use agentscope::tool;

#[tool(effect = read default = internal, lissted = false)]
fn look(_query: &str) -> usize {
    0
}

fn main() {
    look("");
}
