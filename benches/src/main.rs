//! Measures what agentscope costs: `cargo run --release -p agentscope-benches -- overhead --json`.
//!
//! Each case runs beside its reference in the same process, round after round in turn, so that a
//! noisy machine disturbs both; what counts is the ratio of the medians. A budget that is missed is
//! printed as `"ok": false`, and the exit code is 1.

mod measure;
mod overhead;

use std::process::ExitCode;

#[allow(clippy::print_stderr, reason = "this is a command-line program")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let cases: Vec<_> = arguments
        .iter()
        .filter(|argument| *argument != "--json")
        .map(String::as_str)
        .collect();
    let results = match cases[..] {
        ["overhead"] => overhead::run(),
        // What the instruction counts are taken of.
        ["once", subject, calls] if overhead::once(subject, calls.parse().unwrap_or(0)) => {
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("usage: agentscope-benches overhead [--json]");
            return ExitCode::from(2);
        }
    };
    let mut all_ok = true;
    for result in &results {
        result.print(json);
        all_ok &= result.ok;
    }
    if all_ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
