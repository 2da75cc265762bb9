use agentscope::tool;

#[tool(default = internal)]
const async fn double(n: u32) -> u32 {
    2 * n
}

fn main() {
    let _ = double(1);
}
