//! Turns stored sessions, and what the analysis has made, into messages of OTLP.

use std::collections::HashMap;
use std::sync::Arc;

use agentscope_analysis::{Attributes, SpanKind, SpanRecord, Status, Value};
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, TracesData};
use opentelemetry_proto::tonic::trace::v1::{Status as OtlpStatus, span, status};

use crate::store::{Origin, Recorded, StoredSession};

impl StoredSession {
    /// The session as lines of OTLP's JSON form: its spans, then its log records, as far as there
    /// are any. It is the form of the OpenTelemetry Collector's file exporter.
    ///
    /// # Errors
    ///
    /// None that is known of: every record was read from OTLP.
    pub fn otlp_lines(&self) -> Result<Vec<String>, serde_json::Error> {
        let mut lines = Vec::with_capacity(2);
        if !self.spans.is_empty() {
            lines.push(serde_json::to_string(&traces(&self.spans))?);
        }
        if !self.logs.is_empty() {
            lines.push(serde_json::to_string(&records(&self.logs))?);
        }
        Ok(lines)
    }
}

/// Spans as a message; that of a request to export them is the same but for its name.
pub(crate) fn traces(spans: &[Recorded<Span>]) -> TracesData {
    let groups = by_origin(spans).into_iter();
    TracesData {
        resource_spans: groups
            .map(|(origin, spans)| ResourceSpans {
                resource: Some(origin.resource.clone()),
                scope_spans: vec![ScopeSpans {
                    scope: Some(origin.scope.clone()),
                    spans: spans.into_iter().cloned().collect(),
                    ..ScopeSpans::default()
                }],
                ..ResourceSpans::default()
            })
            .collect(),
    }
}

/// Log records likewise.
pub(crate) fn records(logs: &[Recorded<LogRecord>]) -> LogsData {
    let groups = by_origin(logs).into_iter();
    LogsData {
        resource_logs: groups
            .map(|(origin, logs)| ResourceLogs {
                resource: Some(origin.resource.clone()),
                scope_logs: vec![ScopeLogs {
                    scope: Some(origin.scope.clone()),
                    log_records: logs.into_iter().cloned().collect(),
                    ..ScopeLogs::default()
                }],
                ..ResourceLogs::default()
            })
            .collect(),
    }
}

/// Records by who emitted them, in the order of the first of each. Origins that are shared are the
/// same pointer, so most are found without being compared.
fn by_origin<T>(records: &[Recorded<T>]) -> Vec<(&Origin, Vec<&T>)> {
    let mut groups: Vec<(&Origin, Vec<&T>)> = Vec::new();
    let mut places: HashMap<*const Origin, usize> = HashMap::new();
    for recorded in records {
        let place = places
            .entry(Arc::as_ptr(&recorded.origin))
            .or_insert_with(|| {
                let known = groups
                    .iter()
                    .position(|(origin, _)| **origin == *recorded.origin);
                known.unwrap_or_else(|| {
                    groups.push((&recorded.origin, Vec::new()));
                    groups.len() - 1
                })
            });
        groups[*place].1.push(&recorded.record);
    }
    groups
}

/// Spans as one service emits them.
pub(crate) fn spans(
    service: &str,
    scope: &InstrumentationScope,
    spans: &[SpanRecord],
) -> Vec<ResourceSpans> {
    vec![ResourceSpans {
        resource: Some(resource(service)),
        scope_spans: vec![ScopeSpans {
            scope: Some(scope.clone()),
            spans: spans.iter().map(span_of).collect(),
            ..ScopeSpans::default()
        }],
        ..ResourceSpans::default()
    }]
}

/// Log records likewise.
pub(crate) fn logs(
    service: &str,
    scope: &InstrumentationScope,
    logs: &[agentscope_analysis::LogRecord],
) -> Vec<ResourceLogs> {
    vec![ResourceLogs {
        resource: Some(resource(service)),
        scope_logs: vec![ScopeLogs {
            scope: Some(scope.clone()),
            log_records: logs.iter().map(log_of).collect(),
            ..ScopeLogs::default()
        }],
        ..ResourceLogs::default()
    }]
}

fn resource(service: &str) -> Resource {
    Resource {
        attributes: vec![KeyValue {
            key: "service.name".to_owned(),
            value: Some(any(&Value::from(service))),
            ..KeyValue::default()
        }],
        ..Resource::default()
    }
}

fn span_of(span: &SpanRecord) -> Span {
    let (code, message) = match &span.status {
        Status::Unset => (status::StatusCode::Unset, ""),
        Status::Ok => (status::StatusCode::Ok, ""),
        Status::Error(message) => (status::StatusCode::Error, message.as_str()),
    };
    let parent = span.parent_span_id.map(u64::to_be_bytes);
    Span {
        trace_id: span.trace_id.to_be_bytes().to_vec(),
        span_id: span.span_id.to_be_bytes().to_vec(),
        parent_span_id: parent.map(Vec::from).unwrap_or_default(),
        name: span.name.clone(),
        kind: match span.kind {
            SpanKind::Internal => span::SpanKind::Internal,
            SpanKind::Server => span::SpanKind::Server,
            SpanKind::Client => span::SpanKind::Client,
            SpanKind::Producer => span::SpanKind::Producer,
            SpanKind::Consumer => span::SpanKind::Consumer,
        } as i32,
        start_time_unix_nano: span.start,
        end_time_unix_nano: span.end,
        attributes: attributes(&span.attributes),
        events: span
            .events
            .iter()
            .map(|event| Event {
                time_unix_nano: event.time,
                name: event.name.clone(),
                attributes: attributes(&event.attributes),
                ..Event::default()
            })
            .collect(),
        links: span
            .links
            .iter()
            .map(|link| Link {
                trace_id: link.trace_id.to_be_bytes().to_vec(),
                span_id: link.span_id.to_be_bytes().to_vec(),
                attributes: attributes(&link.attributes),
                ..Link::default()
            })
            .collect(),
        status: Some(OtlpStatus {
            code: code as i32,
            message: message.to_owned(),
        }),
        ..Span::default()
    }
}

fn log_of(log: &agentscope_analysis::LogRecord) -> LogRecord {
    LogRecord {
        time_unix_nano: log.time,
        severity_number: i32::from(log.severity_number),
        severity_text: log.severity_text.clone(),
        attributes: attributes(&log.attributes),
        trace_id: log.trace_id.to_be_bytes().to_vec(),
        span_id: log.span_id.to_be_bytes().to_vec(),
        event_name: log.event_name.clone(),
        ..LogRecord::default()
    }
}

fn attributes(attributes: &Attributes) -> Vec<KeyValue> {
    let pairs = attributes.iter();
    pairs
        .map(|(key, value)| KeyValue {
            key: key.clone(),
            value: Some(any(value)),
            ..KeyValue::default()
        })
        .collect()
}

fn any(value: &Value) -> AnyValue {
    let value = match value {
        Value::String(text) => any_value::Value::StringValue(text.clone()),
        Value::Int(number) => any_value::Value::IntValue(*number),
        Value::Double(number) => any_value::Value::DoubleValue(*number),
        Value::Bool(flag) => any_value::Value::BoolValue(*flag),
        Value::Array(items) => any_value::Value::ArrayValue(ArrayValue {
            values: items.iter().map(any).collect(),
        }),
    };
    AnyValue { value: Some(value) }
}
