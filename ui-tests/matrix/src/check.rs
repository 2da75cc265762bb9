//! What must hold for a cell of the matrix.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::time::Duration;

use opentelemetry::trace::TraceContextExt as _;
use opentelemetry::{Context, global};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, Span, SpanData, SpanProcessor};

use crate::drive::{INSIDE, take_log};

/// One cell of the matrix.
#[derive(Debug)]
pub struct Cell {
    /// `edition/form/macro_class`.
    pub id: &'static str,
    /// What `agentscope.layer` must say.
    pub layer: &'static str,
    /// How many spans of that layer a call makes.
    pub spans: usize,
}

/// A way to call the form's function; what it returns comes as `Debug` shows it.
#[derive(Debug)]
pub struct Entry {
    /// How the span must end.
    pub outcome: &'static str,
    /// Calls the function without our attribute.
    pub bare: fn() -> String,
    /// Calls the function with it.
    pub annotated: fn() -> String,
}

/// Holds a cell to what is promised.
///
/// # Panics
///
/// If something does not hold.
pub fn check(cell: &Cell, entries: &[Entry]) {
    for entry in entries {
        check_entry(cell, entry);
    }
}

/// An outcome, and what calls a form's function without our attribute so that it ends with it.
pub type Bare = (&'static str, fn() -> String);

/// Holds a form to being one: without any attribute it works, and ends as it says.
///
/// # Panics
///
/// If it does not.
pub fn check_bare(form: &str, calls: &[Bare]) {
    record_spans();
    for (outcome, call) in calls {
        let bare = observe(*call);
        let inside = bare.log.iter().any(|line| line == INSIDE);
        assert!(inside, "{form}, {outcome}: never says that it is inside");
        let panicked = bare.result.starts_with(PANICKED);
        assert_eq!(panicked, *outcome == "panicked", "{form}: {}", bare.result);
    }
}

fn check_entry(cell: &Cell, entry: &Entry) {
    let at = format!("{}, {}", cell.id, entry.outcome);
    record_spans();
    let bare = observe(entry.bare);
    let annotated = observe(entry.annotated);
    assert_eq!(annotated.result, bare.result, "{at}: the result is another");
    assert_eq!(annotated.log, bare.log, "{at}: something else happened");
    assert!(
        !Context::current().has_active_span(),
        "{at}: a span is still current"
    );
    let finished = annotated.spans;
    assert_eq!(
        finished.len(),
        annotated.started,
        "{at}: not every span ended: {finished:?}"
    );

    let ours: Vec<_> = finished
        .iter()
        .enumerate()
        .filter(|(_, span)| attribute(span, "agentscope.layer").as_deref() == Some(cell.layer))
        .collect();
    assert_eq!(ours.len(), cell.spans, "{at}: so many spans: {finished:?}");
    for (_, span) in &ours {
        let outcome = attribute(span, "agentscope.outcome");
        assert_eq!(outcome.as_deref(), Some(entry.outcome), "{at}: the outcome");
    }
    let inside: Vec<_> = finished
        .iter()
        .enumerate()
        .filter(|(_, span)| span.name == INSIDE)
        .collect();
    assert!(
        !inside.is_empty(),
        "{at}: the form never says that it is inside"
    );
    for (ended, span) in inside {
        let parent = ours
            .iter()
            .find(|(_, ours)| ours.span_context.span_id() == span.parent_span_id);
        let (parent_ended, _) = parent.unwrap_or_else(|| panic!("{at}: work outside of the span"));
        assert!(
            ended < *parent_ended,
            "{at}: the span ended before its work"
        );
    }
}

/// Before the message of a panic.
const PANICKED: &str = "panicked: ";

struct Observed {
    result: String,
    log: Vec<String>,
    spans: Vec<SpanData>,
    started: usize,
}

fn observe(call: fn() -> String) -> Observed {
    let result = catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        format!(
            "{PANICKED}{:?}",
            text.or_else(|| panic.downcast_ref::<String>().cloned())
        )
    });
    let (started, spans) = SPANS.take();
    Observed {
        result,
        log: take_log(),
        spans,
        started,
    }
}

fn attribute(span: &SpanData, key: &str) -> Option<String> {
    let found = span
        .attributes
        .iter()
        .find(|found| found.key.as_str() == key)?;
    Some(found.value.to_string())
}

thread_local! {
    /// How many spans started on this thread, and those that ended, in that order.
    static SPANS: RefCell<(usize, Vec<SpanData>)> = const { RefCell::new((0, Vec::new())) };
}

/// All forms run on the thread of their test, so its spans are the ones of the call.
#[derive(Debug)]
struct ByThread;

impl SpanProcessor for ByThread {
    fn on_start(&self, _: &mut Span, _: &Context) {
        SPANS.with_borrow_mut(|(started, _)| *started += 1);
    }

    fn on_end(&self, span: SpanData) {
        SPANS.with_borrow_mut(|(_, ended)| ended.push(span));
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

fn record_spans() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let provider = SdkTracerProvider::builder()
            .with_span_processor(ByThread)
            .build();
        global::set_tracer_provider(provider);
        agentscope::enable();
    });
}
