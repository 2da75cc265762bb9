#![allow(dead_code)]

use agentscope::tool;

#[derive(serde::Serialize)]
struct Row(String);

struct Table;

impl Table {
    #[tool(output = internal)]
    fn rows(&self) -> Vec<Row> {
        Vec::new()
    }

    #[tool(output = secret)]
    fn hidden(&self) -> Vec<Row> {
        Vec::new()
    }
}

fn main() {}
