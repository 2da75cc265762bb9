//! Spans and log records as rows of `otel_traces` and `otel_logs`, and back.
//!
//! Those tables keep every value of an attribute as text. Coming back, a value of a name that
//! agentscope knows has its type again, and so have numbers of other emitters' tokens, costs and
//! steps, which are summed; all others stay texts.

use std::collections::BTreeMap;

use agentscope_runtime::names::{self, Kind};
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value,
};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link, SpanKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use serde::{Deserialize, Serialize};

use crate::store::{Origin, Tenant};

/// Whose it is: the one resource attribute that the server, not the emitter, sets.
const TENANT: &str = names::TENANT_ID;

type Attributes = BTreeMap<String, String>;

/// A row of `otel_traces`; times are nanoseconds since the Unix epoch.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TraceRow {
    #[serde(serialize_with = "moment")]
    timestamp: u64,
    trace_id: String,
    span_id: String,
    parent_span_id: String,
    trace_state: String,
    span_name: String,
    span_kind: String,
    service_name: String,
    resource_attributes: Attributes,
    scope_name: String,
    scope_version: String,
    span_attributes: Attributes,
    duration: u64,
    status_code: String,
    status_message: String,
    #[serde(rename = "Events.Timestamp", serialize_with = "moments")]
    event_times: Vec<u64>,
    #[serde(rename = "Events.Name")]
    event_names: Vec<String>,
    #[serde(rename = "Events.Attributes")]
    event_attributes: Vec<Attributes>,
    #[serde(rename = "Links.TraceId")]
    link_traces: Vec<String>,
    #[serde(rename = "Links.SpanId")]
    link_spans: Vec<String>,
    #[serde(rename = "Links.TraceState")]
    link_states: Vec<String>,
    #[serde(rename = "Links.Attributes")]
    link_attributes: Vec<Attributes>,
}

/// The columns of [`TraceRow`], for a query.
pub(super) const TRACE_COLUMNS: &str = "toUnixTimestamp64Nano(Timestamp) AS Timestamp, TraceId, SpanId, ParentSpanId, TraceState, \
     SpanName, SpanKind, ServiceName, ResourceAttributes, ScopeName, ScopeVersion, SpanAttributes, \
     Duration, StatusCode, StatusMessage, \
     arrayMap(t -> toUnixTimestamp64Nano(t), Events.Timestamp) AS `Events.Timestamp`, \
     Events.Name, Events.Attributes, Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes";

impl TraceRow {
    pub(super) fn of(tenant: &Tenant, origin: &Origin, span: &Span) -> Self {
        let (events, links) = (&span.events, &span.links);
        let status = span.status.clone().unwrap_or_default();
        Self {
            timestamp: span.start_time_unix_nano,
            trace_id: hex(&span.trace_id),
            span_id: hex(&span.span_id),
            parent_span_id: hex(&span.parent_span_id),
            trace_state: span.trace_state.clone(),
            span_name: span.name.clone(),
            span_kind: match span.kind() {
                SpanKind::Unspecified => "Unspecified",
                SpanKind::Internal => "Internal",
                SpanKind::Server => "Server",
                SpanKind::Client => "Client",
                SpanKind::Producer => "Producer",
                SpanKind::Consumer => "Consumer",
            }
            .to_owned(),
            service_name: origin.service().unwrap_or_default().to_owned(),
            resource_attributes: resource(tenant, &origin.resource),
            scope_name: origin.scope.name.clone(),
            scope_version: origin.scope.version.clone(),
            span_attributes: texts(&span.attributes),
            duration: span
                .end_time_unix_nano
                .saturating_sub(span.start_time_unix_nano),
            status_code: match status.code() {
                StatusCode::Unset => "Unset",
                StatusCode::Ok => "Ok",
                StatusCode::Error => "Error",
            }
            .to_owned(),
            status_message: status.message,
            event_times: events.iter().map(|event| event.time_unix_nano).collect(),
            event_names: events.iter().map(|event| event.name.clone()).collect(),
            event_attributes: events
                .iter()
                .map(|event| texts(&event.attributes))
                .collect(),
            link_traces: links.iter().map(|link| hex(&link.trace_id)).collect(),
            link_spans: links.iter().map(|link| hex(&link.span_id)).collect(),
            link_states: links.iter().map(|link| link.trace_state.clone()).collect(),
            link_attributes: links.iter().map(|link| texts(&link.attributes)).collect(),
        }
    }

    pub(super) fn into_span(self) -> (Origin, Span) {
        let events = self.event_times.into_iter().zip(self.event_names);
        let links = self.link_traces.into_iter().zip(self.link_spans);
        let span = Span {
            trace_id: bytes(&self.trace_id),
            span_id: bytes(&self.span_id),
            parent_span_id: bytes(&self.parent_span_id),
            trace_state: self.trace_state,
            name: self.span_name,
            kind: match self.span_kind.as_str() {
                "Internal" => SpanKind::Internal,
                "Server" => SpanKind::Server,
                "Client" => SpanKind::Client,
                "Producer" => SpanKind::Producer,
                "Consumer" => SpanKind::Consumer,
                _ => SpanKind::Unspecified,
            } as i32,
            start_time_unix_nano: self.timestamp,
            end_time_unix_nano: self.timestamp.saturating_add(self.duration),
            attributes: typed(self.span_attributes),
            events: events
                .zip(self.event_attributes)
                .map(|((time, name), attributes)| Event {
                    time_unix_nano: time,
                    name,
                    attributes: typed(attributes),
                    ..Event::default()
                })
                .collect(),
            links: links
                .zip(self.link_states.into_iter().zip(self.link_attributes))
                .map(|((trace, span), (state, attributes))| Link {
                    trace_id: bytes(&trace),
                    span_id: bytes(&span),
                    trace_state: state,
                    attributes: typed(attributes),
                    ..Link::default()
                })
                .collect(),
            status: Some(Status {
                code: match self.status_code.as_str() {
                    "Ok" => StatusCode::Ok,
                    "Error" => StatusCode::Error,
                    _ => StatusCode::Unset,
                } as i32,
                message: self.status_message,
            }),
            ..Span::default()
        };
        (
            origin(
                self.resource_attributes,
                self.scope_name,
                self.scope_version,
            ),
            span,
        )
    }
}

/// A row of `otel_logs`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LogRow {
    #[serde(serialize_with = "moment")]
    timestamp: u64,
    trace_id: String,
    span_id: String,
    trace_flags: u8,
    severity_text: String,
    severity_number: u8,
    service_name: String,
    body: String,
    resource_attributes: Attributes,
    scope_name: String,
    scope_version: String,
    log_attributes: Attributes,
    event_name: String,
}

/// The columns of [`LogRow`], for a query.
pub(super) const LOG_COLUMNS: &str = "toUnixTimestamp64Nano(Timestamp) AS Timestamp, TraceId, SpanId, TraceFlags, SeverityText, \
     SeverityNumber, ServiceName, Body, ResourceAttributes, ScopeName, ScopeVersion, LogAttributes, EventName";

impl LogRow {
    pub(super) fn of(tenant: &Tenant, origin: &Origin, log: &LogRecord) -> Self {
        Self {
            timestamp: match log.time_unix_nano {
                0 => log.observed_time_unix_nano,
                time => time,
            },
            trace_id: hex(&log.trace_id),
            span_id: hex(&log.span_id),
            trace_flags: (log.flags & 0xff) as u8,
            severity_text: log.severity_text.clone(),
            severity_number: u8::try_from(log.severity_number).unwrap_or(0),
            service_name: origin.service().unwrap_or_default().to_owned(),
            body: log.body.as_ref().map(text).unwrap_or_default(),
            resource_attributes: resource(tenant, &origin.resource),
            scope_name: origin.scope.name.clone(),
            scope_version: origin.scope.version.clone(),
            log_attributes: texts(&log.attributes),
            event_name: log.event_name.clone(),
        }
    }

    pub(super) fn into_log(self) -> (Origin, LogRecord) {
        let log = LogRecord {
            time_unix_nano: self.timestamp,
            severity_number: i32::from(self.severity_number),
            severity_text: self.severity_text,
            body: (!self.body.is_empty()).then(|| any_text(self.body)),
            attributes: typed(self.log_attributes),
            flags: u32::from(self.trace_flags),
            trace_id: bytes(&self.trace_id),
            span_id: bytes(&self.span_id),
            event_name: self.event_name,
            ..LogRecord::default()
        };
        (
            origin(
                self.resource_attributes,
                self.scope_name,
                self.scope_version,
            ),
            log,
        )
    }
}

/// As `DateTime64(9)` is written without loss: seconds with nine decimals.
fn decimal(nanos: u64) -> String {
    format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000)
}

fn moment<S: serde::Serializer>(nanos: &u64, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&decimal(*nanos))
}

fn moments<S: serde::Serializer>(nanos: &[u64], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(nanos.iter().copied().map(decimal))
}

fn origin(mut resource: Attributes, name: String, version: String) -> Origin {
    resource.remove(TENANT);
    Origin {
        resource: Resource {
            attributes: typed(resource),
            ..Resource::default()
        },
        scope: InstrumentationScope {
            name,
            version,
            ..InstrumentationScope::default()
        },
    }
}

fn resource(tenant: &Tenant, resource: &Resource) -> Attributes {
    let mut attributes = texts(&resource.attributes);
    attributes.insert(TENANT.to_owned(), tenant.to_string());
    attributes
}

fn texts(attributes: &[KeyValue]) -> Attributes {
    let pairs = attributes.iter();
    pairs
        .map(|pair| {
            let value = pair.value.as_ref().map(text).unwrap_or_default();
            (pair.key.clone(), value)
        })
        .collect()
}

/// As the Collector's exporter spells a value.
fn text(value: &AnyValue) -> String {
    match &value.value {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::BytesValue(bytes)) => hex(bytes),
        None => String::new(),
        Some(_) => json(value).to_string(),
    }
}

fn json(value: &AnyValue) -> serde_json::Value {
    match &value.value {
        Some(any_value::Value::StringValue(text)) => text.as_str().into(),
        Some(any_value::Value::BoolValue(flag)) => (*flag).into(),
        Some(any_value::Value::IntValue(number)) => (*number).into(),
        Some(any_value::Value::DoubleValue(number)) => (*number).into(),
        Some(any_value::Value::BytesValue(bytes)) => hex(bytes).into(),
        Some(any_value::Value::ArrayValue(list)) => list.values.iter().map(json).collect(),
        Some(any_value::Value::KvlistValue(map)) => {
            let pairs = map.values.iter().map(|pair| {
                let value = pair.value.as_ref().map_or(serde_json::Value::Null, json);
                (pair.key.clone(), value)
            });
            serde_json::Value::Object(pairs.collect())
        }
        _ => serde_json::Value::Null,
    }
}

fn typed(attributes: Attributes) -> Vec<KeyValue> {
    let pairs = attributes.into_iter();
    pairs
        .map(|(key, text)| {
            let known = names::find(&key).map(|name| name.kind);
            let kind = known.or_else(|| number_of_others(&key, &text));
            KeyValue {
                value: Some(typed_value(kind, text)),
                key,
                ..KeyValue::default()
            }
        })
        .collect()
}

/// OpenInference's `llm.token_count.prompt`, `llm.cost.total`, and the like.
fn number_of_others(key: &str, text: &str) -> Option<Kind> {
    const PARTS: [&str; 5] = ["token", "usage", "cost", "step", "iteration"];
    if !PARTS.iter().any(|part| key.contains(part)) {
        return None;
    }
    match text.parse::<i64>() {
        Ok(_) => Some(Kind::Int),
        Err(_) => text.parse::<f64>().is_ok().then_some(Kind::Double),
    }
}

fn typed_value(kind: Option<Kind>, text: String) -> AnyValue {
    let value = match kind {
        Some(Kind::Int) => text.parse().ok().map(any_value::Value::IntValue),
        Some(Kind::Double) => text.parse().ok().map(any_value::Value::DoubleValue),
        Some(Kind::Boolean) => text.parse().ok().map(any_value::Value::BoolValue),
        Some(Kind::Texts) => serde_json::from_str::<Vec<String>>(&text)
            .ok()
            .map(|texts| {
                any_value::Value::ArrayValue(ArrayValue {
                    values: texts.into_iter().map(any_text).collect(),
                })
            }),
        _ => None,
    };
    match value {
        Some(value) => AnyValue { value: Some(value) },
        None => any_text(text),
    }
}

fn any_text(text: String) -> AnyValue {
    AnyValue {
        value: Some(any_value::Value::StringValue(text)),
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Empty for what is no row of hexadecimal digits: such a row is not ours to judge.
fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    let digits = pairs.map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    digits.collect::<Option<_>>().unwrap_or_default()
}
