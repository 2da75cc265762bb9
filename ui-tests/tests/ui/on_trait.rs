use agentscope::tool;

#[tool(default = secret)]
unsafe trait Search {
    fn search(&self) -> usize {
        0
    }
}

unsafe impl Search for () {}

fn main() {
    ().search();
}
