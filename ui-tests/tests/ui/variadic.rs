use agentscope::tool;

#[tool(default = secret)]
unsafe extern "C" fn log(format: *const u8, _args: ...) {
    let _ = format;
}

fn main() {}
