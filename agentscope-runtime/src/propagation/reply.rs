//! What comes back from whoever has answered a delegation.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Grant, RemoteContext};
use crate::limits::Kind;
use crate::outcome::{Ending, Outcome};
use crate::privacy::text;
use crate::session::session_state::RULES_ACROSS;
use crate::session::totals::Sums;

/// The answer to a task that was delegated to another process: the result, how the sub-agent has
/// ended, and what it used.
///
/// Made by [`RemoteContext::reply`], sent back as JSON by whatever transport brought the task, and
/// taken by [`Handed::answered`](super::Handed::answered).
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::propagation::Reply;
///
/// let json = r#"{"outcome": "ok", "result": "refund", "totals": {"input_tokens": 120}}"#;
/// let reply: Reply<String> = serde_json::from_str(json)?;
/// assert_eq!(reply.result().map(String::as_str), Some("refund"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(bound(deserialize = "R: Deserialize<'de>"))]
pub struct Reply<R> {
    pub(super) outcome: Word,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error_type: Option<String>,
    /// The rule by which the session has failed: a budget that ran out, a guardrail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failed_by: Option<String>,
    #[serde(default = "first")]
    pub(super) attempt: u32,
    #[serde(default)]
    pub(super) totals: Told,
    /// The part of the grant that was used.
    #[serde(default)]
    pub(super) used: Used,
    /// Absent where there is none; a `null` is a result, that of `()` or of an `Option`.
    #[serde(
        default,
        deserialize_with = "there",
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) result: Option<R>,
}

/// Shows how it has ended, not the result: it may be what nobody should read in a log.
impl<R> fmt::Debug for Reply<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("outcome", &self.outcome)
            .field("attempt", &self.attempt)
            .field("totals", &self.totals)
            .finish_non_exhaustive()
    }
}

fn there<'de, D: Deserializer<'de>, R: Deserialize<'de>>(from: D) -> Result<Option<R>, D::Error> {
    R::deserialize(from).map(Some)
}

fn first() -> u32 {
    1
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Word {
    Ok,
    Error,
    Cancelled,
    Panicked,
}

impl From<Outcome> for Word {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Ok => Self::Ok,
            Outcome::Error => Self::Error,
            Outcome::Cancelled => Self::Cancelled,
            Outcome::Panicked => Self::Panicked,
        }
    }
}

/// Sums over all that was done.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Told {
    #[serde(deserialize_with = "count")]
    pub(super) input_tokens: u64,
    #[serde(deserialize_with = "count")]
    pub(super) output_tokens: u64,
    #[serde(deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    pub(super) cost_micro_usd: Option<u64>,
    #[serde(deserialize_with = "count")]
    pub(super) steps: u64,
    #[serde(deserialize_with = "count")]
    pub(super) tool_calls: u64,
    #[serde(deserialize_with = "count")]
    pub(super) inference_calls: u64,
    #[serde(deserialize_with = "count")]
    pub(super) tool_ms: u64,
    #[serde(deserialize_with = "count")]
    pub(super) inference_ms: u64,
}

/// By kind of budget, as far as the grant limits it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Used {
    #[serde(deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    tokens: Option<u64>,
    #[serde(deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    cost_micro_usd: Option<u64>,
    #[serde(deserialize_with = "maybe", skip_serializing_if = "Option::is_none")]
    iterations: Option<u64>,
}

/// Any number, as near as a count can be: what another program writes is not what it ought to be.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    maybe(deserializer).map(Option::unwrap_or_default)
}

fn maybe<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let number = Option::<serde_json::Number>::deserialize(deserializer)?;
    // The conversion of a float saturates.
    Ok(number.map(|it| it.as_u64().unwrap_or(it.as_f64().unwrap_or(0.0) as u64)))
}

impl<R> Reply<R> {
    /// The result; `None` where the sub-agent has none.
    pub fn result(&self) -> Option<&R> {
        self.result.as_ref()
    }

    /// How the sub-agent has ended.
    pub fn outcome(&self) -> Outcome {
        match self.outcome {
            Word::Ok => Outcome::Ok,
            Word::Error => Outcome::Error,
            Word::Cancelled => Outcome::Cancelled,
            Word::Panicked => Outcome::Panicked,
        }
    }

    /// Which delivery of the task it answers: 2 for the first redelivery.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// As telemetry shows it.
    pub(super) fn ending(&self) -> Ending {
        const LONGEST: usize = 256;
        let error_type = match self.outcome() {
            Outcome::Ok | Outcome::Cancelled => None,
            Outcome::Panicked => Some("panic".into()),
            Outcome::Error => {
                let said = self.error_type.as_deref().unwrap_or("_OTHER");
                let said = text::label(text::begun(said, LONGEST).to_owned().into());
                Some(Cow::Owned(said.as_str().to_owned()))
            }
        };
        Ending {
            outcome: self.outcome(),
            error_type,
        }
    }

    pub(super) fn rule(&self) -> Option<&'static str> {
        let said = self.failed_by.as_deref()?;
        RULES_ACROSS.into_iter().find(|rule| *rule == said)
    }
}

/// No count of anything is larger.
const MOST: u64 = 1 << 48;

impl Told {
    fn of(sums: &Sums, steps: u64) -> Self {
        Self {
            input_tokens: sums.input_tokens,
            output_tokens: sums.output_tokens,
            cost_micro_usd: sums.cost,
            steps,
            tool_calls: sums.tool_calls.into(),
            inference_calls: sums.inference_calls.into(),
            tool_ms: sums.tool_nanos / 1_000_000,
            inference_ms: sums.inference_nanos / 1_000_000,
        }
    }

    /// No more than was granted; and whether it was more.
    pub(super) fn within(&self, grant: &Grant) -> (Sums, bool) {
        let tokens = grant.tokens.unwrap_or(MOST);
        let input_tokens = self.input_tokens.min(tokens);
        let output_tokens = self.output_tokens.min(tokens - input_tokens);
        let dollars = grant.cost_micro_usd.unwrap_or(MOST);
        let cost = self.cost_micro_usd.map(|cost| cost.min(dollars));
        let calls = |count: u64| {
            u32::try_from(count)
                .unwrap_or(u32::MAX >> 8)
                .min(u32::MAX >> 8)
        };
        let nanos = |millis: u64| millis.min(MOST / 1_000_000) * 1_000_000;
        let is_more = input_tokens < self.input_tokens
            || output_tokens < self.output_tokens
            || cost < self.cost_micro_usd;
        let sums = Sums {
            input_tokens,
            output_tokens,
            tool_calls: calls(self.tool_calls),
            inference_calls: calls(self.inference_calls),
            tool_nanos: nanos(self.tool_ms),
            inference_nanos: nanos(self.inference_ms),
            cost,
        };
        (sums, is_more)
    }
}

impl Used {
    pub(super) fn of(self, kind: Kind) -> Option<u64> {
        match kind {
            Kind::Tokens => self.tokens,
            Kind::Cost => self.cost_micro_usd,
            Kind::Iterations => self.iterations,
            Kind::Time => None,
        }
    }
}

impl RemoteContext {
    /// The reply to a task that came in this context: its result, or that there is none, and what the
    /// agents that ran in the context have come to.
    ///
    /// Take the context that they ran in, or a clone of it. Made once they have ended.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::agent;
    /// use agentscope::propagation::RemoteContext;
    ///
    /// #[agent(context = context, default = internal)]
    /// fn specialist(#[sensitivity(secret)] context: &RemoteContext, order: u32) -> Option<u32> {
    ///     (order < 10).then_some(1250)
    /// }
    ///
    /// # let handed = agentscope::delegate("specialist").send();
    /// # let context = handed.context();
    /// let reply = context.reply(specialist(&context, 7));
    /// let json = serde_json::to_string(&reply)?;
    /// # assert!(json.contains(r#""result":1250"#), "{json}");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn reply<R>(&self, result: Option<R>) -> Reply<R> {
        let outcomes = self.account.outcomes();
        let (sums, steps, failed_by) = (outcomes.sums, outcomes.steps, outcomes.failed_by());
        let mut ending = outcomes.ending;
        if ending.outcome == Outcome::Ok && result.is_none() {
            ending.outcome = Outcome::Error;
        }
        let used = |kind| self.account.used(kind);
        Reply {
            outcome: ending.outcome.into(),
            error_type: ending.error_type.map(Cow::into_owned),
            failed_by: failed_by.map(str::to_owned),
            attempt: self.attempt,
            totals: Told::of(&sums, steps.into()),
            used: Used {
                tokens: used(Kind::Tokens),
                cost_micro_usd: used(Kind::Cost),
                iterations: used(Kind::Iterations),
            },
            result,
        }
    }
}
