//! The matrix of function forms in a crate of edition 2021: generated from `ui-tests/matrix/forms`.
//! One cell: `cargo test -p agentscope-matrix-2021 forms::sync_value::tool_secret`.

// Not under clippy, which would take as long as the compiler: `tests/lints.rs` is about lints.
#[cfg(all(test, not(clippy)))]
#[allow(
    warnings,
    clippy::all,
    unsafe_code,
    reason = "some forms are there for what lints say of them"
)]
mod forms {
    include!(concat!(env!("OUT_DIR"), "/matrix.rs"));
}
