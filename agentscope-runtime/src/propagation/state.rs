//! What runs on behalf of a delegation knows of it.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::trace::SpanContext;
use opentelemetry::{KeyValue, StringValue};

use crate::frame::Frame;
use crate::ledger::Ledger;
use crate::names;
use crate::outcome::Ending;
use crate::privacy::redacted::{Put, Redacted, attribute};
use crate::recording::Recording;
use crate::session::totals::{Sums, Totals};
use crate::snapshot::level::Level;
use crate::snapshot::moment::Event;

/// The delegation that code runs on behalf of: one of this process, or one that came with a task.
pub(crate) struct DelegationState {
    pub(crate) target: Redacted,
    /// Where its steps stand in those of the session: `4`, or `4/2`.
    pub(crate) path: Redacted,
    pub(crate) depth: u32,
    /// Names of the agents that it came through, the entry agent first.
    pub(crate) chain: Vec<Redacted>,
    /// The chain has the target already.
    pub(crate) is_cycle: bool,
    pub(crate) attempt: u32,
    /// `None` for one that came with a task: its session stands for it.
    pub(crate) here: Option<Here>,
}

/// A delegation of this process.
pub(crate) struct Here {
    pub(crate) span: SpanContext,
    pub(crate) ledger: Arc<Ledger>,
    totals: Totals,
    /// How the latest agent below it has ended.
    ending: Mutex<Ending>,
}

impl Here {
    pub(crate) fn new(span: SpanContext, ledger: Arc<Ledger>) -> Self {
        Self {
            span,
            ledger,
            totals: Totals::default(),
            ending: Mutex::new(Ending::OK),
        }
    }

    pub(crate) fn ending(&self) -> Ending {
        let ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        ending.clone()
    }

    pub(crate) fn sums(&self) -> Sums {
        self.totals.sums()
    }
}

impl DelegationState {
    /// What the span of the agent says that works on it.
    pub(crate) fn push_attributes_of_agent(&self, agent: &Redacted, to: &mut Vec<KeyValue>) {
        to.extend([
            attribute(names::STEP_PATH, self.path.clone()),
            attribute(names::DELEGATION_DEPTH, i64::from(self.depth)),
            attribute(names::DELEGATION_ATTEMPT, i64::from(self.attempt)),
        ]);
        if self.is_cycle_by(agent) {
            to.put(names::DELEGATION_CYCLE, true);
        }
    }

    /// Whether the task has come back to this agent.
    fn is_cycle_by(&self, agent: &Redacted) -> bool {
        self.chain.contains(agent)
    }

    /// The agent that works on it has ended.
    pub(crate) fn agent_ended(&self, ending: &Ending, sums: &Sums) {
        if let Some(here) = &self.here {
            here.totals.add(sums);
            let mut latest = here.ending.lock().unwrap_or_else(PoisonError::into_inner);
            *latest = ending.clone();
        }
    }
}

impl Recording {
    /// Warns of what is odd about the delegation that an agent begins to work on.
    pub(crate) fn warn_of(&mut self, delegation: &DelegationState) {
        let warning = |warning| {
            Event::warning(names::EVENT_WARNING, Level::Warn, warning)
                .with(names::STEP_PATH, delegation.path.clone())
        };
        if delegation.attempt > 1 {
            let attempt = i64::from(delegation.attempt);
            self.snapshot(warning("redelivered").with(names::DELEGATION_ATTEMPT, attempt));
        }
        // Whoever delegated has warned of it where the agent is called as it was.
        if !delegation.is_cycle && delegation.is_cycle_by(&self.name) {
            let depth = i64::from(delegation.depth);
            self.snapshot(warning("delegation_cycle").with(names::DELEGATION_DEPTH, depth));
        }
    }
}

/// Where a step stands: its number, below those of the delegations that it is on behalf of.
pub(crate) fn path_of(frame: &Frame, step: u32) -> Redacted {
    match &frame.delegation {
        None => number(step),
        Some(delegation) => {
            let mut path = String::with_capacity(delegation.path.as_str().len() + 4);
            // Writing to a String cannot fail.
            let _ = write!(path, "{}/{step}", delegation.path);
            Redacted::of_code(StringValue::from(path))
        }
    }
}

/// Nearly every step is one of the first of a session: those need no text of their own.
fn number(step: u32) -> Redacted {
    const FIRST: [&str; 32] = [
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
        "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31",
    ];
    let first = usize::try_from(step).ok().and_then(|it| FIRST.get(it));
    first.map_or_else(
        || Redacted::of_code(step.to_string()),
        |first| Redacted::of_code(*first),
    )
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_step_outside_any_delegation_has_its_number_for_a_path() {
        for step in [0, 9, 31, 32, u32::MAX] {
            assert_eq!(number(step).as_str(), step.to_string());
        }
    }
}
