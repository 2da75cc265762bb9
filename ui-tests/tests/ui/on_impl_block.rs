use agentscope::tool;

struct Store;

#[tool(default = secret)]
impl Store {
    fn open(&self) {}
}

fn main() {
    Store.open();
}
