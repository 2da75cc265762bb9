//! What a running session knows: its identity, its steps, its open spans, its verdict.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::SystemTime;

use once_cell::race::OnceBox;
use opentelemetry::trace::{SpanContext, TraceContextExt as _};
use opentelemetry::{Context, KeyValue, global::BoxedTracer};

use crate::agent::agent_state::AgentState;
use crate::agent::reasoning::Reasoning;
use crate::agent::situation::Situation;
use crate::attributes::{self, INPUT, OUTPUT};
use crate::hash::keyring::Hasher;
use crate::ledger::Ledger;
use crate::metrics::meters::Meters;
use crate::names;
use crate::outcome::{Ending, Outcome, Verdict};
use crate::privacy::class::Class;
use crate::privacy::payload::{Payload, PayloadSide};
use crate::privacy::redacted::{Redacted, attribute};
use crate::propagation::{Account, DelegationState, Fan};
use crate::session::identity::{Identity, Stated};
pub(crate) use crate::session::open_spans::SpanKey;
use crate::session::open_spans::{OpenSpan, OpenSpans};
use crate::session::totals::Totals;
use crate::site::KnownSite;
use crate::snapshot::KnownSink;
use crate::snapshot::level::Level;
use crate::snapshot::moment::SpanIds;
use crate::stats;

pub(crate) struct SessionState {
    pub(crate) id: Redacted,
    identity: Identity,
    /// The same as every span says it.
    whose: Vec<KeyValue>,
    /// What an agent inside adds that the session did not say itself; the first to say it wins.
    added: OnceLock<Identity>,
    /// Its own; of one that goes on elsewhere that of whoever sent the task.
    pub(crate) span: SpanContext,
    /// It came with a task from elsewhere and has no span here.
    pub(crate) is_continued: bool,
    /// The delegation that it came with.
    pub(crate) delegation: Option<Arc<DelegationState>>,
    /// What comes of it is told to whoever has sent that.
    pub(crate) account: Weak<Account>,
    /// Tier of the agent that it came from.
    pub(crate) tier: Option<Redacted>,
    pub(crate) fan: Fan,
    /// Kept here because asking the global provider for one costs more than the rest of a span.
    pub(crate) tracer: BoxedTracer,
    pub(crate) meters: Arc<Meters>,
    pub(crate) totals: Totals,
    pub(crate) reasoning: Reasoning,
    pub(crate) ledger: Arc<Ledger>,
    next_step: AtomicU32,
    semantic_warnings: AtomicU32,
    worst: AtomicU8,
    verdict: Mutex<Option<Said>>,
    /// Its span has ended; calls that outlive it may go on.
    ended: AtomicBool,
    entry: Mutex<Entry>,
    agents: Mutex<Vec<Weak<AgentState>>>,
    open: Mutex<OpenSpans>,
    sink: OnceBox<KnownSink>,
}

/// Of the calls that a session was opened for: its entry agents, or the one that opened it itself.
struct Entry {
    /// What the first was called with, if that may be shown.
    input: Option<Option<Redacted>>,
    /// What the latest has returned.
    output: Option<Redacted>,
    /// How the latest agent ended.
    ending: Ending,
    /// When an agent last ended by itself.
    ended: Option<SystemTime>,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            input: None,
            output: None,
            ending: Ending::OK,
            ended: None,
        }
    }
}

#[derive(Clone, Copy)]
struct Said {
    verdict: Verdict,
    source: &'static str,
    by_rule: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SessionState {
    pub(crate) fn new(
        id: Redacted,
        identity: Identity,
        span: SpanContext,
        tracer: BoxedTracer,
        ledger: Arc<Ledger>,
    ) -> Self {
        Self {
            id,
            whose: identity.attributes().collect(),
            identity,
            added: OnceLock::new(),
            span,
            is_continued: false,
            delegation: None,
            account: Weak::new(),
            tier: None,
            fan: Fan::default(),
            tracer,
            meters: Meters::current(),
            totals: Totals::default(),
            reasoning: Reasoning::default(),
            ledger,
            next_step: AtomicU32::new(0),
            semantic_warnings: AtomicU32::new(0),
            worst: AtomicU8::new(Level::Info as u8),
            verdict: Mutex::new(None),
            ended: AtomicBool::new(false),
            entry: Mutex::default(),
            agents: Mutex::default(),
            open: Mutex::default(),
            sink: OnceBox::new(),
        }
    }

    /// Takes over what the session does not say of itself.
    pub(crate) fn add_identity(&self, stated: Option<Box<Stated>>) {
        let Some(stated) = stated.filter(|stated| !stated.is_empty()) else {
            return;
        };
        // A second agent's say is not heard: a session has one user, task and tenant.
        if self.added.get().is_none() {
            let _ = self.added.set(stated.redacted(&self.identity.hasher));
        }
    }

    /// By the key of its tenant, as soon as that is known.
    pub(crate) fn hasher(&self) -> &Hasher {
        match self.added.get() {
            Some(added) if !self.identity.hasher.is_of_tenant() => &added.hasher,
            _ => &self.identity.hasher,
        }
    }

    /// A part of its identity, whoever has said it.
    pub(crate) fn said(&self, part: fn(&Identity) -> &Option<Redacted>) -> Option<&Redacted> {
        let added = || self.added.get().and_then(|added| part(added).as_ref());
        part(&self.identity).as_ref().or_else(added)
    }

    /// What a snapshot shows of the session outside any agent.
    pub(crate) fn situation(&self) -> Situation {
        let own = Situation {
            task: self.identity.task.clone(),
            tenant: self.identity.tenant.clone(),
            ..Situation::of_session(&self.id)
        };
        let mut situation = Arc::new(own);
        self.complete(&mut situation);
        Arc::unwrap_or_clone(situation)
    }

    /// Adds what an agent inside has added since.
    pub(crate) fn complete(&self, situation: &mut Arc<Situation>) {
        let Some(added) = self.added.get() else {
            return;
        };
        let news =
            |added: &Option<Redacted>, known: &Option<Redacted>| added.is_some() && known.is_none();
        if news(&added.task, &situation.task) {
            Arc::make_mut(situation).task = added.task.clone();
        }
        if news(&added.tenant, &situation.tenant) {
            Arc::make_mut(situation).tenant = added.tenant.clone();
        }
    }

    /// Whose session it is, for every span of it.
    pub(crate) fn push_identity(&self, attributes: &mut Vec<KeyValue>) {
        attributes.extend_from_slice(&self.whose);
        if self.added.get().is_some() {
            attributes.extend(self.late_attributes());
        }
    }

    /// What became known after the session's span was opened.
    fn late_attributes(&self) -> impl Iterator<Item = KeyValue> {
        let added = self.added.get().into_iter().flat_map(Identity::attributes);
        added.filter(|late| self.whose.iter().all(|own| own.key != late.key))
    }

    /// One side of a call of this session, for a payload sink.
    pub(crate) fn payload<'a>(
        &'a self,
        span: SpanIds,
        site: &KnownSite,
        side: PayloadSide,
        class: Class,
        json: &'a str,
    ) -> Payload<'a> {
        let added = self.added.get().and_then(|added| added.tenant.as_ref());
        Payload {
            json,
            class,
            side,
            function: site.meta.function,
            session_id: &self.id,
            tenant: self.identity.tenant.as_ref().or(added),
            trace_id: span.trace_id,
            span_id: span.span_id,
        }
    }

    /// Where its snapshots go.
    pub(crate) fn sink(&self) -> &KnownSink {
        self.sink.get_or_init(|| Box::new(KnownSink::find()))
    }

    /// Steps that were taken.
    pub(crate) fn steps(&self) -> u32 {
        self.next_step.load(Relaxed)
    }

    /// Goes on counting after so many.
    pub(crate) fn go_on_after(&self, steps: u32) {
        self.next_step.store(steps, Relaxed);
    }

    /// Takes the next step number.
    pub(crate) fn take_step(&self) -> u32 {
        self.next_step.fetch_add(1, Relaxed)
    }

    /// Number of the latest step; `None` before the first.
    pub(crate) fn latest_step(&self) -> Option<u32> {
        self.next_step.load(Relaxed).checked_sub(1)
    }

    pub(crate) fn note_level(&self, level: Level) {
        // Most levels are no news, and to look is cheaper than to change.
        if level as u8 > self.worst.load(Relaxed) {
            self.worst.fetch_max(level as u8, Relaxed);
        }
        if level == Level::SemanticWarn {
            self.semantic_warnings.fetch_add(1, Relaxed);
        }
    }

    /// The application's word wins over a rule's, a later word over an earlier one.
    pub(crate) fn say(&self, verdict: Verdict, source: &'static str) {
        *lock(&self.verdict) = Some(Said {
            verdict,
            source,
            by_rule: false,
        });
    }

    /// Among rules the first stays, and the application's word before all of them.
    pub(crate) fn fail(&self, rule: &'static str) {
        let mut said = lock(&self.verdict);
        let verdict = Verdict::Failure;
        said.get_or_insert(Said {
            verdict,
            source: rule,
            by_rule: true,
        });
    }

    /// The rule by which it has failed, if one that tells more than that an agent did.
    pub(crate) fn failed_by(&self) -> Option<&'static str> {
        let said = lock(&self.verdict).filter(|said| said.by_rule)?;
        Some(said.source).filter(|rule| *rule != RULE_OUTCOME)
    }

    /// Later entries do not count, nor does what the first one hides make room for theirs.
    pub(crate) fn entered_with(&self, input: &Option<Redacted>) {
        let mut entry = lock(&self.entry);
        entry.input.get_or_insert_with(|| input.clone());
    }

    /// One that failed has left nothing; one that lost a race takes nothing from who won it.
    pub(crate) fn left_with(&self, outcome: Outcome, output: &Option<Redacted>) {
        if outcome != Outcome::Cancelled || output.is_some() {
            lock(&self.entry).output.clone_from(output);
        }
    }

    /// One that was cancelled says nothing where another ended by itself meanwhile: it lost a race.
    pub(crate) fn entry_agent_ended(&self, ending: &Ending, began: SystemTime, now: SystemTime) {
        let mut entry = lock(&self.entry);
        if ending.outcome != Outcome::Cancelled {
            entry.ended = Some(now);
        } else if entry.ended.is_some_and(|ended| began < ended) {
            return;
        }
        entry.ending = ending.clone();
        drop(entry);
        if ending.outcome != Outcome::Ok {
            return self.fail(RULE_OUTCOME);
        }
        // It succeeded at a further attempt.
        let mut said = lock(&self.verdict);
        said.take_if(|said| said.by_rule && said.source == RULE_OUTCOME);
    }

    /// What the session ends with: as its body did, or if that says nothing as its latest entry
    /// agent did.
    pub(crate) fn ending(&self, body: &Ending) -> Ending {
        match body.outcome {
            Outcome::Ok => lock(&self.entry).ending.clone(),
            _ => body.clone(),
        }
    }

    fn verdict(&self, outcome: Outcome) -> (Verdict, &'static str) {
        match *lock(&self.verdict) {
            Some(Said {
                verdict, source, ..
            }) => (verdict, source),
            None if outcome == Outcome::Ok => (Verdict::Unknown, "none"),
            None => (Verdict::Failure, RULE_OUTCOME),
        }
    }

    /// What the session's span says at its end, beside its outcome.
    pub(crate) fn closing_attributes(&self, outcome: Outcome) -> Vec<KeyValue> {
        let (verdict, source) = self.verdict(outcome);
        let worst = Level::ALL[usize::from(self.worst.load(Relaxed))];
        let mut attributes = vec![
            attribute(names::OUTCOME, outcome.as_str()),
            attribute(names::LEVEL, worst.as_str()),
            attribute(names::SESSION_VERDICT, verdict.as_str()),
            attribute(names::SESSION_VERDICT_SOURCE, source),
            attribute(
                names::SESSION_SEMANTIC_WARNINGS,
                i64::from(self.semantic_warnings.load(Relaxed)),
            ),
        ];
        attributes.extend(self.late_attributes());
        attributes.extend(
            self.totals
                .attributes(names::SESSION_TOOL_CALLS, names::SESSION_INFERENCE_CALLS),
        );
        attributes.extend(self.ledger.closing_attributes());
        attributes.extend(
            self.latest_step()
                .map(|step| attribute(names::STEP_INDEX, i64::from(step))),
        );
        let entry = lock(&self.entry);
        let input = entry.input.as_ref().and_then(Option::as_ref);
        for (keys, json) in [(INPUT, input), (OUTPUT, entry.output.as_ref())] {
            if let Some(json) = json {
                attributes::push_json(&mut attributes, keys, json.clone());
            }
        }
        attributes
    }

    pub(crate) fn add_agent(&self, agent: &Arc<AgentState>) {
        let mut agents = lock(&self.agents);
        agents.retain(|agent| agent.strong_count() > 0);
        agents.push(Arc::downgrade(agent));
    }

    pub(crate) fn remove_agent(&self, agent: &Arc<AgentState>) {
        lock(&self.agents).retain(|running| !std::ptr::eq(running.as_ptr(), Arc::as_ptr(agent)));
    }

    /// The running agent that a call with a lost frame belongs to: the innermost one, or where
    /// several run side by side the innermost that they have in common.
    pub(crate) fn innermost_agent(&self) -> Option<Arc<AgentState>> {
        let running: Vec<_> = lock(&self.agents)
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        let mut candidate = running.last().cloned()?;
        loop {
            let related =
                |agent: &Arc<AgentState>| agent.is_within(&candidate) || candidate.is_within(agent);
            if running.iter().all(related) {
                return Some(candidate);
            }
            candidate = candidate.above().agents().next().cloned()?;
        }
    }

    pub(crate) fn open_span(&self, cx: Context, agent: Option<Arc<AgentState>>) -> SpanKey {
        stats::count_opened();
        lock(&self.open).insert(cx, agent)
    }

    pub(crate) fn end(&self) {
        self.ended.store(true, Relaxed);
    }

    pub(crate) fn has_open_spans(&self) -> bool {
        lock(&self.open).any()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Relaxed)
    }

    /// True if the span is still open and now the caller's to end.
    pub(crate) fn close_span(&self, key: SpanKey) -> bool {
        lock(&self.open).remove(key).is_some()
    }

    /// Ends every open span as cancelled, children first.
    pub(crate) fn cancel_open_spans(&self) {
        let mut open = lock(&self.open).drain();
        while let Some(OpenSpan { cx, agent, .. }) = open.pop() {
            let session_span = *cx.span().span_context() == self.span;
            let outcome = attribute(names::OUTCOME, Outcome::Cancelled.as_str());
            let attributes = match agent {
                _ if session_span => self.closing_attributes(Outcome::Cancelled),
                Some(agent) => agent
                    .closing_attributes()
                    .into_iter()
                    .chain([outcome])
                    .collect(),
                None => vec![outcome],
            };
            end_span(&cx, &Ending::CANCELLED, attributes, SystemTime::now());
        }
    }
}

/// Ends the span of `cx`. Uses owned handles only: it may run while a thread is torn down.
pub(crate) fn end_span(
    cx: &Context,
    ending: &Ending,
    mut attributes: Vec<KeyValue>,
    time: SystemTime,
) {
    let span = cx.span();
    if let Some(error_type) = ending.error_attribute() {
        attributes.push(error_type);
        span.set_status(opentelemetry::trace::Status::error(""));
    }
    span.set_attributes(attributes::OneByOne(attributes.drain(..)));
    attributes::keep(attributes);
    span.end_with_timestamp(time);
    stats::count_ended(ending.outcome);
}

pub(crate) const RULE_OUTCOME: &str = "outcome";
pub(crate) const RULE_BUDGET: &str = "token_budget";
pub(crate) const RULE_COST: &str = "cost_budget";
pub(crate) const RULE_TIME: &str = "time_budget";
pub(crate) const RULE_ITERATIONS: &str = "iteration_limit";
pub(crate) const RULE_GUARDRAIL: &str = "guardrail";
/// The rules by which a sub-agent fails the session that it works for.
pub(crate) const RULES_ACROSS: [&str; 5] = [
    RULE_BUDGET,
    RULE_COST,
    RULE_TIME,
    RULE_ITERATIONS,
    RULE_GUARDRAIL,
];
