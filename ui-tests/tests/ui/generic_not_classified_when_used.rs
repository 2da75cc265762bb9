#![allow(dead_code)]

use agentscope::Classify;

#[derive(Classify)]
struct Page<T> {
    items: Vec<T>,
}

struct Row;

#[derive(Classify)]
struct Answer {
    page: Page<Row>,
}

fn main() {}
