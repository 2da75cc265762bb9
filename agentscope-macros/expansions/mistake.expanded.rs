fn look(name: &str) -> usize {
    name.len()
}
::core::compile_error! {
    "`reads` is no effect; write `effect = read` or `effect = write`"
}
::core::compile_error! {
    "the output of tool `look` (`usize`) has no sensitivity classification\nhelp: write #[tool(output = secret)], or another of special, pii, confidential, internal, public\nhelp: or give all that has no class one: #[tool(default = secret)]"
}
