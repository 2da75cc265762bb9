//! agentscope's own metrics: counters of spans and of what became of telemetry.

use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter};

use crate::counts::{SignalStats, stats};

/// Spans that annotated code opened.
pub(crate) const SPANS_OPENED: &str = "agentscope.spans.opened";
/// Spans that ended, by `agentscope.outcome`.
pub(crate) const SPANS_ENDED: &str = "agentscope.spans.ended";
/// Snapshots that were recorded.
pub(crate) const SNAPSHOTS: &str = "agentscope.snapshots.recorded";
/// Telemetry offered for export, by `signal` and by `result`: exported, failed, dropped.
pub(crate) const EXPORT: &str = "agentscope.export.items";
/// Spans and snapshots that are in no printed session.
pub(crate) const CONSOLE_DROPPED: &str = "agentscope.console.dropped";

/// Every metric of agentscope, with its meaning: all are counters since the program started.
///
/// ```
/// assert!(agentscope_collector::METRICS.iter().any(|(name, _)| *name == "agentscope.spans.opened"));
/// ```
pub const TABLE: [(&str, &str); 5] = [
    (SPANS_OPENED, "Spans that annotated code opened"),
    (
        SPANS_ENDED,
        "Spans of annotated code that ended, by outcome",
    ),
    (SNAPSHOTS, "Snapshots that annotated code recorded"),
    (
        EXPORT,
        "Spans, log records and metric collections by what became of them",
    ),
    (
        CONSOLE_DROPPED,
        "Spans and snapshots that are in no printed session",
    ),
];

type Observer<'a> = dyn AsyncInstrument<u64> + 'a;

/// Registers all of them; they are read when metrics are collected.
pub(crate) fn register(meter: &Meter) {
    let observe: [fn(&Observer<'_>); 5] = [
        |observer| observer.observe(agentscope_runtime::stats().opened, &[]),
        |observer| {
            let stats = agentscope_runtime::stats();
            let outcomes = [
                ("ok", stats.ok),
                ("error", stats.error),
                ("cancelled", stats.cancelled),
                ("panicked", stats.panicked),
            ];
            for (outcome, count) in outcomes {
                observer.observe(
                    count,
                    &[KeyValue::new(agentscope_runtime::names::OUTCOME, outcome)],
                );
            }
        },
        |observer| observer.observe(agentscope_runtime::stats().snapshots, &[]),
        |observer| {
            let stats = stats();
            signal(observer, "traces", stats.spans);
            signal(observer, "logs", stats.logs);
            signal(observer, "metrics", stats.metrics);
        },
        |observer| observer.observe(stats().console.dropped, &[]),
    ];
    for ((name, meaning), observe) in TABLE.into_iter().zip(observe) {
        meter
            .u64_observable_counter(name)
            .with_description(meaning)
            .with_callback(move |observer| observe(observer))
            .build();
    }
}

fn signal(observer: &Observer<'_>, signal: &'static str, stats: SignalStats) {
    for (result, count) in [
        ("exported", stats.exported),
        ("failed", stats.failed),
        ("dropped", stats.dropped),
    ] {
        observer.observe(
            count,
            &[
                KeyValue::new("signal", signal),
                KeyValue::new("result", result),
            ],
        );
    }
}
