//! Tell what the running agent knows: memory, goal, belief, iteration.
//!
//! All of these do nothing outside an agent.

use std::time::SystemTime;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt as _};

use crate::agent_state::AgentState;
use crate::frame::{self, Frame};
use crate::keyring::Hasher;
use crate::level::Level;
use crate::metered;
use crate::moment::{Event, Moment, ToolCall};
use crate::names;
use crate::redacted::{Redacted, attribute};
use crate::session_state::RULE_GUARDRAIL;
use crate::text::{IntoText, TEXT_LIMIT};

fn with_agent(tell: impl FnOnce(&AgentState, &Hasher)) {
    if let Some(frame) = Frame::of_current_context()
        && let Some(agent) = &frame.agent
    {
        tell(agent, frame.session.hasher());
    }
}

/// Sets the working memory of the running agent; every later snapshot shows it, by its class.
///
/// At most 1,024 bytes of it are recorded. Where an agent never says, its memory is derived from
/// its steps and marked so.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// agentscope::memory("order not looked up yet");
/// ```
pub fn memory(text: impl IntoText) {
    with_agent(|agent, hasher| agent.remember(text.into_text(), hasher));
}

/// Sets the goal of the running agent; every later snapshot shows it, by its class.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// agentscope::goal("refund the order if it qualifies");
/// ```
pub fn goal(text: impl IntoText) {
    with_agent(|agent, hasher| agent.aim(text.into_text(), hasher));
}

/// Sets what the running agent believes; every later snapshot shows it, by its class.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// agentscope::belief("the order qualifies");
/// ```
pub fn belief(text: impl IntoText) {
    with_agent(|agent, hasher| agent.believe(text.into_text(), hasher));
}

/// Sets the number of reasoning loops of the running agent, over the count of its inferences.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// for turn in 1..=3 {
///     agentscope::iteration(turn);
/// }
/// ```
pub fn iteration(count: u32) {
    let Some(ledger) = metered::nearest().filter(|ledger| ledger.is_of_agent()) else {
        return;
    };
    let news = ledger.set_iterations(count);
    if let (false, Some(frame)) = (news.is_empty(), Frame::of_current_context()) {
        here(&frame, |moment| moment.budget(&news));
    }
}

/// Records a snapshot of the running session at a level of your choice, with a note.
///
/// [`Level::Critical`] says that the output failed a safety or guardrail check: the session's
/// verdict becomes `failure`. [`Level::SemanticWarn`] says that a valid response was misread.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::Level;
/// agentscope::note(Level::Warn, "the first index was down, using the second");
/// ```
pub fn note(level: Level, text: impl IntoText) {
    let Some(frame) = Frame::of_current_context() else {
        return;
    };
    if level == Level::Critical {
        frame.session.fail(RULE_GUARDRAIL);
    }
    let note = text
        .into_text()
        .redacted(TEXT_LIMIT, frame.session.hasher());
    let event = Event::new(names::EVENT_NOTE, level).with(names::NOTE, note);
    here(&frame, |moment| moment.record(event, ToolCall::default()));
}

/// Sets an attribute of the current span: of the annotated function that runs, or of a span of the
/// application's own inside it.
///
/// The value is redacted: text says its class, and telemetry shows what the policy lets it.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{internal, pii};
/// # let (order, customer) = (String::from("o-7"), "alice@example.com");
/// agentscope::set_attribute("shop.order.id", internal(order));
/// agentscope::set_attribute("shop.customer", pii(customer)); // a keyed hash
/// ```
pub fn set_attribute(key: &'static str, value: impl Into<Redacted>) {
    if frame::thread_is_alive() {
        let span = Context::map_current(|cx| cx.has_active_span().then(|| cx.clone()));
        if let Some(cx) = span {
            cx.span().set_attribute(attribute(key, value.into()));
        }
    }
}

/// Records that the arguments a model wrote do not fit their schema.
pub(crate) fn warn_of_arguments(pointer: Redacted, violation: &'static str, hash: Redacted) {
    if let Some(frame) = Frame::of_current_context() {
        let mut event = Event::warning(names::EVENT_WARNING, Level::Error, "schema_violation")
            .with(names::ARGS_VIOLATION, violation);
        // The empty pointer is the whole, which goes without saying.
        if !pointer.as_str().is_empty() {
            event = event.with(names::ARGS_POINTER, pointer);
        }
        let tool = ToolCall {
            schema_hash: Some(hash),
            ..ToolCall::default()
        };
        here(&frame, |moment| moment.record(event, tool));
    }
}

/// A moment of the current span; of the frame's own where foreign code made another one current.
pub(crate) fn here<R>(frame: &Frame, take: impl FnOnce(Moment<'_>) -> R) -> R {
    let current: SpanContext = Context::map_current(|cx| cx.span().span_context().clone());
    let span = if current.trace_id() == frame.session.span.trace_id() {
        &current
    } else {
        frame.span()
    };
    take(Moment {
        frame,
        span,
        time: SystemTime::now(),
        sampled: span.is_sampled(),
        step: None,
    })
}
