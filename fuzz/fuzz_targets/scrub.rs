//! The scrubber of free text: `cargo +nightly fuzz run scrub -- -max_len=4096`.
#![no_main]

use libfuzzer_sys::fuzz_target;

// What the seeded test looks at, too.
#[path = "../../agentscope-runtime/tests/scrub/check.rs"]
mod check;

fuzz_target!(|text: &str| check::check(text));
