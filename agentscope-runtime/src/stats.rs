//! Counters that prove that no span is lost.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::counted::{self, Counted};
use crate::outcome::Outcome;

/// What the runtime has done since the program started.
///
/// Once no annotated call is running, `opened == ended`, and `ended` is the sum of the four
/// outcomes. `panic = "abort"`, `process::exit` and `mem::forget` are outside that promise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Spans opened, of all layers.
    pub opened: u64,
    /// Spans ended.
    pub ended: u64,
    /// Spans that ended `ok`.
    pub ok: u64,
    /// Spans that ended `error`.
    pub error: u64,
    /// Spans that ended `cancelled`.
    pub cancelled: u64,
    /// Spans that ended `panicked`.
    pub panicked: u64,
    /// Snapshots that the sink or the log took.
    pub snapshots: u64,
    /// Snapshots that the sink dropped.
    pub dropped: u64,
    /// Calls whose agent frame foreign code had dropped and that found it again.
    pub recovered: u64,
    /// Sessions beyond the number that is tracked for recovery.
    pub untracked: u64,
    /// Certainties that were stated and are no number from 0 to 1.
    pub ignored_confidences: u64,
    /// Contexts from outside, or parts of one, that were malformed, too large, of an unknown version
    /// or wrongly signed: what they came with began a trace of its own.
    pub refused_contexts: u64,
    /// Members of baggage that were not taken over from outside, or not handed on: keys that are none
    /// of ours, values that are no identifiers, a tenant that nobody vouches for.
    pub dropped_baggage: u64,
}

/// What is rare is counted in one place.
static RECOVERED: AtomicU64 = AtomicU64::new(0);
static UNTRACKED: AtomicU64 = AtomicU64::new(0);
static IGNORED_CONFIDENCES: AtomicU64 = AtomicU64::new(0);
static REFUSED_CONTEXTS: AtomicU64 = AtomicU64::new(0);
static DROPPED_BAGGAGE: AtomicU64 = AtomicU64::new(0);

/// Reads the counters.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// let stats = agentscope::stats();
/// assert_eq!(stats.opened, stats.ended, "no annotated call is running");
/// ```
pub fn stats() -> Stats {
    let sum = counted::sums();
    let [ok, error, cancelled, panicked] = Outcome::ALL.map(|it| sum(Counted::Ended(it)));
    Stats {
        opened: sum(Counted::Opened),
        ended: ok + error + cancelled + panicked,
        ok,
        error,
        cancelled,
        panicked,
        snapshots: sum(Counted::Taken),
        dropped: sum(Counted::Dropped),
        recovered: RECOVERED.load(Relaxed),
        untracked: UNTRACKED.load(Relaxed),
        ignored_confidences: IGNORED_CONFIDENCES.load(Relaxed),
        refused_contexts: REFUSED_CONTEXTS.load(Relaxed),
        dropped_baggage: DROPPED_BAGGAGE.load(Relaxed),
    }
}

pub(crate) fn count_opened() {
    counted::add_one(Counted::Opened);
}

pub(crate) fn count_ended(outcome: Outcome) {
    counted::add_one(Counted::Ended(outcome));
}

pub(crate) fn count_snapshot(taken: bool) {
    counted::add_one(if taken {
        Counted::Taken
    } else {
        Counted::Dropped
    });
}

/// True for the first one only: one warning a process.
pub(crate) fn count_recovered() -> bool {
    RECOVERED.fetch_add(1, Relaxed) == 0
}

/// True for the first one only: one warning a process.
pub(crate) fn count_ignored_confidence() -> bool {
    IGNORED_CONFIDENCES.fetch_add(1, Relaxed) == 0
}

pub(crate) fn count_untracked() {
    UNTRACKED.fetch_add(1, Relaxed);
}

pub(crate) fn count_refused_context() {
    REFUSED_CONTEXTS.fetch_add(1, Relaxed);
}

pub(crate) fn count_dropped_baggage(members: u64) {
    if members > 0 {
        DROPPED_BAGGAGE.fetch_add(members, Relaxed);
    }
}
