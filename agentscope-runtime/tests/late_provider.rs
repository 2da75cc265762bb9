//! A provider that is installed late is noticed without anybody telling.

use agentscope::tool;
use agentscope_runtime as agentscope;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

#[tool(default = internal)]
fn count(n: u32) -> u32 {
    n + 1
}

#[test]
fn a_provider_installed_after_a_thousand_calls_is_noticed_within_a_thousand_more() {
    for n in 0..1000 {
        count(n);
    }
    assert_eq!(
        agentscope::stats().opened,
        0,
        "nothing is recorded without a provider"
    );
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    opentelemetry::global::set_tracer_provider(provider);
    for n in 0..1024 {
        count(n);
    }
    let spans = exporter.get_finished_spans().expect("the exporter is open");
    let recorded = spans
        .iter()
        .filter(|span| span.name == "execute_tool count")
        .count();
    assert!(
        recorded >= 1024 - 64,
        "noticed at the next probe: {recorded} of 1,024 recorded"
    );

    agentscope::disable();
    let before = agentscope::stats().opened;
    count(1);
    assert_eq!(agentscope::stats().opened, before);
    agentscope::enable();
    count(1);
    assert_eq!(
        agentscope::stats().opened,
        before + 2,
        "a session and a tool"
    );
}
