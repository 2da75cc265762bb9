use agentscope::tool;

#[tool(default = internal, reason = format!("order {id} was asked for"))]
fn look(id: u64) -> u64 {
    id
}

fn main() {
    look(1);
}
