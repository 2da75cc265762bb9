#[inference(crate = ::agentscope, provider = "openai", enforce_budget = true, default = secret)]
fn complete(prompt: &str) -> Result<String, Error> {
    send(prompt)
}
