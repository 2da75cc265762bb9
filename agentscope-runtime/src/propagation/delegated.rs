//! What an envelope says of the delegation that it goes out from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::baggage::is_identifier;
use crate::limits::{Kind, Limits};

/// How the spans of whoever answers hang together with those of whoever asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// In the same trace, below the delegation.
    #[default]
    Child,
    /// In a trace of their own with a link back: for what may outlive whoever asked.
    Link,
}

/// What the sub-agent may use of what its parent may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Grant {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tokens: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cost_micro_usd: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) iterations: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time_ms: Option<u64>,
}

impl Grant {
    pub(crate) fn of(kind: impl Fn(Kind) -> Option<u64>) -> Self {
        Self {
            tokens: kind(Kind::Tokens),
            cost_micro_usd: kind(Kind::Cost),
            iterations: kind(Kind::Iterations),
            time_ms: kind(Kind::Time).map(|nanos| nanos / NANOS_OF_MS),
        }
    }

    pub(crate) fn get(&self, kind: Kind) -> Option<u64> {
        match kind {
            Kind::Tokens => self.tokens,
            Kind::Cost => self.cost_micro_usd,
            Kind::Iterations => self.iterations,
            Kind::Time => self.time_ms.map(|ms| ms.saturating_mul(NANOS_OF_MS)),
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits(Kind::ALL.map(|kind| self.get(kind)))
    }

    pub(crate) fn any(&self) -> bool {
        self.limits().any()
    }
}

const NANOS_OF_MS: u64 = 1_000_000;

/// What the agent on the far side knows of the delegation that it is for: a part of the envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Delegated {
    /// The agent that it is for.
    pub(crate) target: String,
    #[serde(default)]
    pub(crate) mode: Mode,
    /// Path of the delegation's step: `4`, or `4/2` where it was made by a sub-agent.
    pub(crate) step_path: String,
    /// Delegations from the entry agent to here; 1 for the first.
    pub(crate) depth: u32,
    /// Agents that it came through, the entry agent first.
    #[serde(default)]
    pub(crate) chain: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) grant: Option<Grant>,
}

/// What is hostile, or nobody's delegation, is not taken for one.
pub(super) fn is_acceptable(delegated: &Delegated) -> bool {
    let is_step =
        |step: &str| matches!(step.len(), 1..=10) && step.bytes().all(|it| it.is_ascii_digit());
    let path = &delegated.step_path;
    path.len() <= 256
        && path.split('/').all(is_step)
        && is_identifier(&delegated.target)
        && delegated.chain.len() <= 256
        && delegated.chain.iter().all(|agent| is_identifier(agent))
}
