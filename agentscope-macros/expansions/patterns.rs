#[tool(crate = ::agentscope, default = public)]
fn sum((a, _): (u32, u32), _: String, mut d: u32, #[cfg(any())] e: u32) -> u32 {
    #![allow(clippy::identity_op)]
    d += 0;
    a + d
}
