//! Tell what the running agent knows: memory, goals, belief, certainty, iteration.
//!
//! All of these do nothing outside an agent.

pub(crate) mod agent_state;
pub(crate) mod confidence;
pub(crate) mod memory;
#[allow(missing_docs, reason = "called by expansions only")]
pub(crate) mod prompt;
pub(crate) mod reason;
pub(crate) mod reasoning;
pub(crate) mod situation;

use std::time::SystemTime;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt as _};

use crate::agent::agent_state::AgentState;
use crate::agent::confidence::IntoConfidence;
use crate::agent::memory::Memory;
use crate::agent::situation::Situation;
use crate::frame::{self, Frame};
use crate::hash::keyring::Hasher;
use crate::metered;
use crate::names;
use crate::privacy::redacted::{Redacted, attribute};
use crate::privacy::text::{IntoText, TEXT_LIMIT};
use crate::session::session_state::RULE_GUARDRAIL;
use crate::snapshot::level::Level;
use crate::snapshot::moment::{Event, Moment, ToolCall};
use crate::stats;
use crate::tool::result_schema::Misfit;

/// A text of the running agent's state; at most 1,024 bytes of it are recorded.
fn state(text: impl IntoText, place: fn(&mut Situation) -> &mut Option<Redacted>) {
    with_agent(|agent, hasher| {
        let text = text.into_text().redacted(TEXT_LIMIT, hasher);
        agent.state(|situation| *place(situation) = Some(text));
    });
}

fn with_agent(tell: impl FnOnce(&AgentState, &Hasher)) {
    if let Some(frame) = Frame::of_current_context()
        && let Some(agent) = &frame.agent
    {
        tell(agent, frame.session.hasher());
    }
}

/// Sets the working memory of the running agent; every later snapshot shows it, by its class.
///
/// At most 256 tokens of it are recorded, and what was cut is marked so
/// (`agentscope.memory.truncated`). That is an estimate, for nobody knows the model's tokenizer here:
/// four ASCII characters count as one token, and so does any other character, which is near enough
/// for prose and too few for JSON and code.
///
/// The next snapshot of a step tells what is new and what is gone since the one before
/// (`agentscope.memory.change`): whole lines where the memory has several, else words. It is made of
/// what is shown of both, so it shows no more than they do.
///
/// Where an agent never says, its memory is derived from its steps and marked so.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{agent, testing::record, tool};
///
/// #[tool(default = internal)]
/// fn look_up(order: u32) -> u32 {
///     order
/// }
///
/// #[agent(default = internal)]
/// fn refunds(order: u32) {
///     agentscope::memory("order not looked up yet");
///     look_up(order);
///     agentscope::memory("order found"); // + found, - not looked up yet
///     look_up(order);
/// }
///
/// let recorded = record(|| refunds(7));
/// let memory = recorded.snapshots().iter().map(|it| it.memory.as_deref());
/// let (before, now) = (Some("order not looked up yet"), Some("order found"));
/// assert_eq!(memory.collect::<Vec<_>>(), [before, before, now, now]);
/// ```
pub fn memory(text: impl IntoText) {
    with_agent(|agent, hasher| agent.remember(Memory::stated(text.into_text(), hasher)));
}

/// Sets the goal of the running agent; every later snapshot shows it, by its class.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{agent, testing::record, tool};
///
/// #[tool(default = internal)]
/// fn look_up(order: u32) -> u32 {
///     order
/// }
///
/// #[agent(default = internal)]
/// fn refunds(order: u32) {
///     agentscope::goal("refund the order if it qualifies");
///     look_up(order);
/// }
///
/// let recorded = record(|| refunds(7));
/// let goal = recorded.snapshots()[0].goal.as_deref();
/// assert_eq!(goal, Some("refund the order if it qualifies"));
/// ```
pub fn goal(text: impl IntoText) {
    state(text, |situation| &mut situation.goal);
}

/// Sets what the running agent is after on the way to its goal; every later snapshot shows it, by
/// its class, until the next one is set.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// # use agentscope::{agent, testing::record, tool};
/// # #[tool(default = internal)]
/// # fn look_up(order: u32) -> u32 { order }
/// #[agent(default = internal)]
/// fn refunds(order: u32) {
///     agentscope::goal("refund the order if it qualifies");
///     agentscope::sub_goal("find the order");
///     look_up(order);
/// }
///
/// let recorded = record(|| refunds(7));
/// assert_eq!(recorded.snapshots()[0].sub_goal.as_deref(), Some("find the order"));
/// ```
pub fn sub_goal(text: impl IntoText) {
    state(text, |situation| &mut situation.sub_goal);
}

/// Sets what the running agent believes; every later snapshot shows it, by its class.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// # use agentscope::{agent, testing::record, tool};
/// # #[tool(default = internal)]
/// # fn look_up(order: u32) -> u32 { order }
/// #[agent(default = internal)]
/// fn refunds(order: u32) {
///     agentscope::belief("the order qualifies");
///     look_up(order);
/// }
///
/// let recorded = record(|| refunds(7));
/// assert_eq!(recorded.snapshots()[0].belief.as_deref(), Some("the order qualifies"));
/// ```
pub fn belief(text: impl IntoText) {
    state(text, |situation| &mut situation.belief);
}

/// Sets how certain the running agent says it is, from 0 to 1; every later snapshot shows it.
///
/// A number, or the text in which a model has stated one: see [`IntoConfidence`]. What is no number
/// from 0 to 1 is ignored: the certainty that was stated before stays, one warning is logged and
/// [`Stats::ignored_confidences`](crate::Stats::ignored_confidences) counts it.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// # use agentscope::{agent, testing::record, tool};
/// # #[tool(default = internal)]
/// # fn look_up(order: u32) -> u32 { order }
/// #[agent(default = internal)]
/// fn refunds(order: u32) {
///     agentscope::confidence(0.9);
///     look_up(order);
///     agentscope::confidence("Confidence: 80%"); // or "8/10"
///     look_up(order);
/// }
///
/// let recorded = record(|| refunds(7));
/// let stated = recorded.snapshots().iter().map(|it| it.confidence);
/// assert_eq!(stated.collect::<Vec<_>>(), [Some(0.9), Some(0.9), Some(0.8), Some(0.8)]);
/// ```
pub fn confidence(certainty: impl IntoConfidence) {
    with_agent(|agent, _| match certainty.into_confidence() {
        Some(certainty) => agent.state(|situation| situation.confidence = Some(certainty)),
        None if stats::count_ignored_confidence() => tracing::warn!(
            target: "agentscope",
            "`agentscope::confidence` was given what is no number from 0 to 1, and ignored it. This \
             is said once."
        ),
        None => {}
    });
}

/// Sets the number of reasoning loops of the running agent, over the count of its inferences.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// # use agentscope::{agent, testing::record, tool};
/// # #[tool(default = internal)]
/// # fn look_up(order: u32) -> u32 { order }
/// #[agent(default = internal)]
/// fn refunds(order: u32) {
///     for turn in 1..=3 {
///         agentscope::iteration(turn);
///         look_up(order);
///     }
/// }
///
/// let recorded = record(|| refunds(7));
/// assert_eq!(recorded.snapshots().last().map(|it| it.iteration), Some(3));
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
/// verdict becomes `failure`; [`guardrail::failed`](crate::guardrail::failed) says which check too.
/// [`Level::SemanticWarn`] says that a valid response was misread.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Level, testing::record, tool};
///
/// #[tool(default = internal)]
/// fn search(words: &str) -> usize {
///     agentscope::note(Level::Warn, "the first index was down, using the second");
///     words.len()
/// }
///
/// let recorded = record(|| search("tea"));
/// assert!(recorded.snapshots().iter().any(|it| it.level == Level::Warn));
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
/// use agentscope::{internal, pii, testing::record, tool};
///
/// #[tool(default = secret)]
/// fn ship(order: &str, customer: &str) {
///     agentscope::set_attribute("shop.order.id", internal(order));
///     agentscope::set_attribute("shop.customer", pii(customer)); // a keyed hash
/// }
///
/// let recorded = record(|| ship("o-7", "alice@example.com"));
/// let said = |key| recorded.span("ship").attribute(key).map(ToString::to_string);
/// assert_eq!(said("shop.order.id").as_deref(), Some("o-7"));
/// assert!(said("shop.customer").is_some_and(|hash| hash.starts_with('h')));
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
pub(crate) fn warn_of_arguments(misfit: Misfit) {
    if let Some(frame) = Frame::of_current_context() {
        let tool = ToolCall {
            schema_hash: Some(misfit.schema_hash.clone()),
            ..ToolCall::default()
        };
        here(&frame, |moment| {
            moment.record(misfit.event("arguments"), tool)
        });
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
        span: span.into(),
        time: SystemTime::now(),
        step: None,
    })
}
