use agentscope::tool;

#[tool]
struct Search;

fn main() {
    let _ = Search;
}
