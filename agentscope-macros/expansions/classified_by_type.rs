#[tool(crate = ::agentscope)]
fn update(customer: &Customer, orders: Vec<Order>) -> Result<Customer, UpdateError> {
    customer.with(orders)
}
