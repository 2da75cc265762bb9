use agentscope::tool;

#[tool(output = internal)]
fn search(query: &str, #[sensitivity(public)] page: u32, limits: Option<Vec<u64>>) -> usize {
    query.len() + page as usize + limits.map_or(0, |limits| limits.len())
}

fn main() {
    search("the item is still there: one mistake makes one error", 1, None);
}
