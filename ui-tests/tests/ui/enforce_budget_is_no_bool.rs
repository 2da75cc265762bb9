use agentscope::inference;

#[inference(provider = "openai", enforce_budget = "yes", default = secret)]
fn complete(prompt: &str) -> Result<String, agentscope::budget::BudgetExhausted> {
    Ok(prompt.to_owned())
}

fn main() {}
