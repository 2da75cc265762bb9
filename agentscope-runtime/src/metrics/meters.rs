//! The instruments of the OpenTelemetry Metrics API that calls are measured with.

use std::sync::{Arc, PoisonError, RwLock};

use opentelemetry::metrics::{Counter, Histogram, Meter, MeterProvider};
use opentelemetry::{InstrumentationScope, global};

use crate::names::{self, Kind};

type Provider = Arc<dyn MeterProvider + Send + Sync>;

/// The instruments of one provider.
pub(crate) struct Meters {
    provider: Provider,
    pub(crate) inference_duration: Histogram<f64>,
    pub(crate) token_usage: Histogram<u64>,
    pub(crate) first_chunk: Histogram<f64>,
    pub(crate) chunk: Histogram<f64>,
    pub(crate) workflow_duration: Histogram<f64>,
    pub(crate) agent_duration: Histogram<f64>,
    pub(crate) agent_inferences: Histogram<u64>,
    pub(crate) agent_tools: Histogram<u64>,
    pub(crate) tool_duration: Histogram<f64>,
    pub(crate) budget_left: Histogram<f64>,
    pub(crate) warnings: Counter<u64>,
}

/// The boundaries that the conventions ask for.
const SECONDS: [f64; 14] = [
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const AGENT_SECONDS: [f64; 13] = [
    0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6,
];
const WORKFLOW_SECONDS: [f64; 11] = [
    1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0,
];
const TOKENS: [f64; 14] = [
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];
const PARTS: [f64; 10] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const CALLS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

static CURRENT: RwLock<Option<Arc<Meters>>> = RwLock::new(None);

impl Meters {
    /// Those of the provider that is installed now. A session asks once: one that is installed later
    /// is used from the next session on, and no no-op instrument is kept for good.
    pub(crate) fn current() -> Arc<Self> {
        let provider = global::meter_provider();
        let known = CURRENT
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match known
            .filter(|known| std::ptr::addr_eq(&raw const *known.provider, &raw const *provider))
        {
            Some(known) => known,
            None => {
                let made = Arc::new(Self::of(provider));
                *CURRENT.write().unwrap_or_else(PoisonError::into_inner) = Some(made.clone());
                made
            }
        }
    }

    fn of(provider: Provider) -> Self {
        let scope = InstrumentationScope::builder(crate::SCOPE)
            .with_version(env!("CARGO_PKG_VERSION"))
            .build();
        let meter = &provider.meter_with_scope(scope);
        Self {
            inference_duration: measures(meter, names::METRIC_INFERENCE_DURATION, &SECONDS),
            token_usage: counts(meter, names::METRIC_TOKEN_USAGE, &TOKENS),
            first_chunk: measures(meter, names::METRIC_FIRST_CHUNK, &SECONDS),
            chunk: measures(meter, names::METRIC_CHUNK, &SECONDS),
            workflow_duration: measures(meter, names::METRIC_WORKFLOW_DURATION, &WORKFLOW_SECONDS),
            agent_duration: measures(meter, names::METRIC_AGENT_DURATION, &AGENT_SECONDS),
            agent_inferences: counts(meter, names::METRIC_AGENT_INFERENCES, &CALLS),
            agent_tools: counts(meter, names::METRIC_AGENT_TOOLS, &CALLS),
            tool_duration: measures(meter, names::METRIC_TOOL_DURATION, &SECONDS),
            budget_left: measures(meter, names::METRIC_BUDGET_LEFT, &PARTS),
            warnings: {
                let (meaning, unit) = described(names::METRIC_WARNINGS);
                let counter = meter.u64_counter(names::METRIC_WARNINGS);
                counter.with_description(meaning).with_unit(unit).build()
            },
            provider,
        }
    }
}

fn measures(meter: &Meter, key: &'static str, bounds: &[f64]) -> Histogram<f64> {
    let (meaning, unit) = described(key);
    meter
        .f64_histogram(names::spelt(key))
        .with_description(meaning)
        .with_unit(unit)
        .with_boundaries(bounds.to_vec())
        .build()
}

fn counts(meter: &Meter, key: &'static str, bounds: &[f64]) -> Histogram<u64> {
    let (meaning, unit) = described(key);
    meter
        .u64_histogram(names::spelt(key))
        .with_description(meaning)
        .with_unit(unit)
        .with_boundaries(bounds.to_vec())
        .build()
}

fn described(key: &str) -> (&'static str, &'static str) {
    match names::find(key) {
        Some(name) => match name.kind {
            Kind::Counter(unit) | Kind::Histogram(unit) => (name.meaning, unit),
            _ => (name.meaning, ""),
        },
        None => ("", ""),
    }
}
