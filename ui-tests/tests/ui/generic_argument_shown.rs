#![allow(dead_code)]

use agentscope::tool;

#[tool(output = internal)]
fn first<T: serde::Serialize>(#[sensitivity(public)] items: &[T], #[sensitivity(internal)] more: impl Iterator<Item = T>) -> bool {
    items.is_empty() && more.count() > 0
}

fn main() {}
