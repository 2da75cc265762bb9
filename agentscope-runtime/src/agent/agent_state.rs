//! What a running agent knows: its memory, goal and belief, its recent steps.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanContext;

use crate::agent::memory::{self, Memory};
use crate::agent::reasoning::Reasoning;
use crate::agent::situation::Situation;
use crate::ledger::Ledger;
use crate::lineage::Lineage;
use crate::names;
use crate::privacy::redacted::{Put, Redacted};
use crate::propagation::{DelegationState, Fan};
use crate::session::session_state::SessionState;
use crate::session::totals::Totals;

/// Steps that a derived memory tells of.
const RECENT_STEPS: usize = 6;
/// Failed calls that are remembered, so that a retry is noticed.
const RECENT_FAILURES: usize = 16;

pub(crate) struct AgentState {
    pub(crate) id: Redacted,
    pub(crate) name: Redacted,
    pub(crate) span: SpanContext,
    /// It runs in no other agent of its session.
    pub(crate) is_entry: bool,
    /// Who it runs under; nobody once it has ended.
    above: Mutex<Lineage>,
    has_ended: AtomicBool,
    /// Its own, else that of whoever has delegated to it.
    pub(crate) tier: Option<Redacted>,
    /// On behalf of which delegation it runs.
    pub(crate) delegation: Option<Arc<DelegationState>>,
    /// It is the first to work on that, not one below.
    pub(crate) answers: bool,
    pub(crate) fan: Fan,
    pub(crate) totals: Totals,
    pub(crate) reasoning: Reasoning,
    pub(crate) ledger: Arc<Ledger>,
    /// Whether a failed call is remembered: mostly not, and then nobody needs to look.
    has_failures: AtomicBool,
    memory_is_stated: AtomicBool,
    /// The code has said that its next call is a retry.
    retry_is_stated: AtomicBool,
    known: Mutex<Known>,
}

/// What the agent stated or the runtime derived, already redacted, and its recent steps.
struct Known {
    situation: Arc<Situation>,
    /// Where the code has stated none.
    derived_memory: Option<Arc<str>>,
    /// The stated memory as the latest snapshot of a step has shown it.
    memory_before: Option<Redacted>,
    steps: VecDeque<(Redacted, &'static str)>,
    step_count: usize,
    /// Room to tell of them in, which every step needs.
    text: String,
    /// Tools, and what tells the arguments that they were called with from others.
    failures: VecDeque<(Redacted, u64)>,
}

/// A tool and the arguments it was called with, for comparison only.
#[derive(Clone, Copy)]
pub(crate) struct CallPrint<'a> {
    pub(crate) tool: &'a Redacted,
    /// `None` where they cannot be told from others: then it is like no other call.
    pub(crate) arguments: Option<u64>,
}

impl CallPrint<'_> {
    fn is(self, (tool, arguments): &(Redacted, u64)) -> bool {
        self.arguments == Some(*arguments) && self.tool == tool
    }
}

impl AgentState {
    pub(crate) fn new(
        id: Redacted,
        name: Redacted,
        span: SpanContext,
        above: Lineage,
        ledger: Arc<Ledger>,
        session: Situation,
    ) -> Self {
        let known = Known {
            situation: Arc::new(session.of_agent(&id, &name)),
            derived_memory: Some("no step yet".into()),
            memory_before: None,
            steps: VecDeque::new(),
            step_count: 0,
            text: String::new(),
            failures: VecDeque::new(),
        };
        Self {
            id,
            name,
            span,
            is_entry: false,
            above: Mutex::new(above),
            has_ended: AtomicBool::new(false),
            tier: None,
            delegation: None,
            answers: false,
            fan: Fan::default(),
            totals: Totals::default(),
            reasoning: Reasoning::default(),
            ledger,
            has_failures: AtomicBool::new(false),
            memory_is_stated: AtomicBool::new(false),
            retry_is_stated: AtomicBool::new(false),
            known: Mutex::new(known),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lineage(&self) -> MutexGuard<'_, Lineage> {
        self.above.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those that it runs under.
    pub(crate) fn above(&self) -> Lineage {
        self.lineage().clone()
    }

    pub(crate) fn end(&self) {
        self.has_ended.store(true, Relaxed);
        // What is dropped is dropped while nothing is locked.
        let above = std::mem::take(&mut *self.lineage());
        drop(above);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended.load(Relaxed)
    }

    /// Whether `outer` is this agent or one that it runs under.
    pub(crate) fn is_within(&self, outer: &Self) -> bool {
        let is_outer = |agent: &Self| std::ptr::eq(agent, outer);
        is_outer(self) || self.above().agents().any(|agent| is_outer(agent))
    }

    pub(crate) fn remember(&self, memory: Memory) {
        let mut known = self.known();
        self.memory_is_stated.store(true, Relaxed);
        known.derived_memory = None;
        let before = known.memory_before.as_ref();
        let change = before.and_then(|before| memory::change(before, &memory.shown));
        let situation = known.change();
        situation.memory = Some(memory.shown);
        situation.memory_source = Some("stated");
        situation.memory_truncated = memory.truncated;
        situation.memory_change = change;
    }

    /// Changes what every later snapshot shows.
    pub(crate) fn state(&self, change: impl FnOnce(&mut Situation)) {
        change(self.known().change());
    }

    /// What a snapshot shows of the agent and of its session, and the memory that was derived where none
    /// was stated; `of_step` if it is one of a step.
    pub(crate) fn situation(
        &self,
        session: &SessionState,
        of_step: bool,
    ) -> (Arc<Situation>, Option<Arc<str>>) {
        let mut known = self.known();
        session.complete(&mut known.situation);
        let situation = Arc::clone(&known.situation);
        let derived_memory = known.derived_memory.clone();
        if of_step {
            known.was_shown();
        }
        (situation, derived_memory)
    }

    /// The code says that its next call is a retry.
    pub(crate) fn state_retry(&self) {
        self.retry_is_stated.store(true, Relaxed);
    }

    /// Whether it has said so, which holds for one call.
    pub(crate) fn take_stated_retry(&self) -> bool {
        // Nearly always it has not, and to look is cheaper than to change.
        self.retry_is_stated.load(Relaxed) && self.retry_is_stated.swap(false, Relaxed)
    }

    /// Notes a finished step: it becomes part of the derived memory, and a failed call is kept
    /// so that a retry of it is noticed.
    pub(crate) fn finished_step(&self, call: CallPrint<'_>, status: &'static str, failed: bool) {
        let is_stated = self.memory_is_stated.load(Relaxed);
        if is_stated && !failed && !self.has_failures.load(Relaxed) {
            return;
        }
        let mut known = self.known();
        known.failures.retain(|failure| !call.is(failure));
        // A stated memory is never derived again; it may have been stated just now.
        if !self.memory_is_stated.load(Relaxed) {
            known.derive(call.tool.clone(), status);
        }
        if let (true, Some(arguments)) = (failed, call.arguments) {
            if known.failures.len() == RECENT_FAILURES {
                known.failures.pop_front();
            }
            known.failures.push_back((call.tool.clone(), arguments));
        }
        self.has_failures.store(!known.failures.is_empty(), Relaxed);
    }

    /// Whether the same call failed before and has not succeeded since.
    pub(crate) fn is_retry(&self, call: CallPrint<'_>) -> bool {
        let is_known = |failures: &VecDeque<_>| failures.iter().any(|failure| call.is(failure));
        self.has_failures.load(Relaxed) && is_known(&self.known().failures)
    }

    /// What the agent's span says at its end, beside its outcome.
    pub(crate) fn closing_attributes(&self) -> Vec<KeyValue> {
        let totals = &self.totals;
        let totals = totals.attributes(names::AGENT_TOOL_CALLS, names::AGENT_INFERENCE_CALLS);
        let mut attributes: Vec<_> = totals.collect();
        attributes.put(names::ITERATION_COUNT, i64::from(self.ledger.iterations()));
        attributes.extend(self.ledger.closing_attributes());
        attributes
    }
}

impl Known {
    /// Earlier snapshots keep what they have.
    fn change(&mut self) -> &mut Situation {
        Arc::make_mut(&mut self.situation)
    }

    /// A snapshot of a step has shown the memory: later changes are told from here on.
    fn was_shown(&mut self) {
        let Situation {
            memory,
            memory_source,
            memory_change,
            ..
        } = &*self.situation;
        let is_first = self.memory_before.is_none() && *memory_source == Some("stated");
        let has_changed = memory_change.is_some();
        if is_first || has_changed {
            self.memory_before = memory.clone();
        }
        if has_changed {
            self.change().memory_change = None;
        }
    }

    /// Derives the memory from the latest steps and one more.
    fn derive(&mut self, tool: Redacted, status: &'static str) {
        self.step_count += 1;
        if self.steps.len() == RECENT_STEPS {
            self.steps.pop_front();
        }
        self.steps.push_back((tool, status));
        let plural = if self.step_count == 1 { "" } else { "s" };
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        // Writing to a String cannot fail.
        let _ = write!(text, "{} step{plural} done, the latest: ", self.step_count);
        for (index, (tool, status)) in self.steps.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            for part in [separator, tool.as_str(), " ", status] {
                text.push_str(part);
            }
        }
        // Tools are named by code, or by text that was redacted.
        let (shown, truncated) = memory::derived(&text);
        self.text = text;
        // Not in the situation, which all of the agent's snapshots share: that would be another one after
        // every step.
        self.derived_memory = Some(shown);
        if self.situation.memory_truncated != truncated {
            self.change().memory_truncated = truncated;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::keyring::Hasher;
    use crate::limits::Limits;
    use crate::privacy::text::IntoText as _;
    use crate::site::Layer;

    fn agent(parent: Option<Arc<AgentState>>) -> Arc<AgentState> {
        let span = SpanContext::empty_context();
        let mut limits = Limits::default();
        limits.tokens(1);
        let ledger = parent.as_ref().map(|parent| parent.ledger.clone());
        let above = parent.as_ref().map(|parent| parent.above());
        Arc::new(AgentState::new(
            "id".into(),
            "a".into(),
            span,
            Lineage::below(parent.as_ref(), &above.unwrap_or_default()),
            Ledger::new(Layer::Agent, "a".into(), limits, ledger),
            Situation::of_session(&"session".into()),
        ))
    }

    fn call(tool: &Redacted, arguments: u64) -> CallPrint<'_> {
        let arguments = Some(arguments);
        CallPrint { tool, arguments }
    }

    // Agents that hand over to one another keep those above them.
    #[test]
    fn a_long_chain_of_agents_is_dropped_without_a_recursion() {
        // To look whether those above still run takes as long as there are some.
        let chain = (0..10_000).fold(agent(None), |parent, _| agent(Some(parent)));
        drop(chain);
    }

    #[test]
    fn a_retry_is_the_same_call_after_a_failure_until_it_succeeds() {
        let agent = agent(None);
        let (read, grep) = ("read".into(), "grep".into());
        agent.finished_step(call(&read, 1), "error", true);
        assert!(agent.is_retry(call(&read, 1)));
        assert!(!agent.is_retry(call(&read, 2)) && !agent.is_retry(call(&grep, 1)));
        agent.finished_step(call(&read, 1), "success", false);
        assert!(!agent.is_retry(call(&read, 1)));
    }

    #[test]
    fn memory_is_derived_until_it_is_stated() {
        let agent = agent(None);
        agent.finished_step(call(&"read".into(), 1), "error", true);
        agent.finished_step(call(&"grep".into(), 1), "empty", false);
        let memory = || {
            let known = agent.known();
            let stated = known.situation.memory.clone();
            let derived = known.derived_memory.clone().map(Redacted::of_code);
            (stated.or(derived), known.situation.memory_source)
        };
        assert_eq!(
            memory(),
            (
                Some("2 steps done, the latest: read error, grep empty".into()),
                Some("derived")
            )
        );
        agent.remember(Memory::stated(
            "order found".into_text(),
            &Hasher::default(),
        ));
        assert_eq!(memory(), (Some("order found".into()), Some("stated")));
    }
}
