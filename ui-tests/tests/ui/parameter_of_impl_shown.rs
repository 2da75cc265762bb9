#![allow(dead_code)]

use agentscope::tool;

struct Store<Row>(Vec<Row>);

impl<Row: serde::Serialize> Store<Row> {
    #[tool(output = internal)]
    fn add(&mut self, #[sensitivity(internal)] row: &Row) -> bool {
        let _ = row;
        self.0.is_empty()
    }
}

fn main() {}
