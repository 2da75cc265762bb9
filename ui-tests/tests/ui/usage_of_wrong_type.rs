use agentscope::{Usage, inference};

struct Response {
    tokens: u32,
}

#[inference(provider = "openai", default = secret, usage = |response| response.tokens)]
fn complete() -> Response {
    Response { tokens: 1 }
}

#[inference(provider = "openai", default = secret, usage = Usage::default())]
async fn ask() -> Response {
    Response { tokens: 1 }
}

#[inference(provider = "openai", default = secret, usage = |response| Usage {
    input_tokens: response.prompt_tokens,
    ..Usage::default()
})]
async fn answer() -> Response {
    Response { tokens: 1 }
}

fn main() {
    complete();
    let _ = (ask(), answer());
}
