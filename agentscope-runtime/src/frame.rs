//! The agent frame in the OpenTelemetry context, and how it is found again where it was lost.
//!
//! The context is the one carrier. Foreign code that restores an older context drops the frame
//! from it; the frame is then taken from the call that is being polled on this thread, else looked
//! up by trace id among the live sessions.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::mem;
use std::ops::Deref;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt as _, TraceId};

use crate::agent::agent_state::AgentState;
use crate::agent::reasoning::Reasoning;
use crate::ledger::Ledger;
use crate::lineage::Lineage;
use crate::privacy::text::Text;
use crate::propagation::{DelegationState, Fan, Here};
use crate::session::session_state::SessionState;
use crate::stats;

/// The session and the agent that code runs in. Every call keeps it several times: one count of
/// references, not one of each.
#[derive(Clone)]
pub(crate) struct Frame(Arc<Within>);

pub(crate) struct Within {
    pub(crate) session: Arc<SessionState>,
    /// `None` for a tool or an inference outside any agent.
    pub(crate) agent: Option<Arc<AgentState>>,
    /// Who that runs under.
    above: Lineage,
    /// On behalf of which delegation it is, the innermost.
    pub(crate) delegation: Option<Arc<DelegationState>>,
    /// The code runs in that delegation itself, not in an agent of it yet.
    is_in_delegation: bool,
}

impl Deref for Frame {
    type Target = Within;

    fn deref(&self) -> &Within {
        &self.0
    }
}

impl Frame {
    pub(crate) fn new(session: Arc<SessionState>, agent: Option<Arc<AgentState>>) -> Self {
        let delegation = match &agent {
            Some(agent) => agent.delegation.clone(),
            None => session.delegation.clone(),
        };
        Self(Arc::new(Within {
            session,
            above: agent
                .as_ref()
                .map(|agent| agent.above())
                .unwrap_or_default(),
            agent,
            delegation,
            is_in_delegation: false,
        }))
    }

    /// The frame of code that a delegation of this frame runs.
    pub(crate) fn delegating(&self, delegation: Arc<DelegationState>) -> Self {
        Self(Arc::new(Within {
            session: self.session.clone(),
            agent: self.agent.clone(),
            above: self.above.clone(),
            delegation: Some(delegation),
            is_in_delegation: true,
        }))
    }

    /// Its agent and those that this runs under, innermost first.
    pub(crate) fn agents(&self) -> impl Iterator<Item = &Arc<AgentState>> {
        self.agent.iter().chain(self.above.agents())
    }

    /// Those that an agent which opens here runs under.
    pub(crate) fn lineage(&self) -> Lineage {
        Lineage::below(self.agent.as_ref(), &self.above)
    }

    /// The delegation of this process that code runs in, if that is not in an agent of it yet.
    fn in_delegation(&self) -> Option<&Here> {
        let delegation = self.delegation.as_ref().filter(|_| self.is_in_delegation);
        delegation.and_then(|delegation| delegation.here.as_ref())
    }

    /// The delegation that an agent which opens here is the first to work on.
    pub(crate) fn to_answer(&self) -> Option<&Arc<DelegationState>> {
        let is_first = self.is_in_delegation || self.agent.is_none();
        self.delegation.as_ref().filter(|_| is_first)
    }

    /// The delegations that are made here.
    pub(crate) fn fan(&self) -> &Fan {
        match &self.agent {
            Some(agent) => &agent.fan,
            None => &self.session.fan,
        }
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The span that a call in this frame nests under.
    pub(crate) fn span(&self) -> &SpanContext {
        match (self.in_delegation(), &self.agent) {
            (Some(delegation), _) => &delegation.span,
            (None, Some(agent)) => &agent.span,
            (None, None) => &self.session.span,
        }
    }

    /// What the inferences of the agent have chosen; outside any agent, those of the session.
    pub(crate) fn reasoning(&self) -> &Reasoning {
        match &self.agent {
            Some(agent) => &agent.reasoning,
            None => &self.session.reasoning,
        }
    }

    /// What is used in it is charged to this.
    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        match (self.in_delegation(), &self.agent) {
            (Some(delegation), _) => &delegation.ledger,
            (None, Some(agent)) => &agent.ledger,
            (None, None) => &self.session.ledger,
        }
    }

    pub(crate) fn of_current_context() -> Option<Self> {
        if !thread_is_alive() {
            return None;
        }
        let in_context = Context::map_current(|cx| cx.get::<Self>().cloned());
        in_context.or_else(|| {
            let is_of =
                |it: &Self| Context::map_current(|cx| it.may_be_of(cx.span().span_context()));
            Self::being_polled().filter(is_of)
        })
    }

    /// Whether code whose frame was lost can be of this one, by the span that it runs in: never in
    /// that of another trace, which may be somebody else's.
    fn may_be_of(&self, span: &SpanContext) -> bool {
        self.span().trace_id() == span.trace_id() || !span.is_valid()
    }

    /// Of the call that is being polled on this thread, whatever the context says.
    pub(crate) fn being_polled() -> Option<Self> {
        let ambient = AMBIENT.try_with(|ambient| ambient.borrow().frame.clone());
        ambient.ok().flatten()
    }
}

/// Where a frame was found.
pub(crate) enum Found {
    /// In the context, as it should be.
    InContext(Frame),
    /// Foreign code had dropped it from the context.
    Recovered(Frame),
    /// Nowhere: the call opens a session.
    Nowhere,
}

/// Finds the frame for a call that opens in `cx`.
pub(crate) fn find(cx: &Context, agent_layer: bool) -> Found {
    if let Some(frame) = cx.get::<Frame>() {
        return Found::InContext(frame.clone());
    }
    if !cx.has_active_span() {
        // Whoever attached a context without any span wanted a new root.
        return Found::Nowhere;
    }
    let span = cx.span();
    let is_of = |frame: &&Frame| frame.may_be_of(span.span_context());
    let ambient = AMBIENT.with_borrow(|ambient| ambient.frame.as_ref().filter(is_of).cloned());
    match ambient.or_else(|| find_by_trace(span.span_context().trace_id(), agent_layer)) {
        Some(frame) => {
            if stats::count_recovered() {
                tracing::warn!(
                    target: "agentscope",
                    "a call lost its agent because foreign code restored an older context; the \
                     agent was found again. Put `.in_current_agent()` directly on the future, \
                     before `.in_current_span()` or `.instrument(..)`. This is said once."
                );
            }
            Found::Recovered(frame)
        }
        None => Found::Nowhere,
    }
}

/// What the call that is being polled on this thread hands to those inside it.
#[derive(Default)]
struct Ambient {
    frame: Option<Frame>,
    reason: Option<Text>,
}

thread_local! {
    /// Whether `AMBIENT` was ever used on this thread. It has no destructor, so it can be asked
    /// while the thread is torn down.
    static USED: Cell<bool> = const { Cell::new(false) };

    /// OpenTelemetry's thread-local was seen to be gone where `AMBIENT` was never used.
    static IS_GONE: Cell<bool> = const { Cell::new(false) };

    static AMBIENT: RefCell<Ambient> = {
        // Destructors run in reverse order of first use. OpenTelemetry's own thread-local is used
        // first, so wherever this one is alive that one is too.
        Context::map_current(|_| ());
        USED.set(true);
        RefCell::default()
    };
}

/// False while the thread is torn down: `Context::current()` would abort the process there.
pub(crate) fn thread_is_alive() -> bool {
    if USED.get() {
        return AMBIENT.try_with(|_| ()).is_ok();
    }
    // A call may be dropped on a thread where none was ever made, mostly a living one. Using
    // OpenTelemetry's thread-local panics where it is gone already, and it has no other way to be
    // asked: so that is done once a thread, for a panic is printed.
    let is_alive = !IS_GONE.get() && std::panic::catch_unwind(|| AMBIENT.with(|_| ())).is_ok();
    IS_GONE.set(!is_alive);
    is_alive
}

/// Runs `end` where OpenTelemetry can be used: here, or on a thread of its own where this one is
/// torn down. `Context::current()` aborts the process there, and so do span processors that do
/// more than queue.
pub(crate) fn on_living_thread(end: impl FnOnce() + Send) {
    if thread_is_alive() {
        return end();
    }
    let mut end = Some(end);
    let taken = &mut end;
    std::thread::scope(|scope| {
        let end = || taken.take().map(|end| end());
        drop(std::thread::Builder::new().spawn_scoped(scope, end));
    });
    // Where no thread could be made the span is not ended: better that than an abort.
}

/// Restores the thread's ambient state when a poll or a call ends, however it ends.
pub(crate) struct AmbientGuard {
    outer: Option<Outer>,
}

struct Outer {
    /// The frame that held before; `None` where it is the same.
    frame: Option<Option<Frame>>,
    reason: Option<Text>,
}

impl AmbientGuard {
    /// Of what has changed nothing.
    pub(crate) const NONE: Self = Self { outer: None };
}

/// Goes into a frame, where no reason was stated yet.
pub(crate) fn enter(frame: Option<&Frame>) -> AmbientGuard {
    let outer = AMBIENT.try_with(|cell| {
        let ambient = &mut *cell.borrow_mut();
        let is_same = match (&ambient.frame, frame) {
            (Some(outer), Some(frame)) => outer.is(frame),
            _ => false,
        };
        Outer {
            frame: (!is_same).then(|| mem::replace(&mut ambient.frame, frame.cloned())),
            reason: ambient.reason.take(),
        }
    });
    AmbientGuard { outer: outer.ok() }
}

impl Drop for AmbientGuard {
    fn drop(&mut self) {
        let Some(Outer { frame, reason }) = self.outer.take() else {
            return;
        };
        // What is dropped is dropped while nothing is borrowed.
        let inner = AMBIENT.try_with(|cell| {
            let ambient = &mut *cell.borrow_mut();
            let inner = frame.map(|outer| mem::replace(&mut ambient.frame, outer));
            (inner, mem::replace(&mut ambient.reason, reason))
        });
        drop(inner);
    }
}

/// States a reason for calls made here, until the guard is dropped.
pub(crate) fn enter_reason(reason: Text) -> ReasonGuard {
    let outer = AMBIENT.try_with(|cell| cell.borrow_mut().reason.replace(reason));
    ReasonGuard { outer: outer.ok() }
}

/// Restores the reason that held before.
pub(crate) struct ReasonGuard {
    outer: Option<Option<Text>>,
}

impl Drop for ReasonGuard {
    fn drop(&mut self) {
        if let Some(outer) = self.outer.take() {
            let inner = AMBIENT.try_with(|cell| {
                let reason = &mut cell.borrow_mut().reason;
                mem::replace(reason, outer)
            });
            drop(inner);
        }
    }
}

/// The reason that `because` states for calls made here.
pub(crate) fn stated_reason() -> Option<Text> {
    AMBIENT.with_borrow(|ambient| ambient.reason.clone())
}

const SHARDS: usize = 16;
/// Live sessions that can be found by trace id; later ones are counted as untracked.
const SHARD_LIMIT: usize = 4096;

type Shard = Mutex<HashMap<TraceId, Vec<Weak<SessionState>>>>;

static LIVE: [LazyLock<Shard>; SHARDS] = [const { LazyLock::new(Mutex::default) }; SHARDS];

fn shard(trace: TraceId) -> &'static Shard {
    &LIVE[usize::from(trace.to_bytes()[15]) % SHARDS]
}

pub(crate) fn track(session: &Arc<SessionState>) {
    let trace = session.span.trace_id();
    let mut live = shard(trace).lock().unwrap_or_else(PoisonError::into_inner);
    if live.len() < SHARD_LIMIT {
        let sessions = live.entry(trace).or_default();
        // A call that outlives its session has it tracked again, and so may the next.
        if !sessions
            .iter()
            .any(|tracked| std::ptr::eq(tracked.as_ptr(), Arc::as_ptr(session)))
        {
            sessions.push(Arc::downgrade(session));
        }
    } else {
        stats::count_untracked();
    }
}

/// Lets go of a session that has ended, once none of its spans is open.
pub(crate) fn untrack_unless_open(session: &Arc<SessionState>) {
    if !session.has_open_spans() {
        untrack(session);
        // One that was opened meanwhile may have tracked it before that.
        if session.has_open_spans() {
            track(session);
        }
    }
}

fn untrack(session: &Arc<SessionState>) {
    let trace = session.span.trace_id();
    let mut live = shard(trace).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(sessions) = live.get_mut(&trace) {
        sessions.retain(|tracked| !std::ptr::eq(tracked.as_ptr(), Arc::as_ptr(session)));
        if sessions.is_empty() {
            live.remove(&trace);
        }
    }
}

/// The frame of the youngest live session of the trace. A lost agent is only put into the
/// session, not under one of its agents: it may as well be a second entry agent of one request.
///
/// Nothing where sessions of several tenants live in the trace: what is of one must not be shown as
/// the other's. Nor where there are several and one of them came with a task from elsewhere: they go
/// on side by side, and nothing tells whose the call is.
fn find_by_trace(trace: TraceId, agent_layer: bool) -> Option<Frame> {
    let live = shard(trace).lock().unwrap_or_else(PoisonError::into_inner);
    let sessions = live.get(&trace)?.iter().filter_map(Weak::upgrade);
    // One that has ended is there for its calls that are still open only.
    let sessions: Vec<_> = sessions.filter(|it| !it.has_ended()).collect();
    drop(live);
    let session = sessions.last()?.clone();
    let is_other = |it: &Arc<SessionState>| it.hasher() != session.hasher();
    let is_continued = |it: &Arc<SessionState>| it.is_continued;
    if sessions.iter().any(is_other) || sessions.len() > 1 && sessions.iter().any(is_continued) {
        return None;
    }
    let agent = if agent_layer {
        None
    } else {
        session.innermost_agent()
    };
    Some(Frame::new(session, agent))
}

/// Ends every span that is still open as `cancelled`, children first.
///
/// For an orderly exit: the guard of `agentscope_collector::init()` calls it before it flushes.
/// A call that goes on afterwards runs on unobserved; its span is not ended twice.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// agentscope::end_open_spans();
/// let stats = agentscope::stats();
/// assert_eq!(stats.opened, stats.ended);
/// ```
pub fn end_open_spans() {
    for shard in &LIVE {
        let sessions: Vec<_> = {
            let live = shard.lock().unwrap_or_else(PoisonError::into_inner);
            live.values().flatten().filter_map(Weak::upgrade).collect()
        };
        for session in sessions {
            session.cancel_open_spans();
        }
    }
}
