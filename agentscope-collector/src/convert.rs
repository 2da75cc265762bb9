//! Turns what the SDK and the runtime hand over into what the analysis reads.

use agentscope_analysis::{
    Attributes, Link, LogRecord, SpanEvent, SpanKind, SpanRecord, Status, Value,
};
use agentscope_runtime::Snapshot;
use opentelemetry::logs::AnyValue;
use opentelemetry::trace::{self, SpanId, TraceId};
use opentelemetry::{Array, KeyValue};
use opentelemetry_sdk::trace::SpanData;

use crate::time::nanos;

pub(crate) fn span(span: &SpanData) -> SpanRecord {
    SpanRecord {
        trace_id: trace_id(span.span_context.trace_id()),
        span_id: span_id(span.span_context.span_id()),
        parent_span_id: (span.parent_span_id != SpanId::INVALID)
            .then(|| span_id(span.parent_span_id)),
        parent_is_remote: span.parent_span_is_remote,
        name: span.name.clone().into_owned(),
        kind: match span.span_kind {
            trace::SpanKind::Internal => SpanKind::Internal,
            trace::SpanKind::Server => SpanKind::Server,
            trace::SpanKind::Client => SpanKind::Client,
            trace::SpanKind::Producer => SpanKind::Producer,
            trace::SpanKind::Consumer => SpanKind::Consumer,
        },
        start: nanos(span.start_time),
        end: nanos(span.end_time),
        status: match &span.status {
            trace::Status::Unset => Status::Unset,
            trace::Status::Ok => Status::Ok,
            trace::Status::Error { description } => Status::Error(description.clone().into_owned()),
        },
        attributes: attributes(&span.attributes),
        events: span
            .events
            .iter()
            .map(|event| SpanEvent {
                name: event.name.clone().into_owned(),
                time: nanos(event.timestamp),
                attributes: attributes(&event.attributes),
            })
            .collect(),
        links: span
            .links
            .iter()
            .map(|link| Link {
                trace_id: trace_id(link.span_context.trace_id()),
                span_id: span_id(link.span_context.span_id()),
                attributes: attributes(&link.attributes),
            })
            .collect(),
        // All are from this process.
        service: None,
    }
}

/// The record that the log pipeline emits for the same snapshot, attribute by attribute.
pub(crate) fn snapshot(snapshot: Snapshot) -> LogRecord {
    LogRecord {
        event_name: snapshot.event.to_owned(),
        time: nanos(snapshot.time),
        severity_number: snapshot.level.severity_number(),
        severity_text: snapshot.level.as_str().to_owned(),
        trace_id: trace_id(snapshot.trace_id),
        span_id: span_id(snapshot.span_id),
        attributes: snapshot
            .attributes()
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), any(value)?)))
            .collect(),
    }
}

fn attributes(attributes: &[KeyValue]) -> Attributes {
    attributes
        .iter()
        .map(|pair| (pair.key.as_str().to_owned(), value(&pair.value)))
        .collect()
}

fn value(value: &opentelemetry::Value) -> Value {
    match value {
        opentelemetry::Value::Bool(flag) => Value::Bool(*flag),
        opentelemetry::Value::I64(number) => Value::Int(*number),
        opentelemetry::Value::F64(number) => Value::Double(*number),
        opentelemetry::Value::String(text) => Value::from(text.as_str()),
        opentelemetry::Value::Array(Array::Bool(flags)) => list(flags, |flag| Value::Bool(*flag)),
        opentelemetry::Value::Array(Array::I64(numbers)) => {
            list(numbers, |number| Value::Int(*number))
        }
        opentelemetry::Value::Array(Array::F64(numbers)) => {
            list(numbers, |number| Value::Double(*number))
        }
        opentelemetry::Value::Array(Array::String(texts)) => {
            list(texts, |text| Value::from(text.as_str()))
        }
        // A kind of value that a later API version adds still shows as text.
        other => Value::String(other.to_string()),
    }
}

fn list<T>(items: &[T], value: impl Fn(&T) -> Value) -> Value {
    Value::Array(items.iter().map(value).collect())
}

/// `None` for bytes and maps, which the session model has no use for.
fn any(value: AnyValue) -> Option<Value> {
    Some(match value {
        AnyValue::Int(number) => Value::Int(number),
        AnyValue::Double(number) => Value::Double(number),
        AnyValue::String(text) => Value::from(text.as_str()),
        AnyValue::Boolean(flag) => Value::Bool(flag),
        AnyValue::ListAny(items) => Value::Array(items.into_iter().filter_map(any).collect()),
        _ => return None,
    })
}

fn trace_id(id: TraceId) -> u128 {
    u128::from_be_bytes(id.to_bytes())
}

fn span_id(id: SpanId) -> u64 {
    u64::from_be_bytes(id.to_bytes())
}
