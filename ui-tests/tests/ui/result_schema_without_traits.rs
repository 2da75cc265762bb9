use agentscope::tool;

struct Order;

#[derive(serde::Deserialize)]
struct WithoutSchema;

#[tool(default = internal, result_schema = Order)]
fn neither() -> u32 {
    7
}

#[tool(default = internal, result_schema = WithoutSchema)]
fn one() -> u32 {
    7
}

#[tool(default = secret, result_schema = u32)]
fn not_serialize() -> Order {
    Order
}

fn main() {
    neither();
    one();
    not_serialize();
}
