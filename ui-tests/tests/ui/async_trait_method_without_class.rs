use agentscope::tool;

struct Store;

trait Search {
    async fn search(&self, query: &str) -> usize;
}

impl Search for Store {
    #[tool(output = internal)]
    async fn search(&self, query: &str) -> usize {
        query.len()
    }
}

fn main() {
    let _ = Store.search("");
}
