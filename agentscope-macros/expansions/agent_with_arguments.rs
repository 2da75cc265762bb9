#[agent(
    crate = ::agentscope,
    name = format!("support-{tenant}"),
    mode = "react",
    token_budget = budget,
    task = ticket,
    output = confidential
)]
async fn support(
    #[sensitivity(internal)] ticket: &str,
    #[sensitivity(internal)] tenant: u32,
    #[sensitivity(internal)] budget: u32,
) -> String {
    ticket.to_owned()
}
