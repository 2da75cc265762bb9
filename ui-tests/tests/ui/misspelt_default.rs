use agentscope::tool;

#[tool(defualt = secret)]
fn search(query: &str) -> usize {
    query.len()
}

fn main() {
    search("");
}
