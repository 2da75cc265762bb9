//! Spans and log records as agents emit them, by hand.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use agentscope_collector::store::{Batch, Origin, Recorded, SessionId};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;

pub(crate) const SECOND: u64 = 1_000_000_000;
pub(crate) const DAY: u64 = 86_400 * SECOND;

/// Noon some days ago: the store does not believe times that are far from now.
pub(crate) fn noon(days_ago: u64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = u64::try_from(now.expect("after 1970").as_nanos()).expect("before 2554");
    (now / DAY - days_ago) * DAY + DAY / 2
}

pub(crate) fn attribute(key: &str, value: impl Into<Any>) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            value: Some(value.into().0),
        }),
        ..KeyValue::default()
    }
}

pub(crate) struct Any(Value);

impl From<&str> for Any {
    fn from(text: &str) -> Self {
        Self(Value::StringValue(text.to_owned()))
    }
}

impl From<i64> for Any {
    fn from(number: i64) -> Self {
        Self(Value::IntValue(number))
    }
}

impl From<f64> for Any {
    fn from(number: f64) -> Self {
        Self(Value::DoubleValue(number))
    }
}

impl From<bool> for Any {
    fn from(flag: bool) -> Self {
        Self(Value::BoolValue(flag))
    }
}

pub(crate) fn origin(service: &str) -> Arc<Origin> {
    Arc::new(Origin {
        resource: Resource {
            attributes: vec![attribute("service.name", service)],
            ..Resource::default()
        },
        ..Origin::default()
    })
}

/// A span of a trace; it is its own root until [`Build::below`] says otherwise.
pub(crate) fn span(trace: u128, id: u64, begin: u64) -> Span {
    Span {
        trace_id: trace.to_be_bytes().to_vec(),
        span_id: id.to_be_bytes().to_vec(),
        start_time_unix_nano: begin,
        end_time_unix_nano: begin + SECOND,
        ..Span::default()
    }
}

pub(crate) fn log(trace: u128, span: u64, time: u64, level: &str) -> LogRecord {
    LogRecord {
        trace_id: trace.to_be_bytes().to_vec(),
        span_id: span.to_be_bytes().to_vec(),
        time_unix_nano: time,
        severity_text: level.to_owned(),
        ..LogRecord::default()
    }
}

pub(crate) trait Build: Sized {
    fn with(self, key: &str, value: impl Into<Any>) -> Self;
}

impl Build for Span {
    fn with(mut self, key: &str, value: impl Into<Any>) -> Self {
        self.attributes.push(attribute(key, value));
        self
    }
}

impl Build for LogRecord {
    fn with(mut self, key: &str, value: impl Into<Any>) -> Self {
        self.attributes.push(attribute(key, value));
        self
    }
}

pub(crate) fn below(mut span: Span, parent: u64) -> Span {
    span.parent_span_id = parent.to_be_bytes().to_vec();
    span
}

pub(crate) fn session(trace: u128, id: u64, begin: u64, workflow: &str) -> Span {
    span(trace, id, begin)
        .with("agentscope.layer", "session")
        .with("gen_ai.workflow.name", workflow)
        .with("agentscope.outcome", "ok")
}

pub(crate) fn agent(trace: u128, id: u64, begin: u64, name: &str) -> Span {
    span(trace, id, begin)
        .with("agentscope.layer", "agent")
        .with("gen_ai.agent.name", name)
        .with("agentscope.outcome", "ok")
}

pub(crate) fn tool(trace: u128, id: u64, begin: u64, name: &str, step: i64) -> Span {
    span(trace, id, begin)
        .with("agentscope.layer", "tool")
        .with("gen_ai.tool.name", name)
        .with("gen_ai.agent.name", "refunds")
        .with("agentscope.step.index", step)
        .with("agentscope.outcome", "ok")
        .with("agentscope.tool.status", "success")
        .with("agentscope.tool.schema.hash", "schema-1")
}

pub(crate) fn inference(trace: u128, id: u64, begin: u64, model: &str, tokens: (i64, i64)) -> Span {
    span(trace, id, begin)
        .with("agentscope.layer", "inference")
        .with("gen_ai.request.model", model)
        .with("agentscope.outcome", "ok")
        .with("gen_ai.usage.input_tokens", tokens.0)
        .with("gen_ai.usage.output_tokens", tokens.1)
        .with("agentscope.cost.usd", 0.25)
}

pub(crate) fn recorded<T>(session: &SessionId, record: T) -> Recorded<T> {
    Recorded {
        session: session.clone(),
        origin: origin("bank"),
        record,
    }
}

pub(crate) fn spans(session: &SessionId, spans: Vec<Span>) -> Batch {
    let spans = spans.into_iter().map(|span| recorded(session, span));
    Batch {
        spans: spans.collect(),
        ..Batch::default()
    }
}

pub(crate) fn logs(session: &SessionId, logs: Vec<LogRecord>) -> Batch {
    let logs = logs.into_iter().map(|log| recorded(session, log));
    Batch {
        logs: logs.collect(),
        ..Batch::default()
    }
}
