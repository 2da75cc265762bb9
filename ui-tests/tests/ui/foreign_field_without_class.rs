#![allow(dead_code)]

use agentscope::Classify;

#[derive(Classify)]
#[sensitivity(default = internal)]
struct Job {
    handle: std::thread::ThreadId,
    id: u64,
}

fn main() {}
