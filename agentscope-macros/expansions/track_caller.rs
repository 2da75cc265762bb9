#[tool(crate = ::agentscope, default = public)]
#[track_caller]
fn located() -> u32 {
    std::panic::Location::caller().line()
}
