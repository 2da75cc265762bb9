use agentscope::tool;

#[tool(default = internal)]
fn count(n: u32) -> u32 {
    if n > 1 {
        return "many";
    }
    "few"
}

#[tool(default = internal)]
async fn count_later(n: u32) -> Result<u32, std::num::ParseIntError> {
    if n > 1 {
        return 7;
    }
    Ok("few")
}

fn main() {
    count(1);
    let _ = count_later(1);
}
