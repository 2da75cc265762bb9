//! What goes out with a task: the current span, and whose the task is.

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::{SpanContext, TraceContextExt as _};

use super::baggage::{self, KEYS};
use super::{RemoteContext, traceparent, tracestate};
use crate::frame::{self, Frame};
use crate::privacy::redacted::Redacted;
use crate::stats;

#[derive(Default)]
pub(super) struct Outgoing {
    pub(super) traceparent: Option<String>,
    pub(super) tracestate: Option<String>,
    pub(super) baggage: Option<String>,
}

impl Outgoing {
    /// Of the running code; empty where none is traced.
    pub(super) fn current() -> Self {
        if !frame::thread_is_alive() {
            return Self::default();
        }
        let frame = Frame::of_current_context();
        Context::map_current(|cx| {
            let span = cx.span();
            let current = span.span_context();
            match &frame {
                // Foreign code may have restored a context without any span.
                Some(frame) if !current.is_valid() => Self::of(frame.span(), Some(frame)),
                _ => Self::of(current, frame.as_ref()),
            }
        })
    }

    /// Of what somebody is to go on with.
    pub(super) fn of_context(context: &RemoteContext) -> Self {
        let values = [
            &context.session,
            &context.task,
            &context.tier,
            &context.user_hash,
            &context.tenant,
        ];
        let known = KEYS.into_iter().zip(values);
        let known = known.filter_map(|(key, value)| Some((key, value.as_ref()?.as_str())));
        Self {
            traceparent: traceparent::written(&context.parent),
            tracestate: tracestate::written(context.parent.trace_state()),
            baggage: baggage_of(known),
        }
    }

    /// Adds what others have put into the context as baggage: the header is one for all.
    pub(super) fn with_others(mut self) -> Self {
        Context::map_current(|cx| {
            for (key, (value, _)) in cx.baggage() {
                if !KEYS.contains(&key.as_str()) {
                    let baggage = self.baggage.get_or_insert_default();
                    baggage::push_foreign(baggage, key.as_str(), value.as_str());
                }
            }
        });
        self
    }

    fn of(span: &SpanContext, frame: Option<&Frame>) -> Self {
        Self {
            traceparent: traceparent::written(span),
            tracestate: tracestate::written(span.trace_state()),
            baggage: frame.and_then(|frame| {
                baggage_of(members(frame).map(|(key, value)| (key, value.as_str())))
            }),
        }
    }
}

/// What of the five there is, in the order of the keys, as it stands on spans.
pub(super) fn members(frame: &Frame) -> impl Iterator<Item = (&'static str, &Redacted)> {
    let session = &frame.session;
    let tier = match &frame.agent {
        Some(agent) => agent.tier.as_ref(),
        None => session.tier.as_ref(),
    };
    let values = [
        Some(&session.id),
        session.said(|identity| &identity.task),
        tier,
        session.said(|identity| &identity.user_hash),
        session.said(|identity| &identity.tenant),
    ];
    let members = KEYS.into_iter().zip(values);
    members.filter_map(|(key, value)| Some((key, value?)))
}

fn baggage_of<'a>(members: impl Iterator<Item = (&'static str, &'a str)>) -> Option<String> {
    let mut baggage = String::with_capacity(256);
    for (key, value) in members {
        if !baggage::push(&mut baggage, key, value) {
            stats::count_dropped_baggage(1);
        }
    }
    (!baggage.is_empty()).then_some(baggage)
}
