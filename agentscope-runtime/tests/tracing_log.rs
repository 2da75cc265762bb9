//! Where no sink takes the snapshots they are events of `tracing`.

use std::sync::{Arc, Mutex};

use agentscope::{Level, Session, Snapshot, SnapshotSink, names, note, tool};
use agentscope_runtime as agentscope;
use opentelemetry::logs::LoggerProvider as _;
use opentelemetry_sdk::logs::{InMemoryLogExporter, SdkLogger, SdkLoggerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::SubscriberExt as _;

/// Keeps the level and the fields of events of target `agentscope`.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<(tracing::Level, Fields)>>>);

#[derive(Debug, Default)]
struct Fields(Vec<(&'static str, String)>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }
}

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Events {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        if event.metadata().target() == "agentscope" {
            let mut fields = Fields::default();
            event.record(&mut fields);
            let mut events = self.0.lock().expect("nothing panics while it is held");
            events.push((*event.metadata().level(), fields));
        }
    }
}

#[tool(output = internal)]
fn call(#[sensitivity(internal)] number: &str) -> usize {
    number.len()
}

struct Emits(SdkLogger);

impl SnapshotSink for Emits {
    fn record(&self, snapshot: Snapshot) -> bool {
        agentscope::emit(&self.0, snapshot);
        true
    }
}

#[test]
fn a_snapshot_is_an_event_with_its_name_from_the_table() {
    opentelemetry::global::set_tracer_provider(SdkTracerProvider::builder().build());
    agentscope::enable();
    let events = Events::default();
    let subscriber = tracing_subscriber::registry().with(events.clone());
    // A collector that exports spans only: the log of the application does not go through it.
    let elsewhere = agentscope::scrub_later();
    tracing::subscriber::with_default(subscriber, || {
        Session::builder().run_sync(|| note(Level::Critical, "a note"));
        agentscope::set_level(Level::Debug);
        call("alice@example.com");
    });
    // Nor does what a sink of the application's emits.
    let logs = InMemoryLogExporter::default();
    let provider = SdkLoggerProvider::builder().with_simple_exporter(logs.clone());
    let provider = provider.build();
    let sink = Emits(provider.logger("test"));
    agentscope::set_snapshot_sink(Some(Arc::new(sink)));
    call("bob@example.com");
    agentscope::set_snapshot_sink(None);
    drop(elsewhere);
    let emitted = logs.get_emitted_logs().expect("they are in memory");
    let emitted = format!("{emitted:?}");
    assert!(emitted.contains("[email]"), "{emitted}");
    assert!(!emitted.contains("bob@"), "{emitted}");
    let mut events = events.0.lock().expect("nothing panics while it is held");
    let of_call = format!("{:?}", events.split_off(1));
    assert!(of_call.contains("[email]"), "{of_call}");
    assert!(!of_call.contains("alice"), "{of_call}");
    let [(level, Fields(fields))] = events.as_slice() else {
        panic!("{} events", events.len());
    };
    assert_eq!(*level, tracing::Level::WARN, "never above");
    let field = |key| fields.iter().find(|(name, _)| *name == key);
    let (_, name) = field(names::EVENT).expect("the event's name");
    assert_eq!(*name, format!("{:?}", names::EVENT_NOTE));
    let (_, message) = field("message").expect("the rest");
    let pair = format!("{}=\"a note\"", names::NOTE);
    assert!(message.contains(&pair), "{message}");
}
