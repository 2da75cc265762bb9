//! What foreign propagators and foreign spans learn of a session.

#![allow(
    clippy::disallowed_methods,
    reason = "plays a propagator that knows nothing of us"
)]

use std::collections::HashMap;

use agentscope::propagation::{extract, inject, session_attributes};
use agentscope::{Session, agent, tool};
use agentscope_runtime as agentscope;
use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{SpanContext, TraceContextExt as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

use crate::support::recorder;
use crate::{TRACEPARENT, extracted};

/// Headers of a request that is made below that span, outside any session.
pub(crate) fn injected_below(span: SpanContext) -> HashMap<String, String> {
    let mut headers = HashMap::new();
    let _attached = Context::new().with_remote_span_context(span).attach();
    inject(&mut headers);
    headers
}

fn baggage() -> Vec<(String, String)> {
    Context::map_current(|cx| {
        let all = cx.baggage().iter();
        let mut all: Vec<_> = all
            .map(|(key, (value, _))| (key.to_string(), value.to_string()))
            .collect();
        all.sort();
        all
    })
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    let all = all.iter();
    all.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[tool(output = internal)]
fn look() -> Vec<(String, String)> {
    baggage()
}

#[agent(tier = "planner", task = "T-late", output = internal)]
fn plan() -> Vec<(String, String)> {
    look()
}

#[test]
fn foreign_propagators_carry_whose_a_session_is() {
    recorder();
    let session = Session::builder().id("s-1").tenant("acme");
    let (outside, within, sent) = session.run_sync(|| {
        let mut sent = HashMap::new();
        BaggagePropagator::new().inject(&mut sent);
        TraceContextPropagator::new().inject(&mut sent);
        (baggage(), plan(), sent)
    });
    let of_session = [("agentscope.tenant.id", "acme"), ("session.id", "s-1")];
    assert_eq!(outside, pairs(&of_session));
    let of_agent = [
        ("agentscope.agent.tier", "planner"),
        ("agentscope.task.id", "T-late"),
        ("agentscope.tenant.id", "acme"),
        ("session.id", "s-1"),
    ];
    assert_eq!(
        within,
        pairs(&of_agent),
        "and a tool of an agent what that adds"
    );
    assert_eq!(baggage(), pairs(&[]));
    let remote = extract(&sent);
    assert!(remote.span_context().is_valid());
    assert_eq!((remote.session_id(), remote.tenant()), (Some("s-1"), None));
}

// What a foreign propagator has taken from a request is anybody's word as well.
#[test]
fn baggage_of_a_request_is_not_handed_on_as_ours() {
    recorder();
    let request = [
        KeyValue::new("agentscope.tenant.id", "spoofed"),
        KeyValue::new("agentscope.agent.tier", "spoofed"),
        KeyValue::new("session.id", "spoofed"),
        KeyValue::new("theirs", "kept, as it is"),
    ];
    let _attached = Context::new().with_baggage(request).attach();
    let session = Session::builder().id("s-2");
    let (within, sent) = session.run_sync(|| {
        let mut sent = HashMap::new();
        inject(&mut sent);
        (baggage(), sent)
    });
    assert_eq!(
        within,
        pairs(&[("session.id", "s-2"), ("theirs", "kept, as it is")])
    );
    assert_eq!(
        sent["baggage"],
        "session.id=s-2,theirs=kept%2C%20as%20it%20is"
    );
    let mut unsessioned = HashMap::new();
    inject(&mut unsessioned);
    assert_eq!(unsessioned["baggage"], "theirs=kept%2C%20as%20it%20is");
}

#[test]
fn a_foreign_span_learns_of_the_session_that_it_is_started_in() {
    recorder();
    let of = |cx: &Context| -> Vec<String> {
        let attributes = session_attributes(cx).into_iter();
        attributes
            .map(|it| format!("{}={}", it.key, it.value))
            .collect()
    };
    assert!(of(&Context::current()).is_empty());
    let session = Session::builder().id("s-3").user("alice@example.com");
    session.run_sync(|| {
        let all = of(&Context::current());
        assert_eq!(all.len(), 2, "{all:?}");
        assert_eq!(all[0], "session.id=s-3");
        assert!(all[1].starts_with("enduser.pseudo.id=h"), "{all:?}");
        assert!(of(&Context::new()).is_empty(), "a new root is nobody's");
        let remote = extracted(&[("traceparent", TRACEPARENT)]);
        let other = Context::new().with_remote_span_context(remote.span_context().clone());
        assert!(of(&other).is_empty(), "nor is the span of another trace");
        let span = Context::map_current(|cx| cx.span().span_context().clone());
        let restored = Context::new().with_remote_span_context(span);
        assert_eq!(
            of(&restored),
            all,
            "foreign code has restored an older context"
        );
    });
}
