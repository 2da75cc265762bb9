//! The thread between the agent and everything that takes time.
//!
//! The agent's threads only put ended spans and snapshots into a bounded queue. The thread
//! "agentscope" turns them into log records, feeds the console and hands spans to the exporter.
//! It looks into the queue from time to time: to wake it for every snapshot would cost the agent
//! more than all the rest of a recorded call.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel,
};
use std::thread::Thread;
use std::time::{Duration, Instant};

use agentscope_runtime::{ScrubLater, Snapshot, SnapshotSink};
use opentelemetry_sdk::trace::SpanData;

use crate::console::Printer;
use crate::convert;
use crate::counts::{CONSOLE_DROPPED, Lane};
use crate::error::InitError;
use crate::scrub::{scrub_snapshot, scrub_span};
use crate::spans::SpanExport;

/// Spans and snapshots that may wait for the thread: 8,192 take some 8 MB at worst.
const CAPACITY: usize = 8_192;

/// How long the thread rests where there is nothing to do.
const REST: Duration = Duration::from_millis(20);

/// A burst wakes the thread before its rest is over, once in so many messages.
const BURST: usize = CAPACITY / 4;

/// Snapshots lie in the queue itself: a box for each, made on one thread and freed on another,
/// would cost both more than to copy them.
#[expect(clippy::large_enum_variant, reason = "see above")]
pub(crate) enum Message {
    Span(Box<SpanData>),
    Snapshot(Snapshot),
    /// Answer when everything before this was dealt with.
    Flush(SyncSender<()>),
    /// Likewise, and end.
    Stop(SyncSender<()>),
}

/// Takes a snapshot to wherever log records go.
pub(crate) type Emit = Box<dyn Fn(Snapshot) + Send>;

/// What the thread does with what it takes from the queue.
pub(crate) struct Stages {
    pub(crate) printer: Option<Printer>,
    pub(crate) spans: Option<Arc<SpanExport>>,
    pub(crate) emit: Option<Emit>,
    /// Snapshots count here where they are exported.
    pub(crate) logs: Option<Arc<Lane>>,
    /// Where the runtime leaves scrubbing to this thread.
    pub(crate) scrubber: Option<Arc<ScrubLater>>,
}

/// The agent's end of the queue. Never blocks; what finds no room is counted.
#[derive(Clone)]
pub(crate) struct Queue {
    sender: SyncSender<Message>,
    thread: Thread,
    pushed: Arc<AtomicUsize>,
    spans: Option<Arc<SpanExport>>,
    logs: Option<Arc<Lane>>,
    printing: bool,
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
        let (sender, receiver) = sync_channel(CAPACITY);
        let (spans, logs) = (stages.spans.clone(), stages.logs.clone());
        let printing = stages.printer.is_some();
        let thread = std::thread::Builder::new()
            .name("agentscope".to_owned())
            .spawn(move || work(&receiver, stages))
            .map_err(InitError::Thread)?;
        Ok(Self {
            sender,
            thread: thread.thread().clone(),
            pushed: Arc::default(),
            spans,
            logs,
            printing,
        })
    }

    pub(crate) fn span(&self, span: SpanData) {
        if let Some(export) = &self.spans {
            export.lane().offer();
        }
        self.push(
            Message::Span(Box::new(span)),
            self.spans.as_ref().map(|export| export.lane()),
        );
    }

    /// False if it was dropped. Inlined, for a message is large to hand on.
    #[inline(always)]
    fn push(&self, message: Message, lane: Option<&Lane>) -> bool {
        let taken = self.sender.try_send(message).is_ok();
        if self.pushed.fetch_add(1, Ordering::Relaxed) % BURST == BURST - 1 {
            self.thread.unpark();
        }
        if !taken {
            if let Some(lane) = lane {
                lane.drop_one();
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
        let mut message = message(answer);
        loop {
            match self.sender.try_send(message) {
                Ok(()) => break,
                // The thread has ended, and it ends only with everything dealt with.
                Err(TrySendError::Disconnected(_)) => return true,
                Err(TrySendError::Full(_)) if Instant::now() >= deadline => return false,
                // The standard channel has no send with a deadline; the queue drains in between.
                Err(TrySendError::Full(back)) => {
                    message = back;
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        }
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
        self.push(Message::Snapshot(snapshot), self.logs.as_deref())
    }
}

fn work(receiver: &Receiver<Message>, mut stages: Stages) {
    loop {
        let message = match receiver.try_recv() {
            Ok(message) => message,
            Err(TryRecvError::Empty) => {
                std::thread::park_timeout(REST);
                continue;
            }
            // Every sender is gone.
            Err(TryRecvError::Disconnected) => return,
        };
        match message {
            Message::Span(mut span) => {
                if let Some(printer) = &mut stages.printer {
                    if let Some(scrubber) = &stages.scrubber {
                        scrub_span(scrubber, &mut span);
                    }
                    printer.span(convert::span(&span));
                }
                if let Some(export) = &stages.spans {
                    export.admit(*span);
                }
            }
            Message::Snapshot(mut snapshot) => {
                if let Some(scrubber) = &stages.scrubber {
                    scrub_snapshot(scrubber, &mut snapshot);
                }
                match (&mut stages.printer, &stages.emit) {
                    (Some(printer), Some(emit)) => {
                        printer.log(convert::snapshot(snapshot.clone()));
                        emit(snapshot);
                    }
                    (Some(printer), None) => printer.log(convert::snapshot(snapshot)),
                    (None, Some(emit)) => emit(snapshot),
                    (None, None) => {}
                }
            }
            Message::Flush(answer) => {
                let _ = answer.try_send(());
            }
            Message::Stop(answer) => {
                if let Some(printer) = &mut stages.printer {
                    printer.rest();
                }
                let _ = answer.try_send(());
                return;
            }
        }
    }
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
        let (sender, _receiver) = sync_channel(2);
        let queue = Queue {
            sender,
            thread: std::thread::current(),
            pushed: Arc::default(),
            spans: None,
            logs: None,
            printing: true,
        };
        let before = stats().console.dropped;
        for _ in 0..5 {
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
        };
        let queue = Queue::start(stages).expect("a thread");
        let soon = || Instant::now() + Duration::from_secs(10);
        assert!(queue.flush(soon()) && queue.stop(soon()) && queue.flush(soon()));
    }
}
