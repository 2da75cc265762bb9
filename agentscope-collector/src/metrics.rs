//! agentscope's own metrics: counters of spans and of what became of telemetry.

use agentscope_runtime::names::{self, Kind};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter};

use crate::counts::{SignalStats, stats};

type Observer<'a> = dyn AsyncInstrument<u64> + 'a;
type Observe = fn(&Observer<'_>);

/// Registers all of them; they are read when metrics are collected.
pub(crate) fn register(meter: &Meter) {
    let metrics: [(&str, Observe); 5] = [
        (names::METRIC_SPANS_OPENED, |observer| {
            observer.observe(agentscope_runtime::stats().opened, &[]);
        }),
        (names::METRIC_SPANS_ENDED, |observer| {
            let stats = agentscope_runtime::stats();
            let outcomes = [
                ("ok", stats.ok),
                ("error", stats.error),
                ("cancelled", stats.cancelled),
                ("panicked", stats.panicked),
            ];
            for (outcome, count) in outcomes {
                observer.observe(count, &[KeyValue::new(names::OUTCOME, outcome)]);
            }
        }),
        (names::METRIC_SNAPSHOTS, |observer| {
            observer.observe(agentscope_runtime::stats().snapshots, &[]);
        }),
        (names::METRIC_EXPORT, |observer| {
            let stats = stats();
            signal(observer, "traces", stats.spans);
            signal(observer, "logs", stats.logs);
            signal(observer, "metrics", stats.metrics);
        }),
        (names::METRIC_CONSOLE_DROPPED, |observer| {
            observer.observe(stats().console.dropped, &[]);
        }),
    ];
    for (key, observe) in metrics {
        let mut counter = meter
            .u64_observable_counter(key)
            .with_callback(move |observer| observe(observer));
        if let Some(name) = names::find(key) {
            counter = counter.with_description(name.meaning);
            if let Kind::Counter(unit) = name.kind {
                counter = counter.with_unit(unit);
            }
        }
        counter.build();
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
                KeyValue::new(names::EXPORT_SIGNAL, signal),
                KeyValue::new(names::EXPORT_RESULT, result),
            ],
        );
    }
}
