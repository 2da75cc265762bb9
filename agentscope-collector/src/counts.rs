//! Counts what happens to telemetry between the agent and its destination.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::env::{Signal, advice};

/// What became of the telemetry of one signal since the program started.
///
/// Always `offered = exported + failed + dropped + pending`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignalStats {
    /// Handed over for export: spans, log records, or collections of metrics.
    pub offered: u64,
    /// Accepted by the endpoint.
    pub exported: u64,
    /// Not accepted by the endpoint, retries included.
    pub failed: u64,
    /// Not queued, because the queue was full or shut down.
    pub dropped: u64,
}

impl SignalStats {
    /// Queued, or on its way to the endpoint.
    pub fn pending(&self) -> u64 {
        self.offered
            .saturating_sub(self.exported + self.failed + self.dropped)
    }
}

/// What became of telemetry since the program started.
///
/// ```
/// let stats = agentscope_collector::stats();
/// assert_eq!(stats.spans.pending(), 0);
/// assert_eq!(stats.console.dropped, 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Spans for OTLP export; 0 where no endpoint is set.
    pub spans: SignalStats,
    /// Snapshots for OTLP export, as log records; 0 where no endpoint is set.
    pub logs: SignalStats,
    /// Collections of metrics for OTLP export; 0 where no endpoint is set.
    pub metrics: SignalStats,
    /// The session tree.
    pub console: ConsoleStats,
}

/// What became of what the console was to show, since the program started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsoleStats {
    /// Sessions printed.
    pub sessions: u64,
    /// Spans and snapshots that are in no printed session: too many at once, or their session was
    /// printed before they came.
    pub dropped: u64,
}

/// How telemetry fares: where it went, what was lost.
///
/// ```no_run
/// let _guard = agentscope_collector::init()?;
/// let spans = agentscope_collector::stats().spans;
/// assert_eq!(spans.offered, spans.exported + spans.failed + spans.dropped + spans.pending());
/// # Ok::<(), agentscope_collector::InitError>(())
/// ```
pub fn stats() -> Stats {
    Stats {
        spans: SPANS.read(),
        logs: LOGS.read(),
        metrics: METRICS.read(),
        console: ConsoleStats {
            sessions: CONSOLE_SESSIONS.load(Ordering::Relaxed),
            dropped: CONSOLE_DROPPED.load(Ordering::Relaxed),
        },
    }
}

pub(crate) static SPANS: Counters = Counters::new();
pub(crate) static LOGS: Counters = Counters::new();
pub(crate) static METRICS: Counters = Counters::new();
pub(crate) static CONSOLE_SESSIONS: AtomicU64 = AtomicU64::new(0);
pub(crate) static CONSOLE_DROPPED: AtomicU64 = AtomicU64::new(0);

/// Endpoints that were warned of.
static WARNED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Scheme, host and port of an endpoint.
fn origin(target: &str) -> &str {
    let host = target.find("://").map_or(0, |place| place + 3);
    let end = target[host..]
        .find('/')
        .map_or(target.len(), |place| host + place);
    &target[..end]
}

/// The counters behind [`SignalStats`].
#[derive(Debug)]
pub(crate) struct Counters {
    offered: AtomicU64,
    exported: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
}

impl Counters {
    const fn new() -> Self {
        Self {
            offered: AtomicU64::new(0),
            exported: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        }
    }

    pub(crate) fn read(&self) -> SignalStats {
        // What leaves first, so that a span on its way is never counted as left but not offered.
        let exported = self.exported.load(Ordering::Acquire);
        let failed = self.failed.load(Ordering::Acquire);
        let dropped = self.dropped.load(Ordering::Acquire);
        SignalStats {
            offered: self.offered.load(Ordering::Acquire),
            exported,
            failed,
            dropped,
        }
    }
}

/// The way of one signal to its exporter: counts, bounds the queue, warns once.
#[derive(Debug)]
pub(crate) struct Lane {
    signal: Signal,
    target: String,
    counters: &'static Counters,
    /// Handed to the SDK's batch processor and not exported yet.
    queued: AtomicU64,
    limit: u64,
    failing: AtomicBool,
    closing: AtomicBool,
    /// The program ended before everything was exported; what comes later no longer counts.
    abandoned: AtomicBool,
    /// What the transport said of its latest failure.
    explanation: Mutex<Option<String>>,
}

impl Lane {
    /// `limit` is the capacity of the SDK's own queue: the SDK does not tell what it drops, so the
    /// lane never lets more than that in and counts what it turns away.
    pub(crate) fn new(signal: Signal, target: String, limit: u64) -> Self {
        let counters = match signal {
            Signal::Traces => &SPANS,
            Signal::Logs => &LOGS,
            Signal::Metrics => &METRICS,
        };
        Self {
            signal,
            target,
            counters,
            queued: AtomicU64::new(0),
            limit,
            failing: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            abandoned: AtomicBool::new(false),
            explanation: Mutex::new(None),
        }
    }

    pub(crate) fn signal(&self) -> Signal {
        self.signal
    }

    /// Where the signal goes, for messages.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// Something wants to be exported.
    pub(crate) fn offer(&self) {
        self.counters.offered.fetch_add(1, Ordering::Release);
    }

    /// It was turned away.
    pub(crate) fn drop_one(&self) {
        self.counters.dropped.fetch_add(1, Ordering::Release);
    }

    /// Whether there is room for it; else it is counted as dropped.
    pub(crate) fn admit(&self) -> bool {
        let room = self.queued.fetch_add(1, Ordering::AcqRel) < self.limit;
        if !room {
            self.queued.fetch_sub(1, Ordering::AcqRel);
            self.drop_one();
        }
        room
    }

    /// Keeps why the transport failed for the warning.
    pub(crate) fn explain(&self, why: String) {
        *self
            .explanation
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(why);
    }

    /// An export of `count` of them ended. Called on the thread of the exporter, never the agent's.
    pub(crate) fn settle(&self, count: u64, error: Option<&dyn std::fmt::Display>) {
        if self.abandoned.load(Ordering::Acquire) {
            return;
        }
        self.queued.fetch_sub(count, Ordering::AcqRel);
        self.failing.store(error.is_some(), Ordering::Relaxed);
        let counter = if error.is_some() {
            &self.counters.failed
        } else {
            &self.counters.exported
        };
        counter.fetch_add(count, Ordering::Release);
        let Self { target, signal, .. } = self;
        let why = self
            .explanation
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
        let advice = error.and_then(|error| advice(*signal, target, &format!("{error}{why}")));
        let advice = advice.map(|it| format!("; {it}")).unwrap_or_default();
        match error {
            Some(error) => self.warn_once(format_args!(
                "{} do not reach {target}: {error}{why}{advice}; the agent is not affected, further losses, of other signals too, are only counted \
                 (agentscope_collector::stats())",
                signal.as_str()
            )),
            None if self.counters.read().dropped > 0 => self.warn_once(format_args!(
                "{} came faster than {target} takes them and some were dropped; further losses are only counted \
                 (agentscope_collector::stats())",
                signal.as_str()
            )),
            None => {}
        }
    }

    /// Says it once for the endpoint, however often and in whatever way telemetry is lost: all
    /// signals mostly go to one, and one warning about it is enough.
    fn warn_once(&self, message: std::fmt::Arguments<'_>) {
        let endpoint = origin(&self.target).to_owned();
        let mut warned = WARNED.lock().unwrap_or_else(PoisonError::into_inner);
        if !warned.contains(&endpoint) {
            warned.push(endpoint);
            drop(warned);
            crate::console::warn(message);
        }
    }

    /// Gives up what is pending: it counts as dropped. Says so where nothing was said yet.
    pub(crate) fn abandon(&self, deadline: Duration) {
        self.abandoned.store(true, Ordering::Release);
        let pending = self.counters.read().pending();
        if pending > 0 {
            self.counters.dropped.fetch_add(pending, Ordering::Release);
            let Self { target, signal, .. } = self;
            self.warn_once(format_args!(
                "{target} did not take the last {pending} items of {} within {deadline:?}, and the program \
                 did not wait longer; what else was lost is only counted \
                 (agentscope_collector::stats())",
                signal.as_str()
            ));
        }
    }

    /// From now on every export is tried once.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Whether a failed export is worth a second try: not while the endpoint is known to be down,
    /// and not when the program waits for its end.
    pub(crate) fn may_retry(&self) -> bool {
        !self.failing.load(Ordering::Relaxed) && !self.closing.load(Ordering::Relaxed)
    }

    /// Whether the endpoint is down and the program waits for its end.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.failing.load(Ordering::Relaxed) && self.closing.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_offered_is_exported_failed_dropped_or_pending() {
        static COUNTERS: Counters = Counters::new();
        let lane = Lane {
            counters: &COUNTERS,
            ..Lane::new(Signal::Traces, "nowhere".into(), 2)
        };
        for _ in 0..5 {
            lane.offer();
            lane.admit();
        }
        assert_eq!((COUNTERS.read().dropped, COUNTERS.read().pending()), (3, 2));
        lane.settle(1, None);
        lane.settle(1, Some(&"down"));
        let expected = SignalStats {
            offered: 5,
            exported: 1,
            failed: 1,
            dropped: 3,
        };
        assert_eq!(COUNTERS.read(), expected);
        assert!(lane.admit(), "room again");
        assert!(!lane.may_retry(), "the endpoint is down");
    }
}
