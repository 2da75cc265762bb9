//! Headers of HTTP and `_meta` of MCP.

use agentscope::propagation::{Headers, Meta, extract, inject};
use agentscope_runtime as agentscope;
use http::{HeaderMap, HeaderValue};
use opentelemetry::propagation::Extractor as _;
use serde_json::{Map, json};

use crate::TRACEPARENT;
use crate::support::recorder;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, HeaderValue::from_str(value).expect("a value"));
    }
    headers
}

#[test]
fn what_is_injected_is_extracted() {
    recorder();
    let session = agentscope::Session::builder().task("carried").id("s 7");
    let (headers, meta) = session.run_sync(|| {
        let (mut headers, mut meta) = (HeaderMap::new(), Map::new());
        inject(&mut Headers(&mut headers));
        inject(&mut Meta(&mut meta));
        (headers, meta)
    });
    let mut keys: Vec<_> = meta.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["baggage", "traceparent"],
        "unprefixed, and nothing else"
    );
    for remote in [extract(&Headers(&headers)), extract(&Meta(&meta))] {
        assert_eq!(
            (remote.session_id(), remote.task_id()),
            (Some("s 7"), Some("carried"))
        );
        let trace = recorder().task("carried")[0].span_context.trace_id();
        assert_eq!(remote.span_context().trace_id(), trace);
    }
}

#[test]
fn headers_are_found_however_they_are_spelt() {
    let mut map = HeaderMap::new();
    let name = http::HeaderName::from_bytes(b"TraceParent").expect("a name");
    map.insert(name, HeaderValue::from_static(TRACEPARENT));
    assert!(extract(&Headers(&map)).span_context().is_valid());
    assert_eq!(Headers(&map).keys(), ["traceparent"]);
}

// Nobody knows which of them holds.
#[test]
fn a_second_traceparent_begins_a_new_trace() {
    let twice = headers(&[("traceparent", TRACEPARENT), ("traceparent", TRACEPARENT)]);
    assert!(!extract(&Headers(&twice)).span_context().is_valid());
}

#[test]
fn several_headers_of_tracestate_and_of_baggage_are_one() {
    let map = headers(&[
        ("traceparent", TRACEPARENT),
        ("tracestate", "foo=1"),
        ("tracestate", "bar=2"),
        ("baggage", "session.id=7"),
        ("baggage", "agentscope.task.id=T-1"),
    ]);
    let remote = extract(&Headers(&map));
    assert_eq!(remote.span_context().trace_state().header(), "foo=1,bar=2");
    assert_eq!(
        (remote.session_id(), remote.task_id()),
        (Some("7"), Some("T-1"))
    );
}

#[test]
fn what_is_no_text_is_refused() {
    let mut map = headers(&[("baggage", "session.id=7")]);
    map.insert(
        "traceparent",
        HeaderValue::from_bytes(b"00-\xff").expect("a value"),
    );
    let remote = extract(&Headers(&map));
    assert!(!remote.span_context().is_valid());
    assert_eq!(
        remote.session_id(),
        Some("7"),
        "the one is not the other's fault"
    );
    let meta = json!({"traceparent": 7, "baggage": ["session.id=7"], "progressToken": 1});
    let remote = extract(&Meta(meta.as_object().expect("an object")));
    assert!(!remote.span_context().is_valid() && remote.session_id().is_none());
}
