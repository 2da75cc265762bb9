//! Answers of a model, written by hand in the form that the provider documents.

use serde_json::{Value, json};

use crate::endpoint::{Answer, completion_that_used};

/// A part of each prompt comes out of the provider's cache.
pub fn completion(turn: usize, content: &str, calls: &[(&str, Value)]) -> Answer {
    let usage = json!({
        "prompt_tokens": 100 + 50 * turn, "completion_tokens": 20, "total_tokens": 120 + 50 * turn,
        "prompt_tokens_details": {"cached_tokens": 40},
    });
    completion_that_used(&usage, turn, content, calls)
}
