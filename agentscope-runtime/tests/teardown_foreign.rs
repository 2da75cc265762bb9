//! A call that is dropped with a thread that never made a call ends like any other.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Waker};

use agentscope::tool;
use agentscope_runtime as agentscope;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

#[tool(default = internal)]
async fn hangs() {
    std::future::pending().await
}

type Held = RefCell<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>;

thread_local!(static HELD: Held = const { RefCell::new(None) });

#[test]
fn a_call_that_is_dropped_with_a_foreign_thread_is_cancelled_and_nothing_aborts() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    opentelemetry::global::set_tracer_provider(provider);
    agentscope::enable();
    for used in [false, true] {
        let mut future: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(hangs());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut cx).is_pending());
        std::thread::spawn(move || {
            HELD.set(Some(future));
            if used {
                // OpenTelemetry's thread-local is used last, so it is gone first.
                opentelemetry::Context::map_current(|_| ());
            }
        })
        .join()
        .expect("the thread ends in order");
    }
    let stats = agentscope::stats();
    assert_eq!(
        (stats.opened, stats.cancelled),
        (4, 4),
        "a session and a tool each time"
    );
    assert_eq!(
        exporter
            .get_finished_spans()
            .expect("the exporter is open")
            .len(),
        4
    );
}
