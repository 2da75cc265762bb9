//! The program under test: it plants canaries everywhere, in one of several configurations.

use std::path::PathBuf;
use std::sync::Arc;

use agentscope::{Payload, PayloadSink, Session};
use opentelemetry::propagation::TextMapCompositePropagator;
use opentelemetry_sdk::logs::{InMemoryLogExporter, SdkLoggerProvider};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

use crate::propagated::{append, print};
use crate::{failures, tenants, texts, values};

/// What the environment says by `CANARY_SETUP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setup {
    /// `agentscope_collector::init()`, as its variables say.
    Collector,
    /// The application's own providers of spans and logs.
    Own,
    /// The application's own provider of spans; nobody takes snapshots.
    NoSink,
}

impl Setup {
    pub(crate) const VARIABLE: &str = "CANARY_SETUP";

    const ALL: [Self; 3] = [Self::Collector, Self::Own, Self::NoSink];

    pub(crate) fn word(self) -> String {
        format!("{self:?}")
    }

    fn of_environment() -> Option<Self> {
        let word = std::env::var(Self::VARIABLE).ok()?;
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// Also plants what must be found.
pub(crate) const LEAK: &str = "CANARY_LEAK";

/// Keeps what a vault would: the child's own file.
struct Kept;

impl PayloadSink for Kept {
    fn put(&self, payload: Payload<'_>) -> Option<String> {
        append("payloads", payload.json);
        print(&payload);
        Some("kept".to_owned())
    }
}

#[test]
#[ignore = "started by the other tests"]
fn child() {
    let setup = Setup::of_environment().expect("the parent says how");
    // A panic prints its message through the hook, which is the application's: what the user's code
    // says there is not ours to hide. With a silent one all that comes out is ours.
    std::panic::set_hook(Box::new(|_| {}));
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(std::io::stderr)
        .init();
    match setup {
        Setup::Collector => {
            let guard = agentscope_collector::init().expect("it is set up");
            print(&guard);
            scenario();
            guard.shutdown().expect("all was delivered");
        }
        Setup::Own | Setup::NoSink => {
            let (spans, logs) = (
                InMemorySpanExporter::default(),
                InMemoryLogExporter::default(),
            );
            let tracers = SdkTracerProvider::builder().with_simple_exporter(spans.clone());
            opentelemetry::global::set_tracer_provider(tracers.build());
            let loggers = SdkLoggerProvider::builder().with_simple_exporter(logs.clone());
            let loggers = loggers.build();
            if setup == Setup::Own {
                agentscope::set_logger_provider(&loggers);
            }
            opentelemetry::global::set_text_map_propagator(TextMapCompositePropagator::new(vec![
                Box::new(TraceContextPropagator::new()),
                Box::new(BaggagePropagator::new()),
            ]));
            agentscope::enable();
            scenario();
            append("spans", &format!("{:#?}", spans.get_finished_spans()));
            append("logs", &format!("{:#?}", logs.get_emitted_logs()));
        }
    }
}

fn scenario() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    agentscope::set_payload_sink(Some(Arc::new(Kept)));
    Session::builder().name("values").run_sync(values::run);
    texts::run();
    let failures = Session::builder().name("failures").run(failures::run());
    append("printed", &runtime.block_on(failures));
    runtime.block_on(tenants::run());
    if std::env::var_os(LEAK).is_some() {
        Session::builder().name("leaks").run_sync(texts::leak);
    }
    print(&agentscope::policy::overrides());
    print(&agentscope::stats());
    // Tasks that were spawned without their agents have ended with theirs.
    drop(runtime);
}

/// Where a child leaves its files; gone with the value.
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let path = path.join(format!("canary-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory of the build");
        Self(path)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap_or_default()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
