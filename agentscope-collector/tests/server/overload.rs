//! More than can be done.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use prost::Message as _;
use tonic::Code;

use crate::messages::*;
use crate::running::Running;

fn batch(
    number: u64,
) -> opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest {
    let ids = number * 100 + 1..=number * 100 + 100;
    let text = "x".repeat(1_000);
    spans(
        "lib",
        ids.map(|id| span(7, id, &[("session.id", "s"), ("note", &text)]))
            .collect(),
    )
}

/// Some 120 kB a message, a store that is slow, and room for three messages.
#[test]
fn senders_are_told_to_come_later_and_memory_stays_bounded() {
    let server = Running::start("[limits]\nin_flight_bytes = 400_000\n");
    server.store.be_slow(Duration::from_millis(20));
    let (taken, later, most) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for sender in 0..16u64 {
            let (server, taken, later, most) = (&server, &taken, &later, &most);
            scope.spawn(move || {
                let client = reqwest::blocking::Client::new();
                for number in 0..10 {
                    let request = client
                        .post(format!("http://{}/v1/traces", server.http))
                        .header("content-type", "application/x-protobuf")
                        .body(batch(sender * 10 + number).encode_to_vec());
                    let answer = request.send().expect("an answer");
                    match answer.status().as_u16() {
                        200 => taken.fetch_add(1, Relaxed),
                        429 => {
                            assert_eq!(answer.headers()["retry-after"], "1");
                            later.fetch_add(1, Relaxed)
                        }
                        status => panic!("status {status}"),
                    };
                    most.fetch_max(server.ingest.bytes_in_flight() as u64, Relaxed);
                }
            });
        }
    });
    let (taken, later) = (taken.into_inner(), later.into_inner());
    assert!(taken > 0 && later > 0, "{taken} taken, {later} later");
    assert!(most.into_inner() <= 400_000);
    assert_eq!(server.account("default", "traces").stored, taken * 100);
    assert_eq!(server.ingest.messages_refused()["overload"], later);
    assert_eq!(server.ingest.bytes_in_flight(), 0);
    server.stop();
}

#[test]
fn grpc_says_when_to_come_again() {
    let server = Running::start("");
    server.store.fail_next(1);
    let status = server.runtime.block_on(async {
        let address = format!("http://{}", server.grpc);
        let mut client = TraceServiceClient::connect(address)
            .await
            .expect("a server");
        client.export(batch(0)).await.expect_err("the store fails")
    });
    use tonic_types::StatusExt as _;
    let after = status
        .get_details_retry_info()
        .and_then(|it| it.retry_delay);
    assert_eq!(
        (status.code(), after),
        (Code::Unavailable, Some(Duration::from_secs(1)))
    );
    assert_eq!(server.account("default", "traces").failed, 100);

    let held = server.ingest.admit(64 * 1024 * 1024).expect("room");
    let status = server.runtime.block_on(async {
        let address = format!("http://{}", server.grpc);
        let mut client = TraceServiceClient::connect(address)
            .await
            .expect("a server");
        client.export(batch(0)).await.expect_err("no room")
    });
    drop(held);
    let after = status
        .get_details_retry_info()
        .and_then(|it| it.retry_delay);
    assert_eq!(
        (status.code(), after),
        (Code::ResourceExhausted, Some(Duration::from_secs(1)))
    );
    server.stop();
}
