use agentscope::tool;

unsafe extern "C" {
    #[tool(default = internal)]
    fn abs(n: i32) -> i32;

    #[tool(default = internal)]
    safe fn labs(n: i64) -> i64;
}

fn main() {
    let _ = (unsafe { abs(1) }, labs(1));
}
