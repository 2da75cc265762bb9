//! Tell what guardrails say of what an agent or a model has produced.
//!
//! A verdict is one log record, the evaluation event of the OpenTelemetry conventions
//! (`gen_ai.evaluation.result`) on the span that runs, and a snapshot of the agent's state at once.
//!
//! ```
//! # extern crate agentscope_runtime as agentscope;
//! use agentscope::{agent, guardrail};
//!
//! #[agent(default = internal)]
//! fn answer(cents: u64) -> Result<u64, std::fmt::Error> {
//!     if cents > 10_000 {
//!         guardrail::failed("refund_limit", "more than a clerk may refund");
//!         return Err(std::fmt::Error);
//!     }
//!     guardrail::passed("refund_limit");
//!     Ok(cents)
//! }
//!
//! let recorded = agentscope::testing::record(|| answer(10_001));
//! recorded.assert_verdict(agentscope::Verdict::Failure);
//! # agentscope::testing::record(|| answer(1)).assert_verdict(agentscope::Verdict::Unknown);
//! ```

use crate::agent::here;
use crate::frame::Frame;
use crate::names;
use crate::privacy::text::{self, IntoText, TEXT_LIMIT};
use crate::session::session_state::RULE_GUARDRAIL;
use crate::snapshot::level::Level;
use crate::snapshot::moment::{Event, ToolCall};

/// Records that a guardrail has failed, and why: a CRITICAL snapshot, and the verdict of the session
/// becomes `failure`.
///
/// The policy is named as tools and models are: the name is shown as it is, scrubbed, so nothing of
/// a person belongs there. The reason says its class. Nothing is stopped: that is for the code to do.
///
/// Does nothing outside a session.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Level, agent, confidential, guardrail, testing::record};
///
/// #[agent(default = confidential)]
/// fn answer(quote: String) {
///     guardrail::failed("no_medical_advice", "the answer names a dose");
///     guardrail::failed("no_medical_advice", confidential(quote));
/// }
///
/// let recorded = record(|| answer("take two".to_owned()));
/// let reasons = recorded.snapshots().iter().map(|snapshot| {
///     assert_eq!(snapshot.level, Level::Critical);
///     format!("{:?}", snapshot.attribute("gen_ai.evaluation.explanation"))
/// });
/// let reasons: Vec<_> = reasons.collect();
/// assert!(reasons[0].contains("names a dose") && reasons[1].contains("[confidential]"));
/// ```
pub fn failed(policy: &str, reason: impl IntoText) {
    let Some(frame) = Frame::of_current_context() else {
        return;
    };
    frame.session.fail(RULE_GUARDRAIL);
    let reason = reason.into_text();
    let reason = reason.redacted(TEXT_LIMIT, frame.session.hasher());
    let event = Event::warning(names::EVENT_EVALUATION, Level::Critical, "guardrail")
        .with(names::EVALUATION_EXPLANATION, reason);
    record(&frame, event, policy, ("fail", 0.0));
}

/// Records that a guardrail has passed: an INFO snapshot. It says nothing of the session's verdict.
///
/// Does nothing outside a session.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{agent, guardrail, testing::record};
///
/// #[agent(default = internal)]
/// fn answer() {
///     guardrail::passed("no_medical_advice");
/// }
///
/// let recorded = record(answer);
/// assert_eq!(recorded.snapshots()[0].event, "gen_ai.evaluation.result");
/// ```
pub fn passed(policy: &str) {
    if let Some(frame) = Frame::of_current_context() {
        let event = Event::new(names::EVENT_EVALUATION, Level::Info);
        record(&frame, event, policy, ("pass", 1.0));
    }
}

fn record(frame: &Frame, event: Event, policy: &str, (label, score): (&'static str, f64)) {
    let event = event
        .with(
            names::EVALUATION_NAME,
            text::label(policy.to_owned().into()),
        )
        .with(names::EVALUATION_LABEL, label)
        .with(names::EVALUATION_SCORE, score);
    here(frame, |moment| moment.record(event, ToolCall::default()));
}
