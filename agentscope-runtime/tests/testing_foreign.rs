//! The kit does not fight an application's provider: it says that it cannot record beside one.

use std::panic::catch_unwind;

use agentscope::testing::record;
use agentscope::tool;
use agentscope_runtime as agentscope;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

#[tool(default = internal)]
fn count(n: u32) -> u32 {
    n + 1
}

fn install() -> InMemorySpanExporter {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    opentelemetry::global::set_tracer_provider(provider);
    exporter
}

fn refusal() -> String {
    let panic = catch_unwind(|| record(|| count(1)).result).expect_err("the kit refuses");
    *panic.downcast::<String>().expect("a message")
}

/// One test: the provider is process wide.
#[test]
fn a_provider_of_the_application_before_or_since_is_a_clear_panic() {
    let before = install();
    assert!(refusal().contains("into a test binary of its own"));
    count(1);
    let spans = before.get_finished_spans().expect("the exporter is open");
    assert_eq!(
        spans.len(),
        2,
        "the application still records, and nothing of the kit's"
    );

    opentelemetry::global::set_tracer_provider(
        opentelemetry::trace::noop::NoopTracerProvider::new(),
    );
    assert_eq!(record(|| count(1)).spans().len(), 2);

    let kits = opentelemetry::global::tracer_provider();
    install();
    assert!(refusal().contains("agentscope_collector::init()"));
    opentelemetry::global::set_tracer_provider(kits);
    assert_eq!(record(|| count(1)).spans().len(), 2);

    agentscope::set_snapshot_sink(None);
    assert!(refusal().contains("agentscope::set_snapshot_sink"));
}
