#[tool(crate = ::agentscope, effect = read)]
#[rig::tool_macro(description = "Looks up a price")]
#[must_use]
async fn price(
    /// What is looked for.
    #[rig(required)]
    #[sensitivity(public)]
    #[serde(default)]
    article: String,
    #[rig(context)]
    #[allow(unused_variables)]
    context: &mut ToolContext,
) -> Found {
    find(article)
}
