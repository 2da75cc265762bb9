//! Real clients.

use std::io::Write as _;

use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
use opentelemetry::{
    KeyValue,
    logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _},
};
use opentelemetry_otlp::{
    LogExporter, Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use prost::Message as _;
use tonic::codec::CompressionEncoding::Gzip;
use tonic::{Code, Request};

use crate::messages::*;
use crate::running::{Running, tokens};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn message() -> opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest {
    spans(
        "lib",
        vec![span(7, 1, &[("session.id", "s")]), span(7, 2, &[])],
    )
}

#[test]
fn grpc_with_and_without_gzip_stores_all_three_signals() {
    let server = Running::start("");
    let address = format!("http://{}", server.grpc);
    server.runtime.block_on(async {
        let mut plain = TraceServiceClient::connect(address.clone())
            .await
            .expect("a server");
        let answer = plain.export(message()).await.expect("taken").into_inner();
        assert_eq!(answer.partial_success, None);
        let mut packed = LogsServiceClient::connect(address.clone())
            .await
            .expect("a server")
            .send_compressed(Gzip)
            .accept_compressed(Gzip);
        let taken = packed
            .export(logs("lib", vec![log(7, 1, "e", &[]), log(0, 0, "", &[])]))
            .await;
        let partial = taken
            .expect("taken")
            .into_inner()
            .partial_success
            .expect("one refused");
        assert_eq!(
            (partial.rejected_log_records, partial.error_message.as_str()),
            (1, "1 no session")
        );
        let mut metrics = MetricsServiceClient::connect(address)
            .await
            .expect("a server");
        metrics
            .export(ExportMetricsServiceRequest::default())
            .await
            .expect("taken");
    });
    let session = server.session("default", "s").expect("stored");
    assert_eq!((session.spans.len(), session.logs.len()), (2, 1));
    server.stop();
}

#[test]
fn http_takes_protobuf_and_json_with_and_without_gzip() {
    let server = Running::start("");
    let protobuf = ("content-type", "application/x-protobuf");
    let (status, body) = server.post("/v1/traces", &[protobuf], message().encode_to_vec());
    let answer = ExportTraceServiceResponse::decode(&*body).expect("an answer");
    assert_eq!(
        (status, answer),
        (200, ExportTraceServiceResponse::default())
    );
    let packed = gzip(&message().encode_to_vec());
    let (status, _) = server.post(
        "/v1/traces",
        &[protobuf, ("content-encoding", "gzip")],
        packed,
    );
    assert_eq!(
        (status, server.refused("default", "traces", "duplicate")),
        (200, 2)
    );

    let json = ("content-type", "application/json; charset=utf-8");
    let log = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[
        {"traceId":"00000000000000000000000000000007","attributes":[{"key":"a","value":{"arrayValue":{}}}]},
        {"body":{"stringValue":"of nothing"}}]}]}]}"#;
    let (status, body) = server.post("/v1/logs", &[json], log.into());
    let answer: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    let partial = serde_json::json!({"rejectedLogRecords": "1", "errorMessage": "1 no session"});
    assert_eq!((status, &answer["partialSuccess"]), (200, &partial));
    let (status, body) = server.post(
        "/v1/logs",
        &[json, ("content-encoding", "gzip")],
        gzip(b"{}"),
    );
    assert_eq!((status, body), (200, b"{}".to_vec()));
    let session = server.session("default", "s").expect("stored");
    assert_eq!((session.spans.len(), session.logs.len()), (2, 1));
    server.stop();
}

#[test]
fn exporters_of_the_sdk_are_served() {
    let server = Running::start("");
    let _entered = server.runtime.enter();
    let grpc = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(format!("http://{}", server.grpc));
    let tracers = SdkTracerProvider::builder()
        .with_batch_exporter(grpc.build().expect("an exporter"))
        .build();
    let mut span = tracers.tracer("lib").start("work");
    span.set_attribute(KeyValue::new("session.id", "sdk"));
    span.end();
    tracers.force_flush().expect("delivered");
    let url = format!("http://{}/v1/logs", server.http);
    // A blocking client must not be built on a thread of a runtime.
    let exporter = std::thread::spawn(|| {
        let http = LogExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_http_client(reqwest::blocking::Client::new());
        http.with_endpoint(url).build().expect("an exporter")
    });
    let exporter = exporter.join().expect("an exporter");
    let loggers = SdkLoggerProvider::builder()
        .with_batch_exporter(exporter)
        .build();
    let logger = loggers.logger("lib");
    let mut record = logger.create_log_record();
    record.add_attribute("session.id", AnyValue::from("sdk"));
    logger.emit(record);
    loggers.force_flush().expect("delivered");
    let session = server.session("default", "sdk").expect("stored");
    assert_eq!((session.spans.len(), session.logs.len()), (1, 1));
    drop((tracers, loggers));
    drop(_entered);
    server.stop();
}

#[test]
fn a_token_says_whose_the_records_are_and_what_its_holder_may() {
    let server = Running::start(&tokens());
    assert_eq!(server.post_spans("w", &message()).0, 200);
    assert_eq!(server.post_spans("o", &message()).0, 200);
    assert_eq!(server.post_spans("r", &message()).0, 403);
    assert_eq!(server.post_spans("", &message()).0, 401);
    assert_eq!(server.post_spans("wrong", &message()).0, 401);
    assert!(server.session("acme", "s").is_some() && server.session("other", "s").is_some());
    let claim = spans(
        "agentscope",
        vec![span(9, 1, &[("agentscope.tenant.id", "other")])],
    );
    let (status, body) = server.post_spans("w", &claim);
    let partial = ExportTraceServiceResponse::decode(&*body)
        .expect("an answer")
        .partial_success;
    assert_eq!(
        (status, partial.expect("refused").error_message.as_str()),
        (200, "1 cross tenant")
    );
    assert_eq!(server.refused("acme", "traces", "cross tenant"), 1);

    let code = |token: Option<&'static str>| {
        server.runtime.block_on(async {
            let address = format!("http://{}", server.grpc);
            let mut client = TraceServiceClient::connect(address)
                .await
                .expect("a server");
            let mut request = Request::new(message());
            if let Some(token) = token {
                request
                    .metadata_mut()
                    .insert("authorization", token.parse().expect("ASCII"));
            }
            client
                .export(request)
                .await
                .map_or_else(|status| status.code(), |_| Code::Ok)
        })
    };
    let codes = [Some("Bearer w"), Some("bearer r"), Some("Basic w"), None].map(code);
    assert_eq!(
        codes,
        [
            Code::Ok,
            Code::PermissionDenied,
            Code::Unauthenticated,
            Code::Unauthenticated
        ]
    );
    assert_eq!(server.ingest.messages_refused()["unauthenticated"], 4);
    server.stop();
}

#[test]
fn what_was_acknowledged_is_there_after_an_orderly_end() {
    let server = Running::start("");
    std::thread::scope(|scope| {
        for part in 0..4u64 {
            let server = &server;
            scope.spawn(move || {
                for number in 0..25 {
                    let id = part * 100 + number + 1;
                    let one = spans("lib", vec![span(7, id, &[("session.id", "s")])]);
                    assert_eq!(server.post_spans("", &one).0, 200);
                }
            });
        }
    });
    let store = server.stop();
    assert_eq!(store.spans(), 100);
    use agentscope_collector::store::Store as _;
    let accounts = store
        .accounts(&"default".parse().expect("a name"))
        .expect("works");
    assert_eq!(accounts[0].stored, 100, "kept at the end");
}
