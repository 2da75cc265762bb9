//! What the scrubber of free text finds, and what it leaves alone.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(
    clippy::print_stdout,
    reason = "figures, for whoever asks for the output"
)]

mod behaviour;
mod carriers;
mod check;
mod corpus;
mod formats;
mod generated;
mod mutations;
mod negatives;
mod properties;
mod rng;
mod score;
mod values;
