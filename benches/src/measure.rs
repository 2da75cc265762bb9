//! Interleaved measurement and its one-line result.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

/// Rounds of each case; the median of them counts.
pub(crate) const RUNS: usize = 9;

/// What is measured of one round, per call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Nanoseconds of the thread that calls.
    pub(crate) caller: f64,
    /// Nanoseconds that all threads of the process computed.
    pub(crate) process: f64,
}

/// A number a call: the median of all rounds, and the distance of the quartiles over it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) median: f64,
    pub(crate) spread: f64,
}

impl Timing {
    /// Of a number that is the same in every run.
    pub(crate) fn exact(median: f64) -> Self {
        let spread = 0.0;
        Self { median, spread }
    }

    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let (runs, median) = (values.len(), values[values.len() / 2]);
        Self {
            median,
            spread: (values[runs * 3 / 4] - values[runs / 4]) / median,
        }
    }
}

/// What the calling thread has computed so far. Other programs on the machine do not add to it.
pub(crate) fn thread_time() -> Duration {
    time(ClockId::ThreadCPUTime)
}

/// What all threads have computed so far.
pub(crate) fn process_time() -> Duration {
    time(ClockId::ProcessCPUTime)
}

fn time(clock: ClockId) -> Duration {
    clock_gettime(clock).try_into().unwrap_or_default()
}

pub(crate) fn per_call(time: Duration, calls: u32) -> f64 {
    time.as_secs_f64() * 1e9 / f64::from(calls)
}

/// Times `calls` calls on this thread alone.
pub(crate) fn here(calls: u32, run: &mut dyn FnMut(u32)) -> Sample {
    let start = thread_time();
    run(calls);
    let nanos = per_call(thread_time() - start, calls);
    Sample {
        caller: nanos,
        process: nanos,
    }
}

/// Takes samples of the cases in turn, round after round, so that a noisy machine disturbs all.
pub(crate) fn interleaved(cases: &mut [&mut dyn FnMut() -> Sample]) -> Vec<[Timing; 2]> {
    let mut rounds: Vec<Vec<Sample>> = vec![Vec::new(); cases.len()];
    for case in &mut *cases {
        case();
    }
    for _ in 0..RUNS {
        for (case, rounds) in cases.iter_mut().zip(&mut rounds) {
            rounds.push(case());
        }
    }
    let of = |samples: &[Sample], part: fn(&Sample) -> f64| {
        Timing::of(samples.iter().map(part).collect())
    };
    let samples = rounds.iter();
    samples
        .map(|samples| {
            [
                of(samples, |sample| sample.caller),
                of(samples, |sample| sample.process),
            ]
        })
        .collect()
}

/// One line of output.
#[derive(Serialize)]
pub(crate) struct Outcome {
    bench: &'static str,
    case: String,
    value: Option<f64>,
    unit: &'static str,
    reference: &'static str,
    reference_value: Option<f64>,
    ratio: Option<f64>,
    budget: String,
    pub(crate) ok: bool,
    spread: Option<f64>,
    runs: usize,
}

impl Outcome {
    /// A case against a reference; `budget` bounds the value, or the ratio.
    pub(crate) fn new(
        bench: &'static str,
        unit: &'static str,
        (case, timing): (impl Into<String>, Timing),
        (reference, other): (&'static str, Timing),
        budget: Budget,
    ) -> Self {
        let ratio = timing.median / other.median;
        let added_unit = unit.split('/').next().unwrap_or(unit);
        let (ok, budget) = match budget {
            Budget::Added(limit) => (
                timing.median - other.median <= limit,
                format!("value - reference_value <= {limit} {added_unit}"),
            ),
            Budget::Ratio(limit) => (ratio <= limit, format!("ratio <= {limit}")),
            Budget::AtMost(limit) => (timing.median <= limit, format!("value <= {limit} {unit}")),
            Budget::AtLeast(limit) => (timing.median >= limit, format!("value >= {limit} {unit}")),
            Budget::None => (true, "none".to_owned()),
        };
        Self {
            bench,
            case: case.into(),
            value: Some(timing.median),
            unit,
            reference,
            reference_value: Some(other.median),
            ratio: Some(ratio),
            budget,
            ok,
            spread: Some(timing.spread.max(other.spread)),
            runs: RUNS,
        }
    }

    /// The same, of so many runs.
    pub(crate) fn counted(self, runs: usize) -> Self {
        Self { runs, ..self }
    }

    /// A case that could not be measured here; not a success, for nothing is known.
    pub(crate) fn unmeasured(
        bench: &'static str,
        case: &str,
        reference: &'static str,
        why: &str,
    ) -> Self {
        Self {
            bench,
            case: case.to_owned(),
            value: None,
            unit: "",
            reference,
            reference_value: None,
            ratio: None,
            budget: format!("not measured: {why}"),
            ok: false,
            spread: None,
            runs: 0,
        }
    }

    #[allow(clippy::print_stdout, reason = "this is a command-line program")]
    pub(crate) fn print(&self, json: bool) {
        if json {
            // Numbers and words only: it always serialises.
            println!("{}", serde_json::to_string(self).unwrap_or_default());
            return;
        }
        let number = |number: Option<f64>| number.map_or("-".to_owned(), |n| format!("{n:.1}"));
        println!(
            "{:4} {}/{}: {} {} against {} of {} (ratio {:.2}, budget {}, spread {:.0} %)",
            if self.ok { "ok" } else { "OVER" },
            self.bench,
            self.case,
            number(self.value),
            self.unit,
            number(self.reference_value),
            self.reference,
            self.ratio.unwrap_or(f64::NAN),
            self.budget,
            100.0 * self.spread.unwrap_or(f64::NAN),
        );
    }
}

/// What is promised, in the design's words.
#[derive(Clone, Copy)]
pub(crate) enum Budget {
    /// At most this much on top of the reference.
    Added(f64),
    /// At most this many times the reference.
    Ratio(f64),
    /// At most this much.
    AtMost(f64),
    /// At least this much.
    AtLeast(f64),
    /// Nothing: it is good to know.
    None,
}
