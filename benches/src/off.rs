//! What an annotated call costs where nothing is recorded.

use std::hint::black_box;
use std::task::{Context as TaskContext, Poll, Waker};

use agentscope::tool;

use crate::measure::{Budget, Outcome, Timing, here, interleaved};

#[inline(never)]
fn plain(n: u64) -> u64 {
    black_box(n) + 1
}

#[tool(default = internal)]
#[inline(never)]
fn annotated(n: u64) -> u64 {
    black_box(n) + 1
}

#[tracing::instrument]
#[inline(never)]
fn instrumented(n: u64) -> u64 {
    black_box(n) + 1
}

async fn plain_later(n: u64) -> u64 {
    black_box(n) + 1
}

#[tool(default = internal)]
async fn annotated_later(n: u64) -> u64 {
    black_box(n) + 1
}

#[tracing::instrument]
async fn instrumented_later(n: u64) -> u64 {
    black_box(n) + 1
}

fn now<T>(future: impl Future<Output = T>) -> T {
    let mut cx = TaskContext::from_waker(Waker::noop());
    match std::pin::pin!(future).poll(&mut cx) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("nothing in here waits"),
    }
}

fn repeat(mut call: impl FnMut(u64) -> u64) -> impl FnMut(u32) {
    move |calls| {
        for n in 0..u64::from(calls) {
            black_box(call(n));
        }
    }
}

/// On automatic without a provider, and switched off.
pub(crate) fn run() -> Vec<Outcome> {
    // A program starts on automatic; once switched it never is again.
    let idle = measure();
    agentscope::disable();
    let off = measure();
    let mut outcomes = Vec::new();
    for (
        state,
        [
            plain,
            ours,
            instrument,
            plain_later,
            ours_later,
            instrument_later,
        ],
    ) in [("switched off", off), ("no provider", idle)]
    {
        let mut push = |case: &str, ours, reference, budget| {
            let case = format!("{case}, {state}");
            outcomes.push(Outcome::new(
                "overhead",
                "ns/call",
                (case, ours),
                reference,
                budget,
            ));
        };
        push("sync", ours, ("the plain call", plain), Budget::Added(2.0));
        let added = |with: Timing, without: Timing| Timing {
            median: with.median - without.median,
            ..with
        };
        let adds = "what #[instrument] without subscriber adds";
        push(
            "sync, added",
            added(ours, plain),
            (adds, added(instrument, plain)),
            Budget::None,
        );
        push(
            "async, added",
            added(ours_later, plain_later),
            (adds, added(instrument_later, plain_later)),
            Budget::Ratio(1.0),
        );
    }
    outcomes
}

fn measure() -> [Timing; 6] {
    const CALLS: u32 = 1_000_000;
    let timings = interleaved(&mut [
        &mut || here(CALLS, &mut repeat(plain)),
        &mut || here(CALLS, &mut repeat(annotated)),
        &mut || here(CALLS, &mut repeat(instrumented)),
        &mut || here(CALLS, &mut repeat(|n| now(plain_later(n)))),
        &mut || here(CALLS, &mut repeat(|n| now(annotated_later(n)))),
        &mut || here(CALLS, &mut repeat(|n| now(instrumented_later(n)))),
    ]);
    std::array::from_fn(|case| timings[case][0])
}
