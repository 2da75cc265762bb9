//! The metrics that calls are measured with.

pub(crate) mod measured;
pub(crate) mod meters;
pub(crate) mod pace;
