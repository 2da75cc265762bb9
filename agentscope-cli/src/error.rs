//! What a command can fail with.

use std::path::PathBuf;

use agentscope_collector::server::{ConfigError, ServeError};
use agentscope_collector::store::StoreError;

/// Why a command has not done what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The server.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// What was printed could not be.
    #[error("the output cannot be written: {0}")]
    Output(#[from] std::io::Error),
    /// A file that was named.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Anything that is said in words.
    #[error("{0}")]
    Said(String),
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}
