use agentscope::inference;

#[inference(provider = "openai", enforce_budget = true, default = secret)]
fn complete(prompt: &str) -> String {
    prompt.to_owned()
}

#[inference(provider = "openai", enforce_budget = true, default = secret)]
async fn complete_later(prompt: &str) -> Option<String> {
    Some(prompt.to_owned())
}

#[inference(provider = "openai", enforce_budget = true, default = secret)]
fn complete_by_and_by(prompt: &str) -> impl Future<Output = Result<String, std::fmt::Error>> {
    async { Ok(prompt.to_owned()) }
}

fn main() {}
