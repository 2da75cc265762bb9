//! A call that is dropped while its thread is torn down ends like any other.
//!
//! OpenTelemetry's own thread-local is gone by then: `Context::current()` or `Logger::emit` in that
//! `Drop` would abort the process.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Waker};

use agentscope::{agent, because, tool};
use agentscope_runtime as agentscope;
use opentelemetry_sdk::logs::{InMemoryLogExporter, SdkLoggerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

#[tool(default = internal)]
async fn hangs() {
    std::future::pending().await
}

#[agent(default = internal)]
async fn waits() {
    hangs().because("it never ends").await;
}

type Held = RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>;

thread_local!(static HELD: Held = const { RefCell::new(None) });

#[test]
fn a_call_that_is_dropped_with_its_thread_is_cancelled_and_nothing_aborts() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    opentelemetry::global::set_tracer_provider(provider);
    let log_exporter = InMemoryLogExporter::default();
    let logs = SdkLoggerProvider::builder()
        .with_simple_exporter(log_exporter.clone())
        .build();
    agentscope::set_logger_provider(&logs);
    agentscope::set_level(agentscope::Level::Debug);
    agentscope::enable();
    std::thread::spawn(|| {
        // First used before anything of ours or OpenTelemetry's, so destroyed after all of it.
        HELD.with_borrow_mut(|held| {
            let future = held.insert(Box::pin(waits()));
            let mut cx = Context::from_waker(Waker::noop());
            assert!(future.as_mut().poll(&mut cx).is_pending());
        });
    })
    .join()
    .expect("the thread ends in order");
    let spans = exporter.get_finished_spans().expect("the exporter is open");
    let names: Vec<_> = spans.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(
        names,
        [
            "execute_tool hangs",
            "invoke_agent waits",
            "invoke_workflow waits"
        ]
    );
    assert!(format!("{:?}", spans[0].attributes).contains("cancelled"));
    let stats = agentscope::stats();
    assert_eq!((stats.opened, stats.cancelled), (3, 3));
    let records = log_exporter
        .get_emitted_logs()
        .expect("the exporter is open");
    let events: Vec<_> = records
        .iter()
        .filter_map(|log| log.record.event_name())
        .collect();
    assert_eq!(
        events,
        ["agentscope.tool.called", "agentscope.tool.returned"]
    );
}
