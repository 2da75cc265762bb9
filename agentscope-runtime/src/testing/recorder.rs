//! The process-wide provider and sink, and whose recording a span or snapshot belongs to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry::{Context, global};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, Span, SpanData, SpanProcessor};

use super::recorded::Recorded;
use super::view;
use crate::frame;
use crate::names;
use crate::session::own_session;
use crate::site::Layer;
use crate::snapshot::level::{self, Level};
use crate::snapshot::{self, Snapshot, SnapshotSink};

const FOREIGN: &str = "agentscope::testing records through a tracer provider and a snapshot sink \
    of its own, and this process has others installed. They are process wide: move the test that \
    installs them (agentscope_collector::init(), opentelemetry::global::set_tracer_provider, \
    agentscope::set_snapshot_sink, agentscope::set_logger_provider) into a test binary of its own.";

/// What one recording has seen, in the order in which spans started.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) spans: Vec<SeenSpan>,
    pub(super) by_id: HashMap<SpanId, usize>,
    pub(super) snapshots: Vec<Snapshot>,
    /// Tool calls that started meanwhile and belong to no recording.
    pub(super) strays: Vec<String>,
}

pub(super) struct SeenSpan {
    /// At the start; from the end on, all of it.
    pub(super) data: SpanData,
    pub(super) ended: bool,
}

type Store = Mutex<Seen>;

/// In the context of the code under test. Weak: a task that outlives its recording is ignored.
#[derive(Clone)]
struct Marker(Weak<Store>);

/// Takes the recording of a context along to one that is made anew.
pub(crate) fn carry(from: &Context, to: Context) -> Context {
    match from.get::<Marker>() {
        Some(marker) => to.with_value(marker.clone()),
        None => to,
    }
}

/// In the context of the span that asks whether the global provider is the kit's.
struct Probe(Arc<OnceLock<()>>);

/// The provider's span processor and the sink in one.
#[derive(Default)]
struct Recorder {
    traces: Mutex<HashMap<TraceId, Weak<Store>>>,
    live: Mutex<Vec<Weak<Store>>>,
}

static RECORDER: OnceLock<Arc<Recorder>> = OnceLock::new();

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recorder {
    fn installed() -> &'static Arc<Self> {
        let recorder = RECORDER.get_or_init(|| {
            let recorder = Arc::new(Self::default());
            let (provider_is_none, _) = probe();
            assert!(provider_is_none && snapshot::sink().is_none(), "{FOREIGN}");
            let provider = SdkTracerProvider::builder()
                .with_sampler(Sampler::AlwaysOn) // not what OTEL_TRACES_SAMPLER says
                .with_span_processor(Processor(recorder.clone()))
                .build();
            global::set_tracer_provider(provider);
            snapshot::set_snapshot_sink(Some(recorder.clone()));
            if level::level() > Level::Info {
                level::set_level(Level::Info);
            }
            recorder
        });
        let sink = snapshot::sink();
        let sink_is_ours =
            sink.is_some_and(|sink| std::ptr::addr_eq(Arc::as_ptr(&sink), Arc::as_ptr(recorder)));
        let (_, provider_is_ours) = probe();
        assert!(provider_is_ours && sink_is_ours, "{FOREIGN}");
        crate::enable();
        recorder
    }

    fn owner(&self, trace: TraceId) -> Option<Arc<Store>> {
        lock(&self.traces).get(&trace)?.upgrade()
    }

    /// The recording of the trace, else that of the context, which the trace then belongs to.
    fn owner_or_adopt(&self, trace: TraceId, cx: &Context) -> Option<Arc<Store>> {
        if let Some(store) = self.owner(trace) {
            return Some(store);
        }
        let marker = cx.get::<Marker>()?;
        let store = marker.0.upgrade()?;
        lock(&self.traces).insert(trace, marker.0.clone());
        Some(store)
    }

    fn stray(&self, data: &SpanData) {
        if view::layer(data) != Some(Layer::Tool) {
            return;
        }
        let Some(name) = view::text(data, names::TOOL_NAME) else {
            return;
        };
        let live: Vec<_> = lock(&self.live).iter().filter_map(Weak::upgrade).collect();
        for store in live {
            lock(&store).strays.push(name.clone());
        }
    }
}

/// Whether no provider is installed, and whether the kit's is.
fn probe() -> (bool, bool) {
    let answered = Arc::new(OnceLock::new());
    let found = own_session::probe(&Context::new().with_value(Probe(answered.clone())));
    (found.is_none(), answered.get().is_some())
}

struct Processor(Arc<Recorder>);

impl std::fmt::Debug for Processor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("agentscope::testing")
    }
}

impl SpanProcessor for Processor {
    fn on_start(&self, span: &mut Span, cx: &Context) {
        if let Some(probe) = cx.get::<Probe>() {
            let _ = probe.0.set(());
            return;
        }
        let Some(data) = span.exported_data() else {
            return;
        };
        match self.0.owner_or_adopt(data.span_context.trace_id(), cx) {
            None => self.0.stray(&data),
            Some(store) => {
                let mut seen = lock(&store);
                let index = seen.spans.len();
                seen.by_id.insert(data.span_context.span_id(), index);
                seen.spans.push(SeenSpan { data, ended: false });
            }
        }
    }

    fn on_end(&self, data: SpanData) {
        let Some(store) = self.0.owner(data.span_context.trace_id()) else {
            return;
        };
        let mut seen = lock(&store);
        if let Some(&index) = seen.by_id.get(&data.span_context.span_id()) {
            seen.spans[index] = SeenSpan { data, ended: true };
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}

impl SnapshotSink for Recorder {
    fn record(&self, snapshot: Snapshot) -> bool {
        if let Some(store) = self.owner(snapshot.trace_id) {
            lock(&store).snapshots.push(snapshot);
        }
        true
    }
}

/// A recording that runs.
pub(super) struct Recording {
    recorder: &'static Recorder,
    store: Arc<Store>,
    cx: Context,
}

impl Recording {
    pub(super) fn start() -> Self {
        let recorder = Recorder::installed();
        let store = Arc::new(Store::default());
        let weak = Arc::downgrade(&store);
        lock(&recorder.live).push(weak.clone());
        Self {
            recorder,
            store,
            cx: Context::new().with_value(Marker(weak)),
        }
    }

    /// Runs code in the recording's context, out of the agent that may be running here.
    pub(super) fn within<R>(&self, run: impl FnOnce() -> R) -> R {
        let _cx = self.cx.clone().attach();
        let _ambient = frame::enter(None);
        run()
    }

    pub(super) fn finish<R>(self, result: R) -> Recorded<R> {
        let seen = std::mem::take(&mut *lock(&self.store));
        Recorded::new(result, seen)
    }
}

/// However the code under test ended.
impl Drop for Recording {
    fn drop(&mut self) {
        let other = |weak: &Weak<Store>| !std::ptr::eq(weak.as_ptr(), Arc::as_ptr(&self.store));
        lock(&self.recorder.traces).retain(|_, weak| other(weak));
        lock(&self.recorder.live).retain(other);
    }
}
