use agentscope::inference;

#[derive(Debug)]
struct ModelError;

#[inference(provider = "openai", enforce_budget = true, default = secret)]
fn complete(prompt: &str) -> Result<String, ModelError> {
    Ok(prompt.to_owned())
}

#[inference(provider = "openai", enforce_budget = true, default = secret)]
async fn complete_later(prompt: &str) -> Result<String, ModelError> {
    Ok(prompt.to_owned())
}

fn main() {}
