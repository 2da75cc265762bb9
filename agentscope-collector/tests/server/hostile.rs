//! What nobody should send.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use prost::Message as _;
use tonic::Code;

use crate::messages::*;
use crate::running::Running;

const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
const JSON: (&str, &str) = ("content-type", "application/json");
const GZIP: (&str, &str) = ("content-encoding", "gzip");

/// A message that is small, and large when it is unpacked.
fn bomb(megabytes: usize) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![0; 1024 * 1024];
    for _ in 0..megabytes {
        encoder.write_all(&zeros).expect("memory");
    }
    encoder.finish().expect("memory")
}

/// What it is, its headers, its body, the status of the answer, the word it is counted under.
type Case = (
    &'static str,
    Vec<(&'static str, &'static str)>,
    Vec<u8>,
    u16,
    &'static str,
);

/// Each with what it is answered, and under which word it is counted.
#[test]
fn each_is_refused_and_counted_and_the_next_one_served() {
    let server = Running::start("");
    let deep_json = format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"a","value":{}{}}}]}}}}]}}"#,
        r#"{"arrayValue":{"values":["#.repeat(5_000),
        "]}}".repeat(5_000),
    );
    // A field that says it is longer than the message; text that is no UTF-8.
    let no_utf8 = {
        let mut bytes = spans("lib", vec![span(7, 1, &[("k", "AAAA")])]).encode_to_vec();
        let place = bytes.windows(4).position(|it| it == b"AAAA").expect("it");
        bytes[place] = 0xff;
        bytes
    };
    let deep_protobuf = (0..5_000).fold(vec![0x0a, 0x00], |inner: Vec<u8>, _| {
        let mut bytes = vec![0x0a];
        prost::encoding::encode_varint(inner.len() as u64, &mut bytes);
        bytes.extend(inner);
        bytes
    });
    let cases: Vec<Case> = vec![
        (
            "no protobuf",
            vec![PROTOBUF],
            b"\xff\xff\xff\xff".to_vec(),
            400,
            "malformed",
        ),
        (
            "too long a field",
            vec![PROTOBUF],
            vec![0x0a, 0xff, 0xff, 0xff, 0x7f],
            400,
            "malformed",
        ),
        ("no UTF-8", vec![PROTOBUF], no_utf8, 400, "malformed"),
        (
            "deep protobuf",
            vec![PROTOBUF],
            deep_protobuf,
            400,
            "malformed",
        ),
        ("no JSON", vec![JSON], b"{".to_vec(), 400, "malformed"),
        (
            "other JSON",
            vec![JSON],
            br#"{"resourceSpans":1}"#.to_vec(),
            400,
            "malformed",
        ),
        (
            "deep JSON",
            vec![JSON],
            deep_json.into_bytes(),
            400,
            "malformed",
        ),
        ("no kind", vec![], Vec::new(), 400, "malformed"),
        (
            "other kind",
            vec![("content-type", "text/html")],
            Vec::new(),
            400,
            "malformed",
        ),
        (
            "no gzip",
            vec![PROTOBUF, GZIP],
            b"not gzip".to_vec(),
            400,
            "malformed",
        ),
        ("a bomb", vec![PROTOBUF, GZIP], bomb(100), 413, "too large"),
        (
            "other compression",
            vec![PROTOBUF, ("content-encoding", "br")],
            Vec::new(),
            415,
            "unknown compression",
        ),
        (
            "too large",
            vec![PROTOBUF],
            vec![0; 17 * 1024 * 1024],
            413,
            "too large",
        ),
    ];
    for (what, headers, body, status, word) in cases {
        let before = server
            .ingest
            .messages_refused()
            .get(word)
            .copied()
            .unwrap_or(0);
        assert_eq!(
            server.post("/v1/traces", &headers, body).0,
            status,
            "{what}"
        );
        assert_eq!(server.ingest.messages_refused()[word], before + 1, "{what}");
        assert_eq!(server.ingest.bytes_in_flight(), 0, "{what}");
        server.account("default", "traces");
    }
    let good = spans("lib", vec![span(7, 1, &[("session.id", "s")])]);
    assert_eq!(server.post_spans("", &good).0, 200);
    assert_eq!(server.account("default", "traces").received, 1);
    server.stop();
}

#[test]
fn grpc_refuses_the_same_so_that_no_client_tries_it_again() {
    let server = Running::start("[limits]\nmessage_bytes = 1000\n");
    let large = spans("lib", vec![span(7, 1, &[("a", &"x".repeat(2_000))])]);
    let codes = server.runtime.block_on(async {
        let address = format!("http://{}", server.grpc);
        let mut plain = TraceServiceClient::connect(address.clone())
            .await
            .expect("a server");
        let mut packed = plain
            .clone()
            .send_compressed(tonic::codec::CompressionEncoding::Gzip);
        let mut other = tonic::client::Grpc::new(
            tonic::transport::Endpoint::from_shared(address)
                .expect("a URL")
                .connect()
                .await
                .expect("a server"),
        );
        other.ready().await.expect("a server");
        let path = tonic::codegen::http::uri::PathAndQuery::from_static("/other.Service/Method");
        type Codec = tonic_prost::ProstCodec<(), ()>;
        let unknown = other
            .unary(tonic::Request::new(()), path, Codec::default())
            .await;
        [
            plain
                .export(large.clone())
                .await
                .expect_err("too large")
                .code(),
            packed
                .export(large)
                .await
                .expect_err("too large unpacked")
                .code(),
            unknown.expect_err("no such service").code(),
        ]
    });
    assert_eq!(
        codes,
        [
            Code::InvalidArgument,
            Code::InvalidArgument,
            Code::Unimplemented
        ]
    );
    assert_eq!(server.ingest.messages_refused()["too large"], 2);
    let headers = [("content-type", "application/grpc")];
    // On the other port it is a message that nobody can read.
    assert_eq!(server.post("/v1/traces", &headers, vec![0; 5]).0, 400);
    server.stop();
}

#[test]
fn a_connection_that_breaks_off_leaves_nothing_behind() {
    let server = Running::start("");
    for _ in 0..10 {
        let mut stream = TcpStream::connect(server.http).expect("a server");
        let head = "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-protobuf\r\ncontent-length: 100000\r\n\r\n";
        stream.write_all(head.as_bytes()).expect("sent");
        stream.write_all(&[0; 10]).expect("sent");
        stream.shutdown(std::net::Shutdown::Both).expect("closed");
        let _ = stream.read(&mut [0; 10]);
    }
    let good = spans("lib", vec![span(7, 1, &[("session.id", "s")])]);
    assert_eq!(server.post_spans("", &good).0, 200);
    let ingest = server.ingest.clone();
    server.stop();
    assert_eq!(ingest.bytes_in_flight(), 0);
}
