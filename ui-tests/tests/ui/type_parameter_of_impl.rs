use agentscope::tool;

struct Store<Row>(Vec<Row>);

impl<Row> Store<Row> {
    #[tool(default = secret)]
    fn with(rows: Vec<Row>) -> Self {
        Self(rows)
    }
}

fn main() {
    let _ = Store::with(vec![1]).0;
}
