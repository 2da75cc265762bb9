//! What a running agent knows: its memory, goal and belief, its budget, its recent steps.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanContext;

use crate::memory::{self, Memory};
use crate::names;
use crate::reasoning::Reasoning;
use crate::redacted::{Redacted, attribute};
use crate::session_state::SessionState;
use crate::situation::Situation;
use crate::totals::Totals;

/// Steps that a derived memory tells of.
const RECENT_STEPS: usize = 6;
/// Failed calls that are remembered, so that a retry is noticed.
const RECENT_FAILURES: usize = 16;

pub(crate) struct AgentState {
    pub(crate) id: Redacted,
    pub(crate) name: Redacted,
    pub(crate) span: SpanContext,
    pub(crate) parent: Option<Arc<AgentState>>,
    pub(crate) totals: Totals,
    pub(crate) reasoning: Reasoning,
    budget: Option<Budget>,
    iterations: AtomicU32,
    iteration_limit: Option<u32>,
    iteration_limit_passed: AtomicBool,
    /// Whether a failed call is remembered: mostly not, and then nobody needs to look.
    has_failures: AtomicBool,
    memory_is_stated: AtomicBool,
    /// The code has said that its next call is a retry.
    retry_is_stated: AtomicBool,
    known: Mutex<Known>,
}

struct Budget {
    limit: i64,
    remaining: AtomicI64,
    reported: AtomicBool,
}

/// Agents that hand over to one another can make a long chain: dropped one by one, for a recursion
/// would overflow the stack.
impl Drop for AgentState {
    fn drop(&mut self) {
        let mut next = self.parent.take();
        while let Some(mut agent) = next.and_then(Arc::into_inner) {
            next = agent.parent.take();
        }
    }
}

/// What the agent stated or the runtime derived, already redacted, and its recent steps.
struct Known {
    situation: Arc<Situation>,
    /// The stated memory as the latest snapshot of a step has shown it.
    memory_before: Option<Redacted>,
    steps: VecDeque<(Redacted, &'static str)>,
    step_count: usize,
    failures: VecDeque<CallPrint>,
}

/// A tool and the arguments it was called with, for comparison only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallPrint {
    pub(crate) tool: Redacted,
    pub(crate) arguments: u64,
}

/// A limit that was passed just now; it is reported once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exhausted {
    Budget,
    Iterations,
}

impl AgentState {
    pub(crate) fn new(
        id: Redacted,
        name: Redacted,
        span: SpanContext,
        parent: Option<Arc<Self>>,
        budget: Option<i64>,
        iteration_limit: Option<u32>,
        session: Situation,
    ) -> Self {
        let known = Known {
            situation: Arc::new(session.of_agent(&id, &name)),
            memory_before: None,
            steps: VecDeque::new(),
            step_count: 0,
            failures: VecDeque::new(),
        };
        Self {
            id,
            name,
            span,
            parent,
            totals: Totals::default(),
            reasoning: Reasoning::default(),
            budget: budget.map(|limit| Budget {
                limit,
                remaining: AtomicI64::new(limit),
                reported: AtomicBool::new(false),
            }),
            iterations: AtomicU32::new(0),
            iteration_limit,
            iteration_limit_passed: AtomicBool::new(false),
            has_failures: AtomicBool::new(false),
            memory_is_stated: AtomicBool::new(false),
            retry_is_stated: AtomicBool::new(false),
            known: Mutex::new(known),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This agent and those that called it, innermost first.
    pub(crate) fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |agent| agent.parent.as_deref())
    }

    /// Whether `outer` is this agent or one that it runs under.
    pub(crate) fn is_within(&self, outer: &Self) -> bool {
        self.chain().any(|agent| std::ptr::eq(agent, outer))
    }

    /// Tokens left: of its own budget, else of the nearest agent above that has one.
    pub(crate) fn budget_remaining(&self) -> Option<i64> {
        let budget = self.chain().find_map(|agent| agent.budget.as_ref())?;
        Some(budget.remaining.load(Relaxed))
    }

    /// Charges this agent and all above it; names what that used up.
    pub(crate) fn spend(&self, tokens: u64) -> Option<Exhausted> {
        let tokens = i64::try_from(tokens).unwrap_or(i64::MAX);
        let mut exhausted = None;
        for budget in self.chain().filter_map(|agent| agent.budget.as_ref()) {
            let spent = |before: i64| Some(before.saturating_sub(tokens));
            // The closure always gives a value.
            let _ = budget.remaining.fetch_update(Relaxed, Relaxed, spent);
            let left = budget.remaining.load(Relaxed);
            if tokens > 0 && left <= 0 && !budget.reported.swap(true, Relaxed) {
                exhausted = Some(Exhausted::Budget);
            }
        }
        exhausted
    }

    pub(crate) fn iterations(&self) -> u32 {
        self.iterations.load(Relaxed)
    }

    /// Counts one reasoning loop.
    pub(crate) fn iterate(&self) -> Option<Exhausted> {
        let count = self.iterations.fetch_add(1, Relaxed) + 1;
        self.check_iterations(count)
    }

    /// Sets the number of reasoning loops, over the runtime's own count.
    pub(crate) fn set_iterations(&self, count: u32) -> Option<Exhausted> {
        self.iterations.store(count, Relaxed);
        self.check_iterations(count)
    }

    fn check_iterations(&self, count: u32) -> Option<Exhausted> {
        let passed = self.iteration_limit.is_some_and(|limit| count > limit);
        (passed && !self.iteration_limit_passed.swap(true, Relaxed))
            .then_some(Exhausted::Iterations)
    }

    pub(crate) fn remember(&self, memory: Memory) {
        let mut known = self.known();
        self.memory_is_stated.store(true, Relaxed);
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

    /// What a snapshot shows of the agent and of its session; `of_step` if it is one of a step.
    pub(crate) fn situation(&self, session: &SessionState, of_step: bool) -> Arc<Situation> {
        let mut known = self.known();
        session.complete(&mut known.situation);
        let situation = Arc::clone(&known.situation);
        if of_step {
            known.was_shown();
        }
        situation
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
    pub(crate) fn finished_step(&self, call: CallPrint, status: &'static str, failed: bool) {
        let is_stated = self.memory_is_stated.load(Relaxed);
        if is_stated && !failed && !self.has_failures.load(Relaxed) {
            return;
        }
        let mut known = self.known();
        known.failures.retain(|failure| *failure != call);
        // A stated memory is never derived again; it may have been stated just now.
        if !self.memory_is_stated.load(Relaxed) {
            known.derive(call.tool.clone(), status);
        }
        if failed {
            if known.failures.len() == RECENT_FAILURES {
                known.failures.pop_front();
            }
            known.failures.push_back(call);
        }
        self.has_failures.store(!known.failures.is_empty(), Relaxed);
    }

    /// Whether the same call failed before and has not succeeded since.
    pub(crate) fn is_retry(&self, call: &CallPrint) -> bool {
        self.has_failures.load(Relaxed) && self.known().failures.contains(call)
    }

    /// What the agent's span says at its end, beside its outcome.
    pub(crate) fn closing_attributes(&self) -> Vec<KeyValue> {
        let mut attributes = Vec::from(
            self.totals
                .attributes(names::AGENT_TOOL_CALLS, names::AGENT_INFERENCE_CALLS),
        );
        attributes.push(attribute(
            names::ITERATION_COUNT,
            i64::from(self.iterations()),
        ));
        if let Some(budget) = &self.budget {
            let remaining = budget.remaining.load(Relaxed);
            attributes.push(attribute(names::BUDGET_LIMIT, budget.limit));
            attributes.push(attribute(names::BUDGET_REMAINING, remaining));
        }
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
        let mut text = format!("{} step{plural} done, the latest: ", self.step_count);
        for (index, (tool, status)) in self.steps.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(text, "{separator}{} {status}", tool.as_str());
        }
        // Tools are named by code, or by text that was redacted.
        let memory = Memory::derived(text);
        let situation = self.change();
        situation.memory = Some(memory.shown);
        situation.memory_truncated = memory.truncated;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::Hasher;
    use crate::text::IntoText as _;

    fn agent(budget: Option<i64>, parent: Option<Arc<AgentState>>) -> Arc<AgentState> {
        let span = SpanContext::empty_context();
        Arc::new(AgentState::new(
            "id".into(),
            "a".into(),
            span,
            parent,
            budget,
            Some(2),
            Situation::of_session(&"session".into()),
        ))
    }

    fn call(tool: &'static str, arguments: u64) -> CallPrint {
        CallPrint {
            tool: tool.into(),
            arguments,
        }
    }

    #[test]
    fn spending_charges_every_agent_above_and_reports_exhaustion_once() {
        let outer = agent(Some(100), None);
        let inner = agent(None, Some(outer.clone()));
        assert_eq!(inner.spend(60), None);
        assert_eq!(
            (inner.budget_remaining(), outer.budget_remaining()),
            (Some(40), Some(40))
        );
        assert_eq!(inner.spend(60), Some(Exhausted::Budget));
        assert_eq!(inner.spend(1), None, "said once");
        assert_eq!(inner.budget_remaining(), Some(-21));
    }

    // Agents that hand over to one another keep those above them.
    #[test]
    fn a_long_chain_of_agents_is_dropped_without_a_recursion() {
        let chain = (0..200_000).fold(agent(None, None), |parent, _| agent(None, Some(parent)));
        drop(chain);
    }

    #[test]
    fn a_budget_saturates_and_one_of_nothing_is_used_up_at_once() {
        let small = agent(Some(0), None);
        assert_eq!(small.spend(1), Some(Exhausted::Budget));
        let large = agent(Some(100), None);
        assert_eq!(large.spend(u64::MAX), Some(Exhausted::Budget));
        assert_eq!(large.spend(u64::MAX), None);
        assert!(large.budget_remaining().is_some_and(|left| left < 0));
    }

    #[test]
    fn passing_the_iteration_limit_is_reported_once() {
        let agent = agent(None, None);
        let passed: Vec<_> = (0..4).map(|_| agent.iterate()).collect();
        assert_eq!(passed, [None, None, Some(Exhausted::Iterations), None]);
    }

    #[test]
    fn a_retry_is_the_same_call_after_a_failure_until_it_succeeds() {
        let agent = agent(None, None);
        agent.finished_step(call("read", 1), "error", true);
        assert!(agent.is_retry(&call("read", 1)));
        assert!(!agent.is_retry(&call("read", 2)) && !agent.is_retry(&call("grep", 1)));
        agent.finished_step(call("read", 1), "success", false);
        assert!(!agent.is_retry(&call("read", 1)));
    }

    #[test]
    fn memory_is_derived_until_it_is_stated() {
        let agent = agent(None, None);
        agent.finished_step(call("read", 1), "error", true);
        agent.finished_step(call("grep", 1), "empty", false);
        let memory = || {
            let situation = agent.known().situation.clone();
            (situation.memory.clone(), situation.memory_source)
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
