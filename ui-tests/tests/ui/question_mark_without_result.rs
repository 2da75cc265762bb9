use agentscope::tool;

#[tool(default = internal)]
fn count(text: &str) -> u32 {
    text.parse::<u32>()?
}

#[tool(default = internal)]
async fn count_later(text: &str) -> u32 {
    text.parse::<u32>()?
}

fn main() {
    count("");
    let _ = count_later("");
}
