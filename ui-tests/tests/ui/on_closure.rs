use agentscope::tool;

fn main() {
    let look = #[tool]
    |n: u32| n + 1;
    look(1);
}
