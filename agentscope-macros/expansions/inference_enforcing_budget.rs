#[inference(crate = ::agentscope, provider = "openai", enforce_budget = true, default = secret)]
async fn complete(prompt: String) -> Result<String, Error> {
    send(prompt).await
}
