//! The SDK set-up that all subjects share: processors that drop in place, and can keep for once.

use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use opentelemetry::logs::AnyValue;
use opentelemetry::{Context, InstrumentationScope, Key, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogProcessor, SdkLogRecord};
use opentelemetry_sdk::trace::{SpanData, SpanProcessor};

/// Drops what it gets in place, so that what is measured is the making of it.
#[derive(Debug)]
pub(crate) struct InPlace;

static KEEP: AtomicBool = AtomicBool::new(false);
static KEPT: Mutex<Kept> = Mutex::new(Kept {
    spans: Vec::new(),
    logs: Vec::new(),
});
static LOGS: AtomicU64 = AtomicU64::new(0);

/// What was emitted.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) spans: Vec<SpanData>,
    pub(crate) logs: Vec<SdkLogRecord>,
}

/// What `emit` emits, once all log records of it have passed their thread.
pub(crate) fn keep(log_records: u64, emit: impl FnOnce() -> u64) -> Kept {
    let before = emitted_logs();
    KEEP.store(true, Relaxed);
    black_box(emit());
    wait_for_logs(before + log_records);
    KEEP.store(false, Relaxed);
    KEPT.lock()
        .map(|mut kept| std::mem::take(&mut *kept))
        .unwrap_or_default()
}

pub(crate) fn emitted_logs() -> u64 {
    LOGS.load(Relaxed)
}

/// False if they did not come.
pub(crate) fn wait_for_logs(count: u64) -> bool {
    (0..1_000).any(|_| {
        let all = emitted_logs() >= count;
        if !all {
            std::thread::sleep(Duration::from_millis(5));
        }
        all
    })
}

impl SpanProcessor for InPlace {
    fn on_start(&self, _: &mut opentelemetry_sdk::trace::Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        let span = black_box(span);
        if KEEP.load(Relaxed)
            && let Ok(mut kept) = KEPT.lock()
        {
            kept.spans.push(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn set_resource(&mut self, _: &Resource) {}
}

impl LogProcessor for InPlace {
    fn emit(&self, record: &mut SdkLogRecord, _: &InstrumentationScope) {
        let record = black_box(record);
        if KEEP.load(Relaxed)
            && let Ok(mut kept) = KEPT.lock()
        {
            kept.logs.push(record.clone());
        }
        LOGS.fetch_add(1, Relaxed);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }
}

/// All of a span and its log records that two equal calls have in common, a line each: everything
/// but ids and times.
pub(crate) fn lines(kept: &Kept) -> Vec<String> {
    let mut lines = Vec::new();
    for span in &kept.spans {
        lines.push(format!(
            "span {} {:?} {:?}",
            span.name, span.span_kind, span.status
        ));
        let attribute =
            |attribute: &KeyValue| format!("span {}={:?}", attribute.key, attribute.value);
        lines.extend(span.attributes.iter().map(attribute));
        lines.push(format!(
            "{} events, {} links",
            span.events.len(),
            span.links.len()
        ));
    }
    for (index, log) in kept.logs.iter().enumerate() {
        lines.push(format!(
            "log {index} {:?} {:?} {:?} {:?} traced: {}",
            log.event_name(),
            log.severity_number(),
            log.severity_text(),
            log.body(),
            log.trace_context().is_some(),
        ));
        let attribute = |(key, value): &(Key, AnyValue)| format!("log {index} {key}={value:?}");
        lines.extend(log.attributes_iter().map(attribute));
    }
    // Equal texts are equal however they are held.
    for line in &mut lines {
        for held in ["Static(", "RefCounted(", "Owned("] {
            *line = line.replace(held, "(");
        }
    }
    lines.sort();
    lines
}
