//! What can go wrong while setting up and shutting down.

use std::time::Duration;

/// Why `init()` did not set anything up. The program can go on without telemetry.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// A guard of an earlier `init()` still lives.
    #[error("agentscope is set up already; keep one guard in `main` and call `init()` once")]
    AlreadyInitialized,
    /// The transport that the environment asks for is not built in.
    #[error(
        "{signal} cannot be exported through `{protocol}`; set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf or grpc"
    )]
    Protocol {
        /// `traces`, `logs` or `metrics`.
        signal: &'static str,
        /// What the environment asks for.
        protocol: String,
    },
    /// An exporter could not be built, for example because its endpoint is no URL.
    #[error(
        "cannot export {signal} to {target}: {source}; {}",
        crate::env::without_scheme(.target).unwrap_or_else(|| "correct the OTEL_EXPORTER_OTLP_* variables".to_owned())
    )]
    Exporter {
        /// `traces`, `logs` or `metrics`.
        signal: &'static str,
        /// The endpoint as the environment says it.
        target: String,
        /// What the exporter says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// `AGENTSCOPE_CONSOLE` holds a word that means nothing.
    #[error("AGENTSCOPE_CONSOLE is `{0}`; write tree, json or off")]
    Console(String),
    /// The system refused a thread.
    #[error(
        "cannot start a thread for telemetry: {0}; the limit on threads of this process may be too low"
    )]
    Thread(#[source] std::io::Error),
    /// The handler for SIGINT and SIGTERM could not be installed.
    #[error("cannot install the handler for SIGINT and SIGTERM: {0}; leave out `on_signals()`")]
    Signals(#[source] std::io::Error),
}

/// The text of the error: `main` prints what it returns in this form.
impl std::fmt::Debug for InitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// Why not everything was delivered when telemetry was shut down.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShutdownError {
    /// The deadline passed first; what was still queued is lost.
    #[error(
        "telemetry was not delivered within {deadline:?}: {spans} spans and {logs} log records were still queued; \
         check the endpoint, or give `builder().deadline(..)` more time"
    )]
    Deadline {
        /// The deadline.
        deadline: Duration,
        /// Spans that were still queued.
        spans: u64,
        /// Log records that were still queued.
        logs: u64,
    },
    /// Exports failed or queues were full, since the program started.
    #[error(
        "telemetry was lost: {spans} spans, {logs} log records and {metrics} metric exports; \
         check the endpoint, or raise OTEL_BSP_MAX_QUEUE_SIZE and OTEL_BLRP_MAX_QUEUE_SIZE"
    )]
    Lost {
        /// Spans that were dropped or not accepted.
        spans: u64,
        /// Log records that were dropped or not accepted.
        logs: u64,
        /// Exports of metrics that were not accepted.
        metrics: u64,
    },
    /// The system refused the thread that would have flushed.
    #[error("cannot start the thread that delivers the last telemetry: {0}")]
    Thread(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_without_a_scheme_is_told_with_one() {
        let said = |target: &str| {
            let error = InitError::Exporter {
                signal: "traces",
                target: target.to_owned(),
                source: "invalid format".into(),
            };
            error.to_string()
        };
        assert!(said("localhost:4318").contains("write http://localhost:4318"));
        assert!(said("http://a b").ends_with("correct the OTEL_EXPORTER_OTLP_* variables"));
    }
}
