//! Tell what the code does about a failure, beside what the runtime notices itself.

use crate::agent::here;
use crate::frame::Frame;
use crate::names;
use crate::privacy::text::{IntoText, TEXT_LIMIT, Text};
use crate::snapshot::level::Level;
use crate::snapshot::moment::{Event, ToolCall};

/// Records that something is tried again, and why: a WARN snapshot (`agentscope.warning` = `retry`).
///
/// The runtime notices by itself when an agent calls a tool with the same arguments again after it
/// has failed. What an argument is that it cannot look into, such as a pool of connections, does not
/// count there, unless the tool takes nothing else. This is for everything else: a model call, other arguments, a retry inside a tool; and
/// to say why. Say it before the call: if the next call of the agent is a retry that the runtime
/// would have noticed, that is not said a second time.
///
/// Does nothing outside a session.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{testing::record, tool};
///
/// #[tool(default = internal)]
/// fn search(words: &str) -> usize {
///     agentscope::retry("the index timed out");
///     words.len()
/// }
///
/// let recorded = record(|| search("tea"));
/// let is_said = |it: &agentscope::testing::SnapshotView| it.warning == Some("retry");
/// assert!(recorded.snapshots().iter().any(is_said));
/// ```
pub fn retry(reason: impl IntoText) {
    let reason = (names::NOTE, reason.into_text());
    if let Some(frame) = Frame::of_current_context() {
        if let Some(agent) = &frame.agent {
            agent.state_retry();
        }
        warn(&frame, "retry", [reason]);
    }
}

/// Records that something else is used instead of what was meant to be: a WARN snapshot
/// (`agentscope.warning` = `fallback`).
///
/// Does nothing outside a session.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{internal, testing::record, tool};
///
/// #[tool(default = internal)]
/// fn ask(spare_model: String) {
///     agentscope::fallback("live prices", "yesterday's prices");
///     agentscope::fallback("gpt-4o", internal(spare_model));
/// }
///
/// let recorded = record(|| ask("gpt-4o-mini".to_owned()));
/// let is_said = |it: &&agentscope::testing::SnapshotView| it.warning == Some("fallback");
/// assert_eq!(recorded.snapshots().iter().filter(is_said).count(), 2);
/// ```
pub fn fallback(from: impl IntoText, to: impl IntoText) {
    let said = [
        (names::FALLBACK_FROM, from.into_text()),
        (names::FALLBACK_TO, to.into_text()),
    ];
    if let Some(frame) = Frame::of_current_context() {
        warn(&frame, "fallback", said);
    }
}

fn warn(
    frame: &Frame,
    warning: &'static str,
    said: impl IntoIterator<Item = (&'static str, Text)>,
) {
    let event = Event::warning(names::EVENT_WARNING, Level::Warn, warning);
    let event = said.into_iter().fold(event, |event, (key, text)| {
        event.with(key, text.redacted(TEXT_LIMIT, frame.session.hasher()))
    });
    here(frame, |moment| moment.record(event, ToolCall::default()));
}
