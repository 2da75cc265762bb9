//! Who sends to the wrong place, or under a wrong name, is told so and counted.

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use tonic::Code;

use crate::messages::*;
use crate::running::Running;

const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
const JSON: (&str, &str) = ("content-type", "application/json");

fn refused(server: &Running, word: &str) -> u64 {
    server
        .ingest
        .messages_refused()
        .get(word)
        .copied()
        .unwrap_or(0)
}

/// Each was answered with 200, and nothing was counted.
#[test]
fn a_message_under_another_name_is_refused_with_the_right_one() {
    let server = Running::start("");
    let logs = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1"}]}]}]}"#;
    for message in [r#"{"resource_spans":[]}"#, r#"{"resourceSpan":[]}"#, logs] {
        let (status, body) = server.post("/v1/traces", &[JSON], message.into());
        let said = String::from_utf8_lossy(&body);
        assert_eq!(status, 400, "{message}");
        assert!(said.contains("`resourceSpans`"), "{said}");
    }
    let wrong = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"SPAN_KIND_CLIENT"}]}]}]}"#;
    let (status, body) = server.post("/v1/traces", &[JSON], wrong.into());
    let said = String::from_utf8_lossy(&body);
    assert_eq!(status, 400);
    assert!(said.contains("scopeSpans[0].spans[0].kind"), "{said}");
    assert_eq!(refused(&server, "malformed"), 4);
    assert_eq!(server.post("/v1/traces", &[JSON], "{}".into()).0, 200);
    let gzip = ("content-encoding", "GZIP");
    assert_eq!(server.post("/v1/traces", &[JSON, gzip], vec![]).0, 400);
    server.stop();
}

#[test]
fn a_request_to_the_wrong_place_is_answered_with_the_right_one() {
    let server = Running::start("");
    let message = spans("lib", vec![span(7, 1, &[])]);
    let (grpc, http) = (server.grpc.port(), server.http.port());
    for (path, port) in [("/", http), ("/v1/trace", http), ("/v1/traces", grpc)] {
        let url = format!("http://127.0.0.1:{port}{path}");
        let request = server.client.post(url).header(PROTOBUF.0, PROTOBUF.1);
        let answer = request.body(vec![0; 10]).send().expect("an answer");
        let status = answer.status().as_u16();
        let said = answer.text().expect("a text");
        assert_eq!(status, if port == grpc { 415 } else { 404 });
        assert!(
            said.contains(&format!("port {http} takes OTLP/HTTP")),
            "{said}"
        );
        assert!(
            said.contains(&format!("port {grpc} takes OTLP/gRPC")),
            "{said}"
        );
    }
    let status = server.runtime.block_on(async {
        let address = format!("http://127.0.0.1:{http}");
        let mut client = TraceServiceClient::connect(address)
            .await
            .expect("a server");
        client.export(message).await.expect_err("the other port")
    });
    assert_eq!(status.code(), Code::Unimplemented);
    let here = format!("port {grpc} takes OTLP/gRPC");
    assert!(status.message().contains(&here), "{status:?}");
    assert_eq!(
        (
            refused(&server, "wrong path"),
            refused(&server, "wrong port")
        ),
        (2, 2)
    );
    // Its answers are others than gRPC's.
    let url = format!(
        "http://127.0.0.1:{grpc}/opentelemetry.proto.collector.trace.v1.TraceService/Export"
    );
    let request = server.client.post(url);
    let request = request.header("content-type", "application/grpc-web+proto");
    let answer = request.body(vec![0; 5]).send().expect("an answer");
    assert_eq!(answer.status().as_u16(), 415);
    server.stop();
}

#[test]
fn a_server_whose_store_fails_says_so_until_it_works() {
    let server = Running::start("");
    let health = || server.get("/healthz", "").0;
    let post = || {
        server
            .post_spans("", &spans("lib", vec![span(7, 1, &[])]))
            .0
    };
    assert_eq!((post(), health()), (200, 200));
    server.store.fail_next(1);
    assert_eq!((post(), health()), (503, 503));
    assert_eq!((post(), health()), (200, 200));
    server.stop();
}
