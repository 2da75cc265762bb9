//! What can go wrong with a store.

use std::path::PathBuf;

/// Why a store could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Not the name of a tenant.
    #[error(
        "{0:?} is no name of a tenant: use 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or a digit"
    )]
    TenantName(String),
    /// Not the address of a store.
    #[error("{0:?} is no address of a store: give a directory, or clickhouse://host:8123/database")]
    Address(String),
    /// Nothing is known of a session.
    #[error("no session {0:?} in the store; `agentscope sessions` lists what there is")]
    NoSession(String),
    /// There is no store in a directory.
    #[error("{} holds no sessions of agentscope; was another directory meant? `agentscope serve --store {}` begins one there", .0.display(), .0.display())]
    NoStore(PathBuf),
    /// Another process writes to this store.
    #[error(
        "{} is being written to by another process: send to that one (OTEL_EXPORTER_OTLP_ENDPOINT), which also drops what is too old, or end it",
        .0.display()
    )]
    Locked(PathBuf),
    /// The store was made by a later version.
    #[error("{} has format {found}, this program knows formats up to {known}: use a later agentscope", .path.display())]
    Later {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The last format that this program knows.
        known: i64,
    },
    /// A file or directory.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database.
    #[error("{place}: {message}")]
    Database {
        /// File or address of the database.
        place: String,
        /// What it says.
        message: String,
    },
    /// A record in the store cannot be read.
    #[error(
        "{place} is damaged: {what}; of a file of the embedded store, move it away with what lies beside it (-wal, -shm), and what all others hold is read again"
    )]
    Damaged {
        /// File or address of the database.
        place: String,
        /// Which record, and how.
        what: String,
    },
    /// Something was left as it is, and the rest was done.
    #[error("{} left as they are: {}", .0.len(), .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Skipped(Vec<StoreError>),
    /// The store was opened to read.
    #[error("the store was opened to read; open it to write")]
    ReadOnly,
    /// Not how long records can be kept.
    #[error("{0}")]
    Retention(String),
    /// The store was closed.
    #[error("the store was closed")]
    Closed,
}
