use agentscope::{agent, inference, tool};

#[tool(default = internal)]
#[agent(default = internal)]
fn look(n: u32) -> u32 {
    n
}

#[agent(default = internal)]
#[tracing::instrument(skip_all)]
#[agentscope::inference(provider = "openai", default = internal)]
async fn ask(n: u32) -> u32 {
    n
}

/// Inside another it is another function.
#[agent]
fn plan() {
    #[tool]
    fn open() {}
    #[inference(provider = "openai")]
    fn infer() {}
    open();
    infer();
}

fn main() {
    look(1);
    plan();
    let _ = ask(1);
}
