//! What the scrubber of free text finds, and what it leaves alone.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod corpus;
mod negatives;
mod score;
