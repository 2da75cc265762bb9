use agentscope::tool;

#[tool(output = internal)]
fn size<T: AsRef<str>>(text: T, more: impl Iterator<Item = u8>) -> usize {
    text.as_ref().len() + more.count()
}

fn main() {
    size("", [1].into_iter());
}
