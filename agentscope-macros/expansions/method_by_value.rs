#[tool(crate = ::agentscope, default = secret)]
async fn close(mut self: Box<Self>) {
    self.open = false;
}
