//! Hashes and fingerprints of values: keyed ones that telemetry carries, the shape of values, and what tells calls apart.

pub(crate) mod key;
pub(crate) mod keyring;
pub(crate) mod look;
pub(crate) mod print;
pub(crate) mod shape;
pub(crate) mod shapes;
