use agentscope::tool;

fn main() {
    #[tool]
    let look = 1;
    let _ = look;
}
