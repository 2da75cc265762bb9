#[tool(crate = ::agentscope, default = secret)]
fn open(credentials: Credentials, #[sensitivity(pii, kind = "email", redact = mask)] user: &str) -> Store {
    Store::new(credentials, user)
}
