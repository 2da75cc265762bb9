//! What the macros say about mistakes, word for word: a case for each mistake.
//!
//! After a change of a message: `TRYBUILD=overwrite cargo test -p agentscope-ui-tests --test mistakes`,
//! and read what has changed as somebody would who made the mistake.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

/// The texts around ours are the compiler's and differ from version to version.
const WRITTEN_FOR: &str = "rustc 1.95.";

#[test]
fn mistakes_are_explained_at_the_right_place() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = std::process::Command::new(rustc)
        .arg("--version")
        .output()
        .expect("rustc runs");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    if version.starts_with(WRITTEN_FOR) {
        trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
    } else {
        println!("skipped: the expected texts are those of {WRITTEN_FOR}, this is {version}");
    }
}
