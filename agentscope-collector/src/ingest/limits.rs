//! How much is taken, so that no sender can fill the memory or the disk of all.

use std::time::Duration;

use serde::Deserialize;

/// Bounds on what an [`Ingest`](super::Ingest) takes, and how long it waits for more of a session.
///
/// ```
/// use agentscope_collector::ingest::Limits;
/// let limits = Limits { records_per_session: 1_000, ..Limits::default() };
/// assert_eq!(limits.share, 1.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Bytes of a message, after decompression; a larger one is refused.
    pub message_bytes: usize,
    /// Spans, log records and numbers of a message; attributes, events, links and whatever else is
    /// listed in it may be ten times as many. One with more is refused.
    pub records_per_message: u64,
    /// Bytes of all messages that are being worked on, and as many again of what is decoded of them;
    /// beyond it a sender is asked to come later.
    pub in_flight_bytes: usize,
    /// Bytes of the value of an attribute, of a log body or of a status message; a longer one is cut,
    /// with a mark.
    pub value_bytes: usize,
    /// Attributes of a span, an event, a link or a log record; events and links of a span. The rest
    /// is counted in the record itself.
    pub attributes: usize,
    /// Levels of lists and maps in a value; a record with more is refused.
    pub depth: usize,
    /// Bytes of a session id; a record with a longer one is refused.
    pub session_id_bytes: usize,
    /// Spans and log records of a session; the rest is refused.
    pub records_per_session: u64,
    /// Sessions that may be running at once; beyond it the one that has been silent for longest is
    /// ended.
    pub sessions: usize,
    /// Traces whose session is remembered, at least.
    pub traces: usize,
    /// How long a session whose root spans have ended is waited for.
    pub idle: Duration,
    /// How long one is waited for otherwise, until it counts as abandoned.
    pub abandoned: Duration,
    /// Which part of all sessions is kept, from 0 to 1: chosen by session id, in every process
    /// alike.
    pub share: f64,
    /// What is kept of the words that other libraries recorded.
    pub content: Content,
}

/// What is kept of prompts, completions, arguments, results and other words in records of libraries
/// that know nothing of classes.
///
/// ```
/// use agentscope_collector::ingest::Content;
/// assert_eq!(Content::default(), Content::Masked);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// They count as confidential: `[confidential]` stands in their place.
    #[default]
    Masked,
    /// They are there but for what the scrubber finds: addresses, card numbers, credentials. Names of
    /// people and what they tell it cannot find.
    Scrubbed,
    /// They are there as they were recorded: for public data.
    Recorded,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 16 * 1024 * 1024,
            records_per_message: 50_000,
            in_flight_bytes: 64 * 1024 * 1024,
            value_bytes: 64 * 1024,
            attributes: 128,
            depth: 16,
            session_id_bytes: 256,
            records_per_session: 20_000,
            sessions: 10_000,
            traces: 100_000,
            idle: Duration::from_secs(60),
            abandoned: Duration::from_secs(30 * 60),
            share: 1.0,
            content: Content::Masked,
        }
    }
}
