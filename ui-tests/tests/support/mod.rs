//! What the tests of annotated functions share: the spans that they have made.

use std::sync::LazyLock;

use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

static SPANS: LazyLock<InMemorySpanExporter> = LazyLock::new(|| {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    opentelemetry::global::set_tracer_provider(provider);
    agentscope::enable();
    exporter
});

/// Keeps every span from now on.
pub(crate) fn record() {
    LazyLock::force(&SPANS);
}

/// Each function made one span, with outcome `ok`, under its own name.
pub(crate) fn assert_one_span_each(functions: &[&str]) {
    let spans = SPANS.get_finished_spans().unwrap();
    for function in functions {
        let outcomes: Vec<_> = spans
            .iter()
            .filter(|span| {
                let name = span.name.strip_suffix(function);
                name.is_some_and(|layer| {
                    ["execute_tool ", "invoke_agent ", "chat "].contains(&layer)
                })
            })
            .map(|span| {
                let outcome = span
                    .attributes
                    .iter()
                    .find(|found| found.key.as_str() == "agentscope.outcome");
                outcome.unwrap().value.to_string()
            })
            .collect();
        assert_eq!(outcomes, ["ok"], "{function}");
    }
}
