use agentscope::{agent, tool};

#[tool(default = internal, result_schema = "Order")]
fn quoted() -> u32 {
    7
}

#[agent(default = internal, result_schema = u32)]
fn on_agent() -> u32 {
    7
}

fn main() {
    quoted();
    on_agent();
}
