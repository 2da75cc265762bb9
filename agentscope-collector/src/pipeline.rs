//! The thread between the agent and everything that takes time.
//!
//! The agent's threads only put ended spans and snapshots into a bounded queue. The thread
//! "agentscope" turns them into log records, feeds the console and hands spans to the exporter.
//! It looks into the queue from time to time: to wake it for every snapshot would cost the agent
//! more than all the rest of a recorded call.

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use agentscope_runtime::{ScrubLater, Snapshot, SnapshotSink};
use opentelemetry_sdk::trace::SpanData;

use crate::console::Printer;
use crate::convert;
use crate::counts::{CONSOLE_DROPPED, Lane};
use crate::error::InitError;
use crate::feed::{Feed, Lost};
use crate::scrub::{scrub_snapshot, scrub_span};
use crate::spans::SpanExport;

/// Spans and snapshots that may wait for the thread: 8,192 take some 8 MB at worst. As many again
/// may be those that it is dealing with.
const CAPACITY: usize = 8_192;

/// How long the thread rests where there is nothing to do.
const REST: Duration = Duration::from_millis(20);

/// A burst wakes the thread before its rest is over, once in so many messages.
const BURST: usize = CAPACITY / 4;

/// Snapshots lie in the queue itself: a box for each, made on one thread and freed on another,
/// would cost both more than to copy them.
#[expect(clippy::large_enum_variant, reason = "see above")]
pub(crate) enum Message {
    /// Until it is taken out.
    Span(Option<Box<SpanData>>),
    Snapshot(Snapshot),
    /// Answer when everything before this was dealt with.
    Flush(SyncSender<()>),
    /// Likewise, and end.
    Stop(SyncSender<()>),
}

/// Takes what a snapshot says to wherever log records go.
pub(crate) type Emit = Box<dyn Fn(&mut Snapshot) + Send>;

/// What the thread does with what it takes from the queue.
pub(crate) struct Stages {
    pub(crate) printer: Option<Printer>,
    pub(crate) spans: Option<Arc<SpanExport>>,
    pub(crate) emit: Option<Emit>,
    /// Snapshots count here where they are exported.
    pub(crate) logs: Option<Arc<Lane>>,
    /// Where the runtime leaves scrubbing to this thread.
    pub(crate) scrubber: Option<Arc<ScrubLater>>,
    /// The program's own store.
    pub(crate) feed: Option<Feed>,
}

/// What lies between the agent's threads and that one. It is held for a push, or until the thread
/// has taken all of it at once: to hand over one by one costs both sides more.
struct Waiting {
    messages: Vec<Message>,
    /// Nobody takes anything any longer.
    ended: bool,
}

impl Waiting {
    fn new() -> Self {
        Self {
            messages: room(),
            ended: false,
        }
    }

    fn has_room(&self) -> bool {
        self.messages.len() < CAPACITY && !self.ended
    }
}

impl Stages {
    fn keeps_spans(&self) -> bool {
        self.printer.is_some() || self.feed.is_some()
    }
}

/// Memory that is not used costs nothing; to move it while others wait does.
fn room() -> Vec<Message> {
    Vec::with_capacity(CAPACITY)
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The agent's end of the queue. What finds no room is counted.
#[derive(Clone)]
pub(crate) struct Queue {
    waiting: Arc<Mutex<Waiting>>,
    thread: Thread,
    spans: Option<Arc<SpanExport>>,
    logs: Option<Arc<Lane>>,
    printing: bool,
    /// Counts what does not come to the store.
    lost: Option<Arc<Lost>>,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue")
            .field("printing", &self.printing)
            .finish_non_exhaustive()
    }
}

impl Queue {
    /// Starts the thread.
    pub(crate) fn start(stages: Stages) -> Result<Self, InitError> {
        let waiting = Arc::new(Mutex::new(Waiting::new()));
        let (spans, logs) = (stages.spans.clone(), stages.logs.clone());
        let printing = stages.printer.is_some();
        let lost = stages.feed.as_ref().map(Feed::lost);
        let taken_from = waiting.clone();
        let thread = std::thread::Builder::new()
            .name("agentscope".to_owned())
            .spawn(move || work(&taken_from, stages))
            .map_err(InitError::Thread)?;
        Ok(Self {
            waiting,
            thread: thread.thread().clone(),
            spans,
            logs,
            printing,
            lost,
        })
    }

    pub(crate) fn span(&self, span: SpanData) {
        if let Some(export) = &self.spans {
            export.lane().offer();
        }
        let span = Box::new(span);
        let mut waiting = lock(&self.waiting);
        let taken = waiting.has_room();
        if taken {
            waiting.messages.push(Message::Span(Some(span)));
        }
        let lane = self.spans.as_ref().map(|export| export.lane());
        let lost = self.lost.as_ref().map(|lost| &lost.spans);
        self.pushed(waiting, taken, lane, lost);
    }

    /// Wakes the thread for a burst, and counts what found no room.
    fn pushed(
        &self,
        waiting: MutexGuard<'_, Waiting>,
        taken: bool,
        lane: Option<&Lane>,
        lost: Option<&AtomicU64>,
    ) -> bool {
        let count = waiting.messages.len();
        drop(waiting);
        if count.is_multiple_of(BURST) {
            self.thread.unpark();
        }
        if !taken {
            if let Some(lane) = lane {
                lane.drop_one();
            }
            if let Some(lost) = lost {
                lost.fetch_add(1, Ordering::Relaxed);
            }
            if self.printing {
                CONSOLE_DROPPED.fetch_add(1, Ordering::Relaxed);
            }
        }
        taken
    }

    /// Waits until everything queued so far was dealt with; false at the deadline.
    pub(crate) fn flush(&self, deadline: Instant) -> bool {
        self.call(deadline, Message::Flush)
    }

    /// Likewise, and ends the thread.
    pub(crate) fn stop(&self, deadline: Instant) -> bool {
        self.call(deadline, Message::Stop)
    }

    fn call(&self, deadline: Instant, message: fn(SyncSender<()>) -> Message) -> bool {
        let (answer, answered) = sync_channel(1);
        let mut waiting = lock(&self.waiting);
        if waiting.ended {
            // It ends only with everything dealt with.
            return true;
        }
        waiting.messages.push(message(answer));
        drop(waiting);
        self.thread.unpark();
        let left = deadline.saturating_duration_since(Instant::now());
        // Gone without an answer, the thread has ended: see above.
        answered.recv_timeout(left) != Err(RecvTimeoutError::Timeout)
    }
}

impl SnapshotSink for Queue {
    fn record(&self, snapshot: Snapshot) -> bool {
        if let Some(lane) = &self.logs {
            lane.offer();
        }
        let mut waiting = lock(&self.waiting);
        let taken = waiting.has_room();
        if taken {
            waiting.messages.push(Message::Snapshot(snapshot));
        }
        let lost = self.lost.as_ref().map(|lost| &lost.logs);
        self.pushed(waiting, taken, self.logs.as_deref(), lost)
    }
}

fn work(waiting: &Arc<Mutex<Waiting>>, mut stages: Stages) {
    let _ends = Ends(waiting);
    let mut batch = room();
    loop {
        mem::swap(&mut lock(waiting).messages, &mut batch);
        if let Some(feed) = &mut stages.feed {
            feed.rest();
        }
        if batch.is_empty() {
            // Nobody is left who could hand over anything.
            if Arc::strong_count(waiting) == 1 {
                return;
            }
            std::thread::park_timeout(REST);
        }
        for message in &mut batch {
            if !deal_with(message, &mut stages) {
                return;
            }
        }
        // All at once: what snapshots share with those that agents are making is let go of in one go, not
        // a piece at a time while they count on it.
        batch.clear();
    }
}

/// However the thread ends, nobody waits for it.
struct Ends<'a>(&'a Mutex<Waiting>);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        let mut waiting = lock(self.0);
        waiting.ended = true;
        let left = mem::take(&mut waiting.messages);
        drop(waiting);
        drop(left);
    }
}

/// Where it lies, for it is large to move. False where it was the last one.
fn deal_with(message: &mut Message, stages: &mut Stages) -> bool {
    match message {
        Message::Span(span) => {
            let Some(mut span) = span.take() else {
                return true;
            };
            // The exporter scrubs what it gets; nobody else does.
            if let (true, Some(scrubber)) = (stages.keeps_spans(), &stages.scrubber) {
                scrub_span(scrubber, &mut span);
            }
            if let Some(printer) = &mut stages.printer {
                printer.span(convert::span(&span));
            }
            match (&mut stages.feed, &stages.spans) {
                (Some(feed), Some(export)) => {
                    feed.span((*span).clone());
                    export.admit(*span);
                }
                (Some(feed), None) => feed.span(*span),
                (None, Some(export)) => export.admit(*span),
                (None, None) => {}
            }
        }
        Message::Snapshot(snapshot) => {
            if let Some(scrubber) = &stages.scrubber {
                scrub_snapshot(scrubber, snapshot);
            }
            if let Some(feed) = &mut stages.feed {
                feed.snapshot(snapshot.clone());
            }
            if let Some(printer) = &mut stages.printer {
                printer.log(convert::snapshot(snapshot.clone()));
            }
            if let Some(emit) = &stages.emit {
                emit(snapshot);
            }
        }
        Message::Flush(answer) => {
            if let Some(feed) = &mut stages.feed {
                feed.store();
            }
            let _ = answer.try_send(());
        }
        Message::Stop(answer) => {
            if let Some(printer) = &mut stages.printer {
                printer.rest();
            }
            if let Some(feed) = &mut stages.feed {
                feed.end();
            }
            // The store is closed before somebody who waited opens it.
            stages.feed = None;
            let _ = answer.try_send(());
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counts::stats;

    fn span() -> SpanData {
        use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status};
        SpanData {
            span_context: SpanContext::NONE,
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: "span".into(),
            start_time: std::time::SystemTime::UNIX_EPOCH,
            end_time: std::time::SystemTime::UNIX_EPOCH,
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: Default::default(),
            links: Default::default(),
            status: Status::Unset,
            instrumentation_scope: Default::default(),
        }
    }

    #[test]
    fn full_queue_neither_blocks_nor_loses_count() {
        // Nobody takes anything from this queue.
        let queue = Queue {
            waiting: Arc::new(Mutex::new(Waiting::new())),
            thread: std::thread::current(),
            spans: None,
            logs: None,
            printing: true,
            lost: None,
        };
        let before = stats().console.dropped;
        for _ in 0..CAPACITY + 3 {
            queue.span(span());
        }
        assert_eq!(stats().console.dropped - before, 3);
        assert!(
            !queue.flush(Instant::now() + Duration::from_millis(5)),
            "the deadline holds"
        );
    }

    #[test]
    fn queue_whose_thread_has_ended_counts_as_flushed() {
        let stages = Stages {
            printer: None,
            spans: None,
            emit: None,
            logs: None,
            scrubber: None,
            feed: None,
        };
        let queue = Queue::start(stages).expect("a thread");
        let soon = || Instant::now() + Duration::from_secs(10);
        assert!(queue.flush(soon()) && queue.stop(soon()) && queue.flush(soon()));
    }
}
