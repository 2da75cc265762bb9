//! The span processor that `init()` and `attach()` add to a tracer provider.

use std::sync::Arc;
use std::time::{Duration, Instant};

use agentscope_runtime::propagation::session_attributes;
use opentelemetry::Context;
use opentelemetry::trace::Span as _;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{BatchSpanProcessor, Span, SpanData, SpanProcessor};

use crate::counts::Lane;
use crate::pipeline::Queue;

/// The SDK's batch processor behind a lane that counts.
#[derive(Debug)]
pub(crate) struct SpanExport {
    lane: Arc<Lane>,
    batch: BatchSpanProcessor,
}

impl SpanExport {
    pub(crate) fn new(lane: Arc<Lane>, batch: BatchSpanProcessor) -> Self {
        Self { lane, batch }
    }

    pub(crate) fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Queues a span that was offered before.
    pub(crate) fn admit(&self, span: SpanData) {
        if self.lane.admit() {
            self.batch.on_end(span);
        }
    }
}

/// Takes every ended span, on the thread that ended it.
#[derive(Debug)]
pub(crate) enum Spans {
    /// Through the thread "agentscope", which feeds the console and then exports: the span is moved
    /// into the queue, not copied.
    Queued(Queue, Option<Arc<SpanExport>>),
    /// Straight to the exporter's queue: the console is off.
    Direct(Arc<SpanExport>),
}

impl Spans {
    fn export(&self) -> Option<&SpanExport> {
        match self {
            Self::Queued(_, export) => export.as_deref(),
            Self::Direct(export) => Some(export),
        }
    }

    fn drain(&self, timeout: Duration) -> OTelSdkResult {
        match self {
            Self::Queued(queue, _) if !queue.flush(Instant::now() + timeout) => {
                Err(OTelSdkError::Timeout(timeout))
            }
            _ => Ok(()),
        }
    }
}

impl SpanProcessor for Spans {
    /// Spans of the application, and of the libraries that it uses, say whose they are too.
    fn on_start(&self, span: &mut Span, parent: &Context) {
        let mut attributes = session_attributes(parent);
        if attributes.is_empty() {
            return;
        }
        // A key that stands twice has no value. The copy is the only way to see what is there.
        if let Some(own) = span.exported_data() {
            attributes.retain(|added| own.attributes.iter().all(|it| it.key != added.key));
        }
        span.set_attributes(attributes);
    }

    fn on_end(&self, span: SpanData) {
        // Recorded for the application's own purposes, but not to be exported.
        if !span.span_context.is_sampled() {
            return;
        }
        match self {
            Self::Queued(queue, _) => queue.span(span),
            Self::Direct(export) => {
                export.lane().offer();
                export.admit(span);
            }
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.drain(Duration::from_secs(5))?;
        self.export()
            .map_or(Ok(()), |export| export.batch.force_flush())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        let begin = Instant::now();
        self.drain(timeout)?;
        let left = timeout.saturating_sub(begin.elapsed());
        self.export()
            .map_or(Ok(()), |export| export.batch.shutdown_with_timeout(left))
    }
}
