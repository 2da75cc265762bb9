#[inference(
    crate = ::agentscope,
    provider = "openai",
    model = &request.model,
    usage = |response| Usage { input_tokens: response.tokens, ..Usage::default() },
    default = confidential
)]
async fn complete(request: Request) -> Result<Response, Error> {
    send(request).await
}
