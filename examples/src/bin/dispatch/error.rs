//! What can go wrong. The variant's name becomes `error.type`; the text stays in the process.

use agentscope::Classify;
use agentscope::propagation::{NotAnswered, SignatureError};

#[derive(Debug, thiserror::Error, Classify)]
#[sensitivity(default = internal)]
pub(crate) enum DeskError {
    #[error("the task could not be handed over: {0}")]
    Transport(#[sensitivity(confidential)] String),
    #[error("nobody has answered in {seconds} seconds")]
    Timeout { seconds: u64 },
    #[error("what came is not what it should be: {0}")]
    Message(#[sensitivity(confidential)] String),
    #[error("{0}")]
    Signature(#[sensitivity(confidential)] String),
    #[error("{0}")]
    NotAnswered(#[sensitivity(confidential)] String),
}

impl DeskError {
    pub(crate) fn transport(error: impl std::fmt::Display) -> Self {
        Self::Transport(error.to_string())
    }
}

impl From<serde_json::Error> for DeskError {
    fn from(error: serde_json::Error) -> Self {
        Self::Message(error.to_string())
    }
}

impl From<SignatureError> for DeskError {
    fn from(error: SignatureError) -> Self {
        Self::Signature(error.to_string())
    }
}

impl From<NotAnswered> for DeskError {
    fn from(error: NotAnswered) -> Self {
        Self::NotAnswered(error.to_string())
    }
}
