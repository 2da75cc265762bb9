#[agent(crate = ::agentscope, context = envelope.context(), output = confidential)]
fn specialist(#[sensitivity(secret)] envelope: &Envelope<Task>) -> String {
    envelope.task().to_string()
}
