use agentscope::tool;

struct Store;

impl Store {
    #[tool]
    fn open(#[sensitivity(internal)] &self) {}
}

fn main() {
    Store.open();
}
