#![allow(dead_code)]

use agentscope::{Classify, tool};

struct Query;

#[derive(Classify)]
struct Search {
    limit: u32,
    query: Query,
}

#[tool(output = internal)]
fn search(query: &Query, limit: u32) -> u32 {
    let _ = query;
    limit
}

struct Index;

impl Index {
    #[tool]
    fn find(&self, query: Query) -> String {
        let _ = query;
        String::new()
    }
}

fn main() {}
