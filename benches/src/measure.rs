//! Interleaved measurement and its one-line result.

use std::time::Instant;

use serde::Serialize;

/// Rounds of each case; the median of them counts.
const RUNS: usize = 15;

/// Something to measure: it runs a number of calls.
pub(crate) struct Case<'a> {
    run: Box<dyn FnMut(u32) + 'a>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(run: impl FnMut(u32) + 'a) -> Self {
        Self { run: Box::new(run) }
    }
}

/// Nanoseconds a call.
#[derive(Clone, Copy)]
pub(crate) struct Timing {
    pub(crate) median: f64,
    /// Distance of the quartiles over the median.
    pub(crate) spread: f64,
}

/// Times the cases in turn, `calls` calls a round.
pub(crate) fn interleaved<const N: usize>(mut cases: [Case<'_>; N], calls: u32) -> [Timing; N] {
    let mut rounds: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
    for case in &mut cases {
        (case.run)(calls / 10);
    }
    for _ in 0..RUNS {
        for (case, rounds) in cases.iter_mut().zip(&mut rounds) {
            let start = Instant::now();
            (case.run)(calls);
            rounds.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(calls));
        }
    }
    rounds.map(|mut round| {
        round.sort_by(f64::total_cmp);
        let median = round[RUNS / 2];
        Timing {
            median,
            spread: (round[RUNS * 3 / 4] - round[RUNS / 4]) / median,
        }
    })
}

/// One line of output.
#[derive(Serialize)]
pub(crate) struct Outcome {
    bench: &'static str,
    case: &'static str,
    value: f64,
    unit: &'static str,
    reference: &'static str,
    reference_value: f64,
    ratio: f64,
    budget: String,
    pub(crate) ok: bool,
    spread: f64,
    runs: usize,
}

impl Outcome {
    /// A case against a reference; `budget` bounds the value, or the ratio.
    pub(crate) fn new(
        bench: &'static str,
        (case, timing): (&'static str, Timing),
        (reference, other): (&'static str, Timing),
        budget: Budget,
    ) -> Self {
        let ratio = timing.median / other.median;
        let (ok, budget) = match budget {
            Budget::Added(nanos) => (
                timing.median - other.median <= nanos,
                format!("value - reference_value <= {nanos} ns"),
            ),
            Budget::Ratio(limit) => (ratio <= limit, format!("ratio <= {limit}")),
        };
        Self {
            bench,
            case,
            value: timing.median,
            unit: "ns/call",
            reference,
            reference_value: other.median,
            ratio,
            budget,
            ok,
            spread: timing.spread.max(other.spread),
            runs: RUNS,
        }
    }

    #[allow(clippy::print_stdout, reason = "this is a command-line program")]
    pub(crate) fn print(&self, json: bool) {
        if json {
            // Numbers and words only: it always serialises.
            println!("{}", serde_json::to_string(self).unwrap_or_default());
        } else {
            println!(
                "{:4} {}/{}: {:.1} {} against {:.1} of {} (ratio {:.2}, budget {}, spread {:.0} %)",
                if self.ok { "ok" } else { "OVER" },
                self.bench,
                self.case,
                self.value,
                self.unit,
                self.reference_value,
                self.reference,
                self.ratio,
                self.budget,
                100.0 * self.spread,
            );
        }
    }
}

/// What is promised, in the design's words.
pub(crate) enum Budget {
    /// At most this much on top of the reference.
    Added(f64),
    /// At most this many times the reference.
    Ratio(f64),
}
