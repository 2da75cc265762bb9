use agentscope::tool;

#[tool(default = secret)]
fn list(n: u32) -> std::vec::IntoIter<u32> {
    vec![n].into_iter()
}

fn main() {
    list(1);
}
