#[tool(crate = ::agentscope, default = secret)]
fn filled<T: Clone, const N: usize>(value: &T) -> [T; N]
where
    T: std::fmt::Debug,
{
    std::array::from_fn(|_| value.clone())
}
