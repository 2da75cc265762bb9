//! What goes into a store, and comes out again.

use std::fmt;
use std::sync::Arc;

use agentscope_analysis::Scalar;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;

use super::query::SessionSummary;
use crate::from_otlp::scalar;

/// The session that a record belongs to.
///
/// ```
/// use agentscope_collector::store::SessionId;
/// assert_eq!(SessionId::named("chat-7").as_str(), "chat-7");
/// assert!(SessionId::of_trace(0xab).as_str().ends_with("ab"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(Arc<str>);

impl SessionId {
    /// How the session of a trace begins whose records name no session.
    pub const OF_TRACE: &'static str = "trace:";

    /// A session that its records name.
    pub fn named(id: impl Into<Arc<str>>) -> Self {
        Self(id.into())
    }

    /// What stands for a session where the records of a trace name none: `trace:` and the trace id.
    /// A [`Binding`] says later which session it is, where that comes to be known.
    pub fn of_trace(trace_id: u128) -> Self {
        Self(format!("{}{trace_id:032x}", Self::OF_TRACE).into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who emitted a record: OpenTelemetry's resource and instrumentation scope.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// The process: service, version, host.
    pub resource: Resource,
    /// The library.
    pub scope: InstrumentationScope,
}

impl Origin {
    /// The name of the service, where it has one.
    pub(crate) fn service(&self) -> Option<&str> {
        let mut attributes = self.resource.attributes.iter();
        let name = attributes.find(|attribute| attribute.key == "service.name")?;
        match scalar(name) {
            Scalar::Text(name) => Some(name),
            _ => None,
        }
    }
}

/// A record of a session, with who emitted it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded<T> {
    /// Its session.
    pub session: SessionId,
    /// Who emitted it; shared by the records that came together.
    pub origin: Arc<Origin>,
    /// The span or log record, as OTLP has it.
    pub record: T,
}

/// A trace whose session was learnt only after some of its records were stored as
/// [`SessionId::of_trace`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The trace.
    pub trace_id: u128,
    /// Its session.
    pub session: SessionId,
}

/// Records that are stored together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Spans.
    pub spans: Vec<Recorded<Span>>,
    /// Log records; snapshots and verdicts are such.
    pub logs: Vec<Recorded<LogRecord>>,
    /// Sessions of traces.
    pub bindings: Vec<Binding>,
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Spans that were not there before.
    pub spans: u64,
    /// Log records that were not there before.
    pub logs: u64,
    /// Spans that were there already.
    pub duplicate_spans: u64,
    /// Log records that were there already.
    pub duplicate_logs: u64,
    /// Of which sessions, as the batch names them, these were.
    pub duplicates: Vec<(SessionId, u64)>,
}

/// A session that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// Which.
    pub session: SessionId,
    /// When, in nanoseconds since the Unix epoch.
    pub time: u64,
    /// Whether spans were still open when it was given up: they count as cancelled.
    pub abandoned: bool,
}

/// Everything that is kept of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSession {
    /// What the list says of it.
    pub summary: SessionSummary,
    /// Spans, by their begin.
    pub spans: Vec<Recorded<Span>>,
    /// Log records, by their time.
    pub logs: Vec<Recorded<LogRecord>>,
}
