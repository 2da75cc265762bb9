//! What anybody may send.

use super::*;

use opentelemetry::trace::SpanId;

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Gives what a request with these headers has left, and what it has added to (refused contexts,
/// dropped members of baggage).
async fn sent(task: &str, headers: &[(&'static str, &[u8])]) -> (u64, u64) {
    let mut request = request("/orders/7", task);
    for (name, value) in headers {
        let value = axum::http::HeaderValue::from_bytes(value).expect("a value");
        request.headers_mut().append(*name, value);
    }
    let before = agentscope::stats();
    assert_eq!(read(respond(request).await).await, "7, Some(500)");
    let after = agentscope::stats();
    (
        after.refused_contexts - before.refused_contexts,
        after.dropped_baggage - before.dropped_baggage,
    )
}

#[tokio::test]
#[allow(
    clippy::await_holding_lock,
    reason = "the runtime runs this test alone"
)]
async fn a_traceparent_alone_is_the_parent_of_the_requests_session() {
    let _turn = counting();
    let counted = sent("T-parent", &[("traceparent", TRACEPARENT.as_bytes())]).await;
    assert_eq!(counted, (0, 0));
    let spans = recorder().task("T-parent");
    let session = named(&spans, "invoke_workflow support");
    assert_eq!(session.parent_span_id.to_string(), "00f067aa0ba902b7");
    let trace = session.span_context.trace_id().to_string();
    assert_eq!(trace, "4bf92f3577b34da6a3ce929d0e0e4736");
}

#[tokio::test]
#[allow(
    clippy::await_holding_lock,
    reason = "the runtime runs this test alone"
)]
async fn a_malformed_context_begins_a_trace_of_its_own_and_is_counted() {
    let _turn = counting();
    let malformed: [&[(&'static str, &[u8])]; 5] = [
        &[(
            "traceparent",
            b"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        )],
        &[(
            "traceparent",
            b"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        )],
        &[("traceparent", b"\xf0\x9f\x92\xa9")],
        &[("traceparent", b"")],
        &[
            ("traceparent", TRACEPARENT.as_bytes()),
            ("traceparent", TRACEPARENT.as_bytes()),
        ],
    ];
    for (number, headers) in malformed.into_iter().enumerate() {
        let task = format!("T-malformed-{number}");
        assert_eq!(sent(&task, headers).await, (1, 0), "{headers:?}");
        let spans = recorder().task(&task);
        let session = named(&spans, "invoke_workflow support");
        assert_eq!(session.parent_span_id, SpanId::INVALID, "{headers:?}");
    }
}

#[tokio::test]
#[allow(
    clippy::await_holding_lock,
    reason = "the runtime runs this test alone"
)]
async fn hostile_baggage_is_dropped_and_counted() {
    let _turn = counting();
    let many: String = (0..100).map(|it| format!("evil{it}=evil,")).collect();
    let long = format!("session.id=evil{}", "x".repeat(9_000));
    let hostile: [(&[u8], u64); 6] = [
        (b"agentscope.tenant.id=evil", 1),
        (
            b"session.id=evil%0d%0ainjected,enduser.pseudo.id=evil@example.com",
            2,
        ),
        (b"session.id=%e2%80%aeevil", 1),
        (b"gen_ai.agent.name=evil,__proto__=evil", 2),
        (many.as_bytes(), 100),
        (long.as_bytes(), 1),
    ];
    for (number, (baggage, dropped)) in hostile.into_iter().enumerate() {
        let task = format!("T-hostile-{number}");
        let headers: [(&'static str, &[u8]); 2] = [
            ("traceparent", TRACEPARENT.as_bytes()),
            ("baggage", baggage),
        ];
        assert_eq!(sent(&task, &headers).await, (0, dropped), "{task}");
        let spans = recorder().task(&task);
        named(&spans, "invoke_workflow support");
        let shown = format!("{spans:?} {:?}", recorder().snapshots_of(&task));
        assert!(!shown.contains("evil"), "{shown}");
    }
}
