use agentscope::tool;

trait Search {
    #[tool(default = internal)]
    fn search(&self, query: &str) -> usize;
}

fn main() {}
