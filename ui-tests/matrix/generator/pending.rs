//! Cells that do not hold yet, each with why. A cell that does hold must not be in here: the tests
//! say which one to remove.
//!
//! Patterns of `edition/form/macro_class`; `*` stands for any one of them.

/// Cells that the compiler refuses; `tests/pending.rs` holds that it still does.
const COMPILE: &[(&str, &str)] = &[
    ("*/future_named_type/*", RETURNS),
    ("*/future_as_value/*", RETURNS),
    ("*/future_said/*", RETURNS),
    ("*/future_in_result/*", RETURNS),
    ("*/stream_said/*", RETURNS),
    ("*/stream_as_value/*", RETURNS),
    ("*/iterator/*", RETURNS),
    ("*/iterator_boxed/*", RETURNS),
    ("*/async_never/*", "`!` is no type argument"),
    (
        "*/trait_methods_like_ours/*",
        "a method of the user's is as good as ours: E0034",
    ),
    (
        "*/ref_parameters/*",
        "`ref mut` of an argument that is bound again without `mut`: E0596",
    ),
];

const RETURNS: &str = "there is no `returns = ..` yet";

/// Cells that compile and then differ from the bare function, or record it wrongly.
const RUN: &[(&str, &str)] = &[
    (
        "*/boxed_unpin/*",
        "a `Box<dyn Future + Unpin>` is taken for a value",
    ),
    ("*/stream/*", STREAMS),
    ("*/stream_alias/*", STREAMS),
    ("*/stream_borrowing/*", STREAMS),
    ("*/stream_boxed/*", STREAMS),
    ("*/stream_boxed_local/*", STREAMS),
    ("*/stream_drop_order/*", STREAMS),
    ("*/stream_dropped_between_items/*", STREAMS),
    ("*/stream_from_async/*", STREAMS),
    ("*/stream_from_async_boxed/*", STREAMS),
    ("*/stream_from_async_in_result/*", STREAMS),
    ("*/stream_in_result/*", STREAMS),
    ("*/track_caller/*", TRACK_CALLER),
    ("*/track_caller_below/*", TRACK_CALLER),
    ("*/track_caller_generic/*", TRACK_CALLER),
    ("*/track_caller_in_trait/*", TRACK_CALLER),
    ("*/track_caller_panics/*", TRACK_CALLER),
];

const STREAMS: &str = "a stream is taken for a value: the span ends when the function returns";
const TRACK_CALLER: &str = "the body is in a closure, which is its own caller";

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
