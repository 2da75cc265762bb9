//! Cells that do not hold yet, each with why. A cell that does hold must not be in here: the tests
//! say which one to remove.
//!
//! Patterns of `edition/form/macro_class`; `*` stands for any one of them.

/// Cells that the compiler refuses; `tests/pending.rs` holds that it still does.
const COMPILE: &[(&str, &str)] = &[];

/// Cells that compile and then differ from the bare function, or record it wrongly.
const RUN: &[(&str, &str)] = &[];

/// Why a cell is not expected to compile.
pub(crate) fn does_not_compile(id: &str) -> Option<&'static str> {
    find(COMPILE, id)
}

/// Why a cell that compiles is expected to fail.
pub(crate) fn fails(id: &str) -> Option<&'static str> {
    find(RUN, id)
}

/// The patterns of both lists.
pub(crate) fn patterns() -> impl Iterator<Item = &'static str> {
    COMPILE.iter().chain(RUN).map(|(pattern, _)| *pattern)
}

/// Whether a pattern is one for this cell.
pub(crate) fn matches(pattern: &str, id: &str) -> bool {
    let mut parts = pattern.split('/').zip(id.split('/'));
    parts.all(|(pattern, part)| pattern == "*" || pattern == part)
}

fn find(list: &[(&str, &'static str)], id: &str) -> Option<&'static str> {
    list.iter()
        .find(|(pattern, _)| matches(pattern, id))
        .map(|(_, why)| *why)
}
