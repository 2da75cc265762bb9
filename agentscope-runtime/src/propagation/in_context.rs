//! What the OpenTelemetry context says of a session, for those who do not know our frame: baggage
//! for foreign propagators, attributes for foreign spans.

use std::cell::Cell;

use opentelemetry::baggage::{Baggage, BaggageExt as _};
use opentelemetry::global::{BoxedSpan, BoxedTracer};
use opentelemetry::trace::{SpanBuilder, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue};

use super::baggage::{KEYS, is_accepted};
use super::outgoing::members;
use crate::frame::Frame;
use crate::privacy::redacted::attribute;

/// The context of what runs in a frame: the frame, and as baggage whose it is.
pub(crate) fn enter(cx: &Context, frame: Frame) -> Context {
    let cx = match is_said(cx.baggage(), &frame) {
        true => cx.clone(),
        false => cx.with_baggage(baggage_with(cx.baggage(), &frame)),
    };
    cx.with_value(frame)
}

/// Most agents have nothing to add to what their session says.
fn is_said(baggage: &Baggage, frame: &Frame) -> bool {
    let mut members = accepted(frame);
    let said = KEYS.map(|key| Some((key, baggage.get(key)?)));
    let mut said = said.into_iter().flatten();
    loop {
        match (said.next(), members.next()) {
            (None, None) => return true,
            (Some((key, value)), Some(member)) if (key, value.as_str()) == member => {}
            _ => return false,
        }
    }
}

/// What others have put there stays. What came from outside under one of our keys does not.
fn baggage_with(others: &Baggage, frame: &Frame) -> Baggage {
    let mut baggage = Baggage::new();
    for (key, value) in accepted(frame) {
        baggage.insert(key, value.to_owned());
    }
    for (key, (value, metadata)) in others {
        if !KEYS.contains(&key.as_str()) {
            baggage.insert_with_metadata(key.clone(), value.clone(), metadata.clone());
        }
    }
    baggage
}

/// In the order of the keys.
fn accepted(frame: &Frame) -> impl Iterator<Item = (&'static str, &str)> {
    let members = members(frame).map(|(key, value)| (key, value.as_str()));
    members.filter(|(key, value)| is_accepted(key, value))
}

thread_local! {
    /// A span of ours is being started on this thread: it says itself whose it is.
    static STARTING: Cell<bool> = const { Cell::new(false) };
}

/// Inside another one, where a span processor makes a call: then that is still being started.
struct Starting {
    outer: bool,
}

impl Drop for Starting {
    fn drop(&mut self) {
        STARTING.set(self.outer);
    }
}

/// Starts a span of ours.
pub(crate) fn start(tracer: &BoxedTracer, builder: SpanBuilder, parent: &Context) -> BoxedSpan {
    let _starting = Starting {
        outer: STARTING.replace(true),
    };
    tracer.build_with_context(builder, parent)
}

/// Whose a span is that somebody else starts below `parent`, as attributes: the session's id, the
/// application's task, the agent's tier, the keyed hash of the user, the tenant. Empty outside any
/// session, and for spans of agentscope, which have them.
///
/// For the `on_start` of a span processor, on the thread that starts the span;
/// `agentscope_collector::init()` installs one.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use opentelemetry::Context;
/// assert!(agentscope::propagation::session_attributes(&Context::current()).is_empty());
/// ```
pub fn session_attributes(parent: &Context) -> Vec<KeyValue> {
    if STARTING.get() {
        return Vec::new();
    }
    // Where foreign code has restored an older context of the same trace the frame is not in it.
    let is_of = |frame: &Frame| {
        let span = parent.span();
        span.span_context().trace_id() == frame.span().trace_id()
    };
    let lost = || Frame::being_polled().filter(is_of);
    let Some(frame) = parent.get::<Frame>().cloned().or_else(lost) else {
        return Vec::new();
    };
    members(&frame)
        .map(|(key, value)| attribute(key, value.clone()))
        .collect()
}
