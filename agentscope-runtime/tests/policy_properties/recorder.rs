//! Everything that is emitted, as texts.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use agentscope_runtime::{Level, Snapshot, SnapshotSink, names};
use opentelemetry::logs::AnyValue;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

#[derive(Default)]
pub(crate) struct Emitted {
    /// Names, keys and values of spans and snapshots.
    pub(crate) texts: Vec<String>,
    /// Those that must be JSON, by their keys.
    pub(crate) json: Vec<(String, String)>,
}

impl Emitted {
    fn put(&mut self, key: &str, value: String) {
        let json = [names::INPUT_VALUE, names::OUTPUT_VALUE, names::ERROR_PARTS];
        if json.contains(&key) {
            self.json.push((key.to_owned(), value.clone()));
        }
        self.texts.extend([key.to_owned(), value]);
    }
}

pub(crate) struct Recorder {
    exporter: InMemorySpanExporter,
    snapshots: Arc<Snapshots>,
}

#[derive(Default)]
struct Snapshots(Mutex<Vec<Snapshot>>);

impl SnapshotSink for Snapshots {
    fn record(&self, snapshot: Snapshot) -> bool {
        let mut snapshots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        snapshots.push(snapshot);
        true
    }
}

static RECORDER: LazyLock<Mutex<Recorder>> = LazyLock::new(|| {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    opentelemetry::global::set_tracer_provider(provider);
    let snapshots = Arc::new(Snapshots::default());
    agentscope_runtime::set_snapshot_sink(Some(snapshots.clone()));
    agentscope_runtime::set_level(Level::Debug);
    agentscope_runtime::enable();
    Mutex::new(Recorder {
        exporter,
        snapshots,
    })
});

/// For one test at a time: it takes all that there is.
pub(crate) fn recorder() -> MutexGuard<'static, Recorder> {
    RECORDER.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recorder {
    pub(crate) fn take(&self) -> Emitted {
        let mut emitted = Emitted::default();
        let spans = self.exporter.get_finished_spans().expect("it is open");
        self.exporter.reset();
        assert!(!spans.is_empty());
        for span in spans {
            emitted.texts.push(span.name.to_string());
            emitted.texts.push(format!("{:?}", span.status));
            assert!(span.events.is_empty() && span.links.is_empty());
            for attribute in span.attributes {
                emitted.put(attribute.key.as_str(), attribute.value.to_string());
            }
        }
        let mut snapshots = self
            .snapshots
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for snapshot in snapshots.drain(..) {
            for (key, value) in snapshot.attributes() {
                let text = match value {
                    AnyValue::String(text) => text.to_string(),
                    other => format!("{other:?}"),
                };
                emitted.put(key, text);
            }
        }
        emitted
    }
}
