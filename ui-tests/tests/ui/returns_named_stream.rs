use agentscope::tool;
use futures_util::stream::{Iter, iter};

#[tool(default = secret)]
async fn list(n: u32) -> Iter<std::vec::IntoIter<u32>> {
    iter(vec![n])
}

fn main() {
    let _ = list(1);
}
