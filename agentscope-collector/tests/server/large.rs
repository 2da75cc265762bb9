//! Messages that are small and hold much, and those that announce much and hold nothing.

use std::io::Write as _;
use std::net::TcpStream;

use prost::Message as _;

use crate::messages::*;
use crate::running::Running;

const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
const JSON: (&str, &str) = ("content-type", "application/json");
const GZIP: (&str, &str) = ("content-encoding", "gzip");

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// A field that holds these bytes.
fn field(number: u32, bytes: &[u8]) -> Vec<u8> {
    let mut field = Vec::with_capacity(bytes.len() + 12);
    prost::encoding::encode_key(
        number,
        prost::encoding::WireType::LengthDelimited,
        &mut field,
    );
    prost::encoding::encode_varint(bytes.len() as u64, &mut field);
    field.extend(bytes);
    field
}

/// 15 kB took 2.2 GB, for a span of two bytes is one of three hundred when it is decoded.
#[test]
fn millions_of_empty_records_are_refused_before_they_are_decoded() {
    let server = Running::start("");
    let spans = field(1, &field(2, &[0x12, 0].repeat(8_000_000)));
    let attributes = field(1, &field(2, &field(2, &[0x4a, 0].repeat(8_000_000))));
    let json = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}{{}}]}}]}}]}}"#,
        "{},".repeat(5_300_000)
    );
    let cases = [
        (PROTOBUF, spans),
        (PROTOBUF, attributes),
        (JSON, json.into_bytes()),
    ];
    for (number, (kind, message)) in (1..).zip(cases) {
        let (status, body) = server.post("/v1/traces", &[kind, GZIP], packed(&message));
        assert_eq!(status, 413, "{kind:?}");
        let said = String::from_utf8_lossy(&body);
        assert!(said.contains("limits.records_per_message"), "{said}");
        assert_eq!(server.ingest.messages_refused()["too many records"], number);
    }
    assert_eq!(server.ingest.bytes_in_flight(), 0);
    let good = spans_of(20_000);
    assert_eq!(server.post_spans("", &good).0, 200);
    assert_eq!(server.account("default", "traces").stored, 20_000);
    server.stop();
}

fn spans_of(
    count: u64,
) -> opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest {
    let list = (1..=count).map(|id| span(7, id, &[("session.id", "s")]));
    spans("lib", list.collect())
}

#[test]
fn a_message_holds_as_many_records_as_it_may() {
    let server = Running::start("[limits]\nrecords_per_message = 10\n");
    // A resource, and a scope.
    assert_eq!(server.post_spans("", &spans_of(8)).0, 200);
    assert_eq!(server.post_spans("", &spans_of(9)).0, 413);
    server.stop();
}

/// Four senders that had announced all of the room and sent a byte made all others wait.
#[test]
fn who_announces_much_and_sends_nothing_takes_nobodys_room() {
    let server = Running::start("");
    let announced = (0..4).map(|_| {
        let mut stream = TcpStream::connect(server.http).expect("a server");
        let head = "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-protobuf\r\ncontent-length: 16777216\r\n\r\n\n";
        stream.write_all(head.as_bytes()).expect("sent");
        stream
    });
    let announced: Vec<TcpStream> = announced.collect();
    while server.ingest.bytes_in_flight() < 4 {
        std::thread::yield_now();
    }
    let room = server.ingest.bytes_in_flight();
    assert_eq!((room, server.post_spans("", &spans_of(10)).0), (4, 200));
    drop(announced);
    server.stop();
}

#[test]
fn a_message_in_several_parts_of_gzip_is_read_to_its_end() {
    let server = Running::start("");
    let (first, second) = (spans_of(2), spans("lib", vec![span(8, 1, &[])]));
    let [mut parts, second] = [first, second].map(|it| packed(&it.encode_to_vec()));
    parts.extend(second);
    let post = |body| server.post("/v1/traces", &[PROTOBUF, GZIP], body).0;
    assert_eq!(post(parts.clone()), 200);
    assert_eq!(server.account("default", "traces").received, 3);
    parts.extend(b"junk");
    assert_eq!(post(parts), 400);
    assert_eq!(server.account("default", "traces").received, 3);
    server.stop();
}
