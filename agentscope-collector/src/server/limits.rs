//! `[limits]` of `agentscope.toml`.

use std::time::Duration;

use serde::Deserialize;

use crate::ingest;

/// Connections where nothing is said: with the files of the store they are not more than most systems
/// let a process open.
const CONNECTIONS: usize = 512;

macro_rules! limits {
    ($($field:ident: $kind:ty,)*) => {
        /// What is said of each; where nothing is, the default holds.
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(super) struct LimitsEntry {
            $($field: Option<$kind>,)*
            idle_seconds: Option<u64>,
            abandoned_seconds: Option<u64>,
            connections: Option<usize>,
        }

        impl LimitsEntry {
            pub(super) fn apply(&self, limits: &mut ingest::Limits) {
                $(if let Some(value) = self.$field {
                    limits.$field = value;
                })*
                if let Some(seconds) = self.idle_seconds {
                    limits.idle = Duration::from_secs(seconds);
                }
                if let Some(seconds) = self.abandoned_seconds {
                    limits.abandoned = Duration::from_secs(seconds);
                }
            }

            /// The first that is 0, with which nothing could come in.
            pub(super) fn zero(&self) -> Option<&'static str> {
                $(if self.$field == Some(0) {
                    return Some(stringify!($field));
                })*
                (self.connections == Some(0)).then_some("connections")
            }
        }
    };
}

limits! {
    message_bytes: usize,
    records_per_message: u64,
    in_flight_bytes: usize,
    value_bytes: usize,
    attributes: usize,
    depth: usize,
    session_id_bytes: usize,
    records_per_session: u64,
    sessions: usize,
    traces: usize,
}

impl LimitsEntry {
    /// How many connections may be open at once.
    pub(super) fn connections(&self) -> usize {
        self.connections.unwrap_or(CONNECTIONS)
    }
}
