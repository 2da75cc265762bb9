use agentscope::tool;
use futures_util::{Stream, stream};

#[tool(default = internal, result_schema = u32)]
fn numbers() -> impl Stream<Item = u32> {
    stream::iter([1, 2])
}

fn main() {
    drop(numbers());
}
