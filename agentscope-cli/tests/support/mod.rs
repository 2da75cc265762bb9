//! The real command, and senders of OTLP.

#![allow(dead_code, reason = "each test takes what it needs")]

pub(crate) mod serving;

use std::path::Path;
use std::process::Output;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;
use serde_json::Value;
use serving::agentscope;

fn command() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_agentscope"))
}

pub(crate) fn run(store: &Path, arguments: &[&str]) -> Output {
    agentscope(store).args(arguments).output().expect("it runs")
}

/// What a command says to a program.
pub(crate) fn json(store: &Path, arguments: &[&str]) -> Value {
    let output = agentscope(store)
        .arg("--json")
        .args(arguments)
        .output()
        .expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What a command says to a person.
pub(crate) fn text(store: &Path, arguments: &[&str]) -> String {
    let output = run(store, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("text")
}

/// Sends spans; whether they were acknowledged.
pub(crate) fn send_spans(client: &reqwest::blocking::Client, http: &str, spans: Vec<Span>) -> bool {
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            scope_spans: vec![ScopeSpans {
                scope: Some(scope()),
                spans,
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    };
    send(
        client,
        &format!("{http}/v1/traces"),
        request.encode_to_vec(),
    )
}

/// Sends log records likewise.
pub(crate) fn send_logs(
    client: &reqwest::blocking::Client,
    http: &str,
    logs: Vec<LogRecord>,
) -> bool {
    let request = ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            scope_logs: vec![ScopeLogs {
                scope: Some(scope()),
                log_records: logs,
                ..ScopeLogs::default()
            }],
            ..ResourceLogs::default()
        }],
    };
    send(client, &format!("{http}/v1/logs"), request.encode_to_vec())
}

fn send(client: &reqwest::blocking::Client, url: &str, body: Vec<u8>) -> bool {
    let request = client
        .post(url)
        .header("content-type", "application/x-protobuf");
    request
        .body(body)
        .send()
        .is_ok_and(|answer| answer.status().is_success())
}

fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "agentscope".to_owned(),
        ..InstrumentationScope::default()
    }
}

pub(crate) fn attribute(key: &str, text: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            value: Some(any_value::Value::StringValue(text.to_owned())),
        }),
        ..KeyValue::default()
    }
}
