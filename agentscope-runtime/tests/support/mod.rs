//! Records what the code of a test emits: spans through the real SDK, snapshots through a sink.
//!
//! Providers and sinks are process wide, so each test file is one process with one recorder, and
//! its tests tell their spans apart by session.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use agentscope_runtime::{Snapshot, SnapshotSink};
use opentelemetry::Value;
use opentelemetry::trace::{SpanId, Status};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};

pub struct Recorder {
    exporter: InMemorySpanExporter,
    pub provider: SdkTracerProvider,
    snapshots: Arc<Snapshots>,
}

#[derive(Default)]
struct Snapshots(Mutex<Vec<Snapshot>>);

impl SnapshotSink for Snapshots {
    fn record(&self, snapshot: Snapshot) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(snapshot);
        true
    }
}

static RECORDER: LazyLock<Recorder> = LazyLock::new(|| {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    opentelemetry::global::set_tracer_provider(provider.clone());
    let snapshots = Arc::new(Snapshots::default());
    agentscope_runtime::set_snapshot_sink(Some(snapshots.clone()));
    agentscope_runtime::enable();
    Recorder {
        exporter,
        provider,
        snapshots,
    }
});

pub fn recorder() -> &'static Recorder {
    &RECORDER
}

impl Recorder {
    pub fn spans(&self) -> Vec<SpanData> {
        self.exporter
            .get_finished_spans()
            .expect("the exporter is open")
    }

    pub fn snapshots(&self) -> Vec<Snapshot> {
        self.snapshots
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The spans of the one session whose task is `task`.
    pub fn task(&self, task: &str) -> Vec<SpanData> {
        let mut spans = self.spans();
        spans.retain(|span| text(span, "agentscope.task.id").is_some_and(|found| found == task));
        assert!(!spans.is_empty(), "no span of task {task}");
        spans
    }

    pub fn snapshots_of(&self, task: &str) -> Vec<Snapshot> {
        let mut snapshots = self.snapshots();
        snapshots.retain(|snapshot| {
            snapshot
                .situation
                .task
                .as_ref()
                .is_some_and(|found| found.as_str() == task)
        });
        snapshots
    }
}

pub fn value(span: &SpanData, key: &str) -> Option<Value> {
    span.attributes
        .iter()
        .rev()
        .find(|found| found.key.as_str() == key)
        .map(|found| found.value.clone())
}

pub fn text(span: &SpanData, key: &str) -> Option<String> {
    value(span, key).map(|value| value.as_str().into_owned())
}

pub fn int(span: &SpanData, key: &str) -> Option<i64> {
    match value(span, key)? {
        Value::I64(number) => Some(number),
        other => panic!("{key} is {other:?}"),
    }
}

pub fn outcome(span: &SpanData) -> String {
    text(span, "agentscope.outcome").expect("every span has an outcome")
}

pub fn is_error(span: &SpanData) -> bool {
    matches!(span.status, Status::Error { .. })
}

pub fn named<'a>(spans: &'a [SpanData], name: &str) -> &'a SpanData {
    let mut found = spans.iter().filter(|span| span.name == name);
    let names = || {
        spans
            .iter()
            .map(|span| span.name.as_ref())
            .collect::<Vec<_>>()
    };
    let span = found
        .next()
        .unwrap_or_else(|| panic!("no span {name} among {:?}", names()));
    assert!(found.next().is_none(), "several spans {name}");
    span
}

/// Names from a span up to its root.
pub fn chain(spans: &[SpanData], name: &str) -> Vec<String> {
    let mut chain = Vec::new();
    let mut next = Some(named(spans, name));
    while let Some(span) = next {
        chain.push(span.name.clone().into_owned());
        next = spans
            .iter()
            .find(|parent| parent.span_context.span_id() == span.parent_span_id);
        assert!(
            next.is_some() || span.parent_span_id == SpanId::INVALID,
            "{} has a parent that was never recorded",
            span.name
        );
    }
    chain
}
