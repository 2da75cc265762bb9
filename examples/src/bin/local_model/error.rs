//! What can go wrong. The variant's name becomes `error.type`; the text stays in the process.

use agentscope::Classify;

/// Why there is no answer.
#[derive(Debug, thiserror::Error, Classify)]
#[sensitivity(default = internal)]
pub(crate) enum CounterError {
    #[error("the model gave no answer: {0}")]
    Model(#[sensitivity(confidential)] String),
    #[error("the model's choice is none: {0}")]
    Choice(#[sensitivity(confidential)] String),
    #[error("{path} cannot be used: {problem}")]
    File { path: String, problem: String },
}
