//! The tools: each counts one thing that a crate of this repository has. The name of a crate is internal.

use std::path::{Path, PathBuf};

use agentscope::tool;
use ignore::WalkBuilder;

use crate::error::CounterError;

/// The Rust files of a crate.
fn sources(of: &str) -> impl Iterator<Item = PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let entries = WalkBuilder::new(root.join(of)).build();
    let paths = entries
        .filter_map(Result::ok)
        .map(ignore::DirEntry::into_path);
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
}

/// Counts the lines that a test is true of.
fn count_lines(of: &str, counts: impl Fn(&str) -> bool) -> Result<usize, CounterError> {
    let mut found = 0;
    for path in sources(of) {
        let text = std::fs::read_to_string(&path).map_err(|error| CounterError::File {
            path: path.display().to_string(),
            problem: error.to_string(),
        })?;
        found += text.lines().filter(|line| counts(line)).count();
    }
    Ok(found)
}

/// Count the Rust files of a crate.
#[tool(effect = read, output = internal)]
pub(crate) fn files(#[sensitivity(internal)] of: &str) -> Result<usize, CounterError> {
    Ok(sources(of).count())
}

/// Count the lines of Rust of a crate.
#[tool(effect = read, output = internal)]
pub(crate) fn lines(#[sensitivity(internal)] of: &str) -> Result<usize, CounterError> {
    count_lines(of, |_| true)
}

/// Count the tests of a crate.
#[tool(effect = read, output = internal)]
pub(crate) fn tests(#[sensitivity(internal)] of: &str) -> Result<usize, CounterError> {
    count_lines(of, |line| {
        matches!(line.trim(), "#[test]" | "#[tokio::test]")
    })
}
