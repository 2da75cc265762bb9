#![allow(dead_code)]

use agentscope::tool;

#[derive(serde::Serialize)]
struct Page<T> {
    items: Vec<T>,
}

#[tool(default = internal)]
fn next(page: &Page<String>) -> Option<Page<String>> {
    let _ = page;
    None
}

#[tool(output = public)]
async fn later(#[sensitivity(internal)] page: Page<String>) -> Result<Page<String>, std::fmt::Error> {
    Ok(page)
}

fn main() {}
