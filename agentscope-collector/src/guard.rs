//! Ends telemetry in order: open spans, queues, exporters, within a deadline.

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::console;
use crate::counts::{Lane, stats};
use crate::error::{InitError, ShutdownError};
use crate::pipeline::Queue;

/// Everything that must be ended.
pub(crate) struct Running {
    pub(crate) queue: Option<Queue>,
    pub(crate) tracers: Option<SdkTracerProvider>,
    pub(crate) loggers: Option<SdkLoggerProvider>,
    pub(crate) meters: Option<SdkMeterProvider>,
    pub(crate) lanes: Vec<Arc<Lane>>,
    pub(crate) deadline: Duration,
}

enum State {
    Off,
    /// `init()` is at work.
    Starting,
    On(Box<Running>),
    /// Ended by a signal or by `shutdown()`; the guard still lives.
    Ended,
}

static STATE: Mutex<State> = Mutex::new(State::Off);

fn state() -> MutexGuard<'static, State> {
    // Nothing in this file leaves the state half written.
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps telemetry running; ends it when dropped.
///
/// Keep it in `main` under a name (`let _guard`, not `let _`). Dropped, it ends the spans that are
/// still open, delivers what is queued, and waits for that no longer than the deadline (2 seconds,
/// or [`Builder::deadline`](crate::Builder::deadline)), on any thread, in async code too.
#[derive(Debug)]
#[must_use = "telemetry ends when the guard is dropped: keep it in `main` with `let _guard = ..` \
              (`let _ = ..` drops it at once)"]
pub struct Guard(());

impl Guard {
    /// Ends telemetry as dropping the guard does, and says whether everything was delivered.
    ///
    /// # Errors
    ///
    /// [`ShutdownError::Deadline`] if time was too short, [`ShutdownError::Lost`] if something was
    /// not delivered since the program started.
    ///
    /// ```no_run
    /// let guard = agentscope_collector::init()?;
    /// // the program
    /// if let Err(lost) = guard.shutdown() {
    ///     eprintln!("{lost}");
    /// }
    /// # Ok::<(), agentscope_collector::InitError>(())
    /// ```
    pub fn shutdown(self) -> Result<(), ShutdownError> {
        shutdown_current(None, agentscope_runtime::disable)
    }
}

/// Ends recording where nobody said so: perhaps the guard was not kept.
fn disable_on_drop() {
    match agentscope_runtime::stats().opened {
        0 => agentscope_runtime::__private::disable_unused(|| {
            console::warn(format_args!(
                "the guard of init() was dropped before the first call, so nothing is recorded; \
                 keep it: `let _guard = ..` in `main`, for `let _ = ..` drops it at once"
            ));
        }),
        _ => agentscope_runtime::disable(),
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // What was lost is counted and was warned of once.
        let _ = shutdown_current(None, disable_on_drop);
        *state() = State::Off;
    }
}

/// Takes the place of the one guard, or says that there is one. Given back when dropped unused.
pub(crate) struct Reservation(());

impl Reservation {
    pub(crate) fn take() -> Result<Self, InitError> {
        let mut state = state();
        match *state {
            State::Off => {
                *state = State::Starting;
                Ok(Self(()))
            }
            _ => Err(InitError::AlreadyInitialized),
        }
    }

    pub(crate) fn fill(self, running: Running) -> Guard {
        *state() = State::On(Box::new(running));
        std::mem::forget(self);
        Guard(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        *state() = State::Off;
    }
}

/// Ends what runs, within its own deadline and, if given, this one.
pub(crate) fn shutdown_current(
    at_most: Option<Duration>,
    disable: fn(),
) -> Result<(), ShutdownError> {
    let running = {
        let mut state = state();
        match std::mem::replace(&mut *state, State::Ended) {
            State::On(running) => running,
            other => {
                *state = other;
                return Ok(());
            }
        }
    };
    let deadline = running.deadline.min(at_most.unwrap_or(running.deadline));
    let end = Instant::now() + deadline;
    let lanes = running.lanes.clone();
    for lane in &lanes {
        lane.close();
    }
    let (done, waiting) = sync_channel(1);
    // On a thread of its own, which owns everything: when the deadline passes, nobody waits for an
    // exporter that hangs, and an HTTP client is never dropped on a thread of an async runtime,
    // which would panic.
    let flushing = std::thread::Builder::new()
        .name("agentscope-flush".to_owned())
        .spawn(move || {
            running.end(end, disable);
            let _ = done.send(());
        });
    if let Err(error) = flushing {
        return Err(ShutdownError::Thread(error.to_string()));
    }
    let in_time = waiting
        .recv_timeout(end.saturating_duration_since(Instant::now()))
        .is_ok();
    let result = outcome(in_time, deadline);
    for lane in &lanes {
        lane.abandon(deadline);
    }
    result
}

fn outcome(in_time: bool, deadline: Duration) -> Result<(), ShutdownError> {
    let stats = stats();
    let (spans, logs) = (stats.spans.pending(), stats.logs.pending());
    if !in_time || spans + logs > 0 {
        return Err(ShutdownError::Deadline {
            deadline,
            spans,
            logs,
        });
    }
    let lost =
        [stats.spans, stats.logs, stats.metrics].map(|signal| signal.failed + signal.dropped);
    match lost {
        [0, 0, 0] => Ok(()),
        [spans, logs, metrics] => Err(ShutdownError::Lost {
            spans,
            logs,
            metrics,
        }),
    }
}

impl Running {
    fn end(self, end: Instant, disable: fn()) {
        agentscope_runtime::end_open_spans();
        if self.tracers.is_some() {
            // The provider that is about to end is ours, and nobody looks after it.
            disable();
        }
        agentscope_runtime::set_snapshot_sink(None);
        if let Some(queue) = &self.queue {
            queue.stop(end);
        }
        let left = end.saturating_duration_since(Instant::now());
        // Side by side: one signal whose endpoint hangs must not use up the time of the others.
        std::thread::scope(|scope| {
            let Self {
                tracers,
                loggers,
                meters,
                ..
            } = &self;
            let ends: [Box<dyn FnOnce() + Send + '_>; 3] = [
                Box::new(|| {
                    drop(
                        tracers
                            .as_ref()
                            .map(|provider| provider.shutdown_with_timeout(left)),
                    )
                }),
                Box::new(|| {
                    drop(
                        loggers
                            .as_ref()
                            .map(|provider| provider.shutdown_with_timeout(left)),
                    )
                }),
                Box::new(|| {
                    drop(
                        meters
                            .as_ref()
                            .map(|provider| provider.shutdown_with_timeout(left)),
                    )
                }),
            ];
            for end in ends {
                // Without a thread the provider is not shut down; what it held is counted as pending.
                let _ = std::thread::Builder::new().spawn_scoped(scope, end);
            }
        });
    }
}
