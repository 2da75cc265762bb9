//! What other libraries recorded of people's words is hidden.

use std::sync::{Arc, Mutex};

use agentscope_collector::ingest::Limits;
use agentscope_runtime::{Payload, PayloadSink, set_payload_sink};
use opentelemetry_proto::tonic::trace::v1::Status;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use prost::Message as _;

use crate::messages::*;

const WORDS: &str = "canary: the price is 30";

#[derive(Default)]
struct Kept(Mutex<Vec<(String, String, Option<String>)>>);

impl PayloadSink for Kept {
    fn put(&self, payload: Payload<'_>) -> Option<String> {
        // The sink is one for the process, and other tests run beside.
        if payload.trace_id != 77u128.into() {
            return None;
        }
        let mut kept = self.0.lock().expect("not poisoned");
        let tenant = payload.tenant.map(|tenant| tenant.as_str().to_owned());
        kept.push((
            payload.side.as_str().to_owned(),
            payload.json.to_owned(),
            tenant,
        ));
        Some(format!("kept:{}", kept.len() - 1))
    }
}

/// Everywhere where words can be.
fn telling() -> opentelemetry_proto::tonic::trace::v1::Span {
    let named = [
        ("session.id", "s"),
        ("input.value", WORDS),
        ("llm.input_messages.0.message.content", WORDS),
        ("gen_ai.completion.0.content", WORDS),
        ("traceloop.entity.output", WORDS),
        ("gen_ai.request.model", "gpt-4o"),
        ("app.contact", "alice@example.com"),
    ];
    let mut span = span(7, 1, &named);
    span.status = Some(Status {
        message: WORDS.to_owned(),
        code: 2,
    });
    span.events = vec![Event {
        name: "exception".to_owned(),
        attributes: attributes(&[
            ("exception.message", WORDS),
            ("exception.type", "ValueError"),
        ]),
        ..Event::default()
    }];
    span.links = vec![Link {
        trace_id: vec![1; 16],
        span_id: vec![1; 8],
        attributes: attributes(&[("input.value", WORDS)]),
        ..Link::default()
    }];
    span
}

#[test]
fn words_of_others_go_to_the_payload_sink_and_nowhere_else() {
    let bench = Bench::new(Limits::default());
    bench
        .ingest
        .traces(&sender(), spans("openinference", vec![telling()]));
    let stored = bench.session("s").spans.remove(0).record;
    let shown = |key| text(&stored.attributes, key);
    for key in [
        "input.value",
        "llm.input_messages.0.message.content",
        "gen_ai.completion.0.content",
    ] {
        assert_eq!(shown(key), Some("[confidential]"), "{key}");
    }
    assert_eq!(shown("gen_ai.request.model"), Some("gpt-4o"));
    assert_eq!(shown("app.contact"), Some("[email]"));
    assert_eq!(
        text(&stored.events[0].attributes, "exception.type"),
        Some("ValueError")
    );
    assert_eq!(stored.status.as_ref().expect("a status").code, 2);
    let bytes = |message: &[u8]| message.windows(6).any(|bytes| bytes == b"canary");
    assert!(!bytes(&stored.encode_to_vec()), "{stored:?}");
    assert_eq!(shown("agentscope.input.ref"), None, "nobody has kept them");

    let mut line = log(7, 1, "", &[("session.id", "s")]);
    line.body = Some(string(WORDS));
    bench.ingest.logs(&sender(), logs("lib", vec![line]));
    let stored = bench.session("s").logs.remove(0).record;
    assert_eq!(stored.body, Some(string("[confidential]")));

    let kept = Arc::new(Kept::default());
    set_payload_sink(Some(kept.clone()));
    let mut second = telling();
    second.trace_id = 77u128.to_be_bytes().to_vec();
    bench
        .ingest
        .traces(&sender(), spans("openinference", vec![second]));
    set_payload_sink(None);
    let stored = bench.session("s").spans.remove(1).record;
    assert_eq!(
        text(&stored.attributes, "agentscope.input.ref"),
        Some("kept:0")
    );
    assert_eq!(
        text(&stored.attributes, "agentscope.output.ref"),
        Some("kept:1")
    );
    let kept = kept.0.lock().expect("not poisoned");
    let [(input, asked, tenant), (output, said, _)] = &kept[..] else {
        panic!("two payloads: {kept:?}");
    };
    assert_eq!(
        (input.as_str(), output.as_str(), tenant.as_deref()),
        ("input", "output", Some("acme"))
    );
    assert_eq!(
        asked.matches("canary").count() + said.matches("canary").count(),
        7,
        "{asked} {said}"
    );
}

#[test]
fn our_own_spans_pass_as_they_are() {
    let bench = Bench::new(Limits::default());
    let named = [
        ("session.id", "s"),
        ("agentscope.layer", "tool"),
        ("input.value", r#"{"id":7}"#),
    ];
    let ours = span(7, 1, &named);
    bench
        .ingest
        .traces(&sender(), spans("agentscope", vec![ours.clone()]));
    assert_eq!(bench.session("s").spans[0].record, ours);
}

#[test]
fn who_only_says_that_a_span_is_ours_hides_nothing_but_what_the_runtime_writes() {
    let bench = Bench::new(Limits::default());
    let named = [
        ("session.id", "s"),
        ("agentscope.layer", "tool"),
        ("input.value", WORDS),
    ];
    bench
        .ingest
        .traces(&sender(), spans("lib", vec![span(7, 1, &named)]));
    let stored = bench.session("s").spans.remove(0).record;
    assert_eq!(
        text(&stored.attributes, "input.value"),
        Some("[confidential]"),
        "another scope"
    );

    let named = [
        ("session.id", "t"),
        ("agentscope.layer", "tool"),
        ("gen_ai.prompt.0.content", WORDS),
    ];
    bench
        .ingest
        .traces(&sender(), spans("agentscope", vec![span(8, 1, &named)]));
    let stored = bench.session("t").spans.remove(0).record;
    assert_eq!(
        text(&stored.attributes, "gen_ai.prompt.0.content"),
        Some("[confidential]")
    );
}
