//! Turns the messages of OTLP into what the analysis reads.

use std::collections::HashMap;
use std::sync::Arc;

use agentscope_analysis::{
    Attributes, Facts, Link, LogRecord, Scalar, Session, SpanEvent, SpanKind, SpanRecord, Status,
    Value,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::LogRecord as OtlpLog;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind as OtlpKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

use crate::store::{Origin, SessionState, StoredSession};

/// Set where the parent of a span is another process's, with the bit that says that it is known.
const REMOTE: u32 = 0x0000_0300;

impl StoredSession {
    /// The session as the analysis sees it: what ran below what, the state of the agents, sums. What
    /// is still open in a session that has ended counts as cancelled, and what people judged stands
    /// above what spans say.
    pub fn model(&self) -> Session {
        let mut services = Services::default();
        let spans = self.spans.iter().map(|span| SpanRecord {
            service: services.of(&span.origin),
            ..self::span(&span.record)
        });
        let spans = spans.collect();
        let logs = self.logs.iter().map(|log| self::log(&log.record));
        let mut session = Session::new(self.summary.id.as_str(), spans, logs.collect());
        if self.summary.state != SessionState::Running {
            session = session.ended();
        }
        if let Some(verdict) = &self.summary.verdict {
            session.totals.verdict = Some(verdict.value.clone());
            session.totals.verdict_source = Some(verdict.source.clone());
        }
        session
    }
}

/// Names of services; origins that are shared are read once.
#[derive(Default)]
struct Services(HashMap<*const Origin, Option<Arc<str>>>);

impl Services {
    fn of(&mut self, origin: &Arc<Origin>) -> Option<Arc<str>> {
        let read = || origin.service().map(Arc::from);
        self.0
            .entry(Arc::as_ptr(origin))
            .or_insert_with(read)
            .clone()
    }
}

/// What a span says of itself.
pub(crate) fn facts_of_span(span: &Span) -> Facts<'_> {
    let status = span.status.as_ref().map(|status| status.code());
    let is_error = status == Some(StatusCode::Error);
    Facts::of(&span.name, kind(span), is_error, scalars(&span.attributes))
}

/// What a log record says of itself.
pub(crate) fn facts_of_log(log: &OtlpLog) -> Facts<'_> {
    let attributes = scalars(&log.attributes);
    Facts::of(&log.event_name, SpanKind::Internal, false, attributes)
}

/// Whether the parent of a span is known to be in another process.
pub(crate) fn is_parent_remote(span: &Span) -> bool {
    span.flags & REMOTE == REMOTE
}

/// A span as the analysis reads it.
pub(crate) fn span(span: &Span) -> SpanRecord {
    let parent = span_id(&span.parent_span_id);
    SpanRecord {
        service: None,
        trace_id: trace_id(&span.trace_id),
        span_id: span_id(&span.span_id),
        parent_span_id: (parent != 0).then_some(parent),
        parent_is_remote: is_parent_remote(span),
        name: span.name.clone(),
        kind: kind(span),
        start: span.start_time_unix_nano,
        end: span.end_time_unix_nano,
        status: match &span.status {
            Some(status) if status.code() == StatusCode::Error => {
                Status::Error(status.message.clone())
            }
            Some(status) if status.code() == StatusCode::Ok => Status::Ok,
            _ => Status::Unset,
        },
        attributes: attributes(&span.attributes),
        events: span
            .events
            .iter()
            .map(|event| SpanEvent {
                name: event.name.clone(),
                time: event.time_unix_nano,
                attributes: attributes(&event.attributes),
            })
            .collect(),
        links: span
            .links
            .iter()
            .map(|link| Link {
                trace_id: trace_id(&link.trace_id),
                span_id: span_id(&link.span_id),
                attributes: attributes(&link.attributes),
            })
            .collect(),
    }
}

/// A log record as the analysis reads it.
pub(crate) fn log(log: &OtlpLog) -> LogRecord {
    LogRecord {
        event_name: log.event_name.clone(),
        // An emitter that does not know when it happened says when it was seen.
        time: match log.time_unix_nano {
            0 => log.observed_time_unix_nano,
            time => time,
        },
        severity_number: u8::try_from(log.severity_number).unwrap_or(0),
        severity_text: log.severity_text.clone(),
        trace_id: trace_id(&log.trace_id),
        span_id: span_id(&log.span_id),
        attributes: attributes(&log.attributes),
    }
}

fn kind(span: &Span) -> SpanKind {
    match span.kind() {
        OtlpKind::Server => SpanKind::Server,
        OtlpKind::Client => SpanKind::Client,
        OtlpKind::Producer => SpanKind::Producer,
        OtlpKind::Consumer => SpanKind::Consumer,
        OtlpKind::Unspecified | OtlpKind::Internal => SpanKind::Internal,
    }
}

/// The attributes, nothing copied.
pub(crate) fn scalars(attributes: &[KeyValue]) -> impl Iterator<Item = (&str, Scalar<'_>)> {
    let keys = attributes.iter().map(|attribute| attribute.key.as_str());
    keys.zip(attributes.iter().map(scalar))
}

pub(crate) fn scalar(attribute: &KeyValue) -> Scalar<'_> {
    match attribute.value.as_ref().and_then(|it| it.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => Scalar::Text(text),
        Some(any_value::Value::IntValue(number)) => Scalar::Int(*number),
        Some(any_value::Value::DoubleValue(number)) => Scalar::Double(*number),
        Some(any_value::Value::BoolValue(flag)) => Scalar::Bool(*flag),
        _ => Scalar::Other,
    }
}

fn attributes(attributes: &[KeyValue]) -> Attributes {
    let pairs = attributes.iter();
    pairs
        .filter_map(|pair| Some((pair.key.clone(), value(pair.value.as_ref()?)?)))
        .collect()
}

/// `None` for bytes and maps, which the session model has no use for.
fn value(any: &AnyValue) -> Option<Value> {
    Some(match any.value.as_ref()? {
        any_value::Value::StringValue(text) => Value::from(text.as_str()),
        any_value::Value::BoolValue(flag) => Value::Bool(*flag),
        any_value::Value::IntValue(number) => Value::Int(*number),
        any_value::Value::DoubleValue(number) => Value::Double(*number),
        any_value::Value::ArrayValue(list) => {
            Value::Array(list.values.iter().filter_map(value).collect())
        }
        _ => return None,
    })
}

/// 0 for what is no trace id.
pub(crate) fn trace_id(bytes: &[u8]) -> u128 {
    bytes.try_into().map_or(0, u128::from_be_bytes)
}

/// 0 for what is no span id.
pub(crate) fn span_id(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_be_bytes)
}
