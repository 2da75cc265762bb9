#![allow(dead_code)]

use agentscope::tool;

type Mail = String;

#[tool(default = internal)]
fn write(email: &Mail, text: &Mail) -> usize {
    email.len() + text.len()
}

fn main() {}
