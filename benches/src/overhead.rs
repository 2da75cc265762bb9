//! What a recorded call costs: the thread that calls, all threads together, instructions.

use std::sync::Barrier;
use std::time::Duration;

use crate::instructions;
use crate::measure::{
    Budget, Outcome, Sample, Timing, interleaved, per_call, process_time, thread_time,
};
use crate::subjects::{SetUp, Subject};
use crate::telemetry::{emitted_logs, wait_for_logs};

const HAND: &str = "hand-written SDK code for the same telemetry";
const BARE: &str = "a bare #[instrument] of the same function through tracing-opentelemetry";
const SMALL: &str = "a bare #[instrument] of a function of one number, without a parent";
const FASTRACE: &str = "a fastrace span";

/// What a budget is about.
const CALLER: &str = "ns/call of the caller";
const PROCESS: &str = "ns/call of all threads";

/// Calls in one go. Then all wait until what they handed on was dealt with, as agents wait for their
/// models: a queue that only grows would be another measurement.
const IN_ONE_GO: u32 = 2_500;

/// One round of a subject on so many threads, each in an agent of its own.
fn round(set_up: &SetUp, subject: Subject, calls: u32, threads: u32) -> Sample {
    let before_logs = emitted_logs();
    let expected = |calls: u32| before_logs + u64::from(threads * calls) * subject.log_records();
    let in_one_go = calls.min(IN_ONE_GO / threads);
    let barrier = Barrier::new(threads as usize);
    let before = process_time();
    let caller = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    set_up.run(subject, in_one_go, |run| {
                        let mut time = Duration::ZERO;
                        for goes in 1..=calls / in_one_go {
                            barrier.wait();
                            let start = thread_time();
                            run();
                            time += thread_time() - start;
                            wait_for_logs(expected(goes * in_one_go));
                        }
                        per_call(time, calls)
                    })
                })
            })
            .collect();
        let times = callers
            .into_iter()
            .map(|caller| caller.join().unwrap_or(f64::NAN));
        times.sum::<f64>() / f64::from(threads)
    });
    // Work that was handed to another thread counts once it is done; what was dropped instead
    // makes the round worthless.
    let all_came = wait_for_logs(expected(calls));
    let process = per_call(process_time() - before, calls * threads);
    Sample {
        caller,
        process: if all_came { process } else { f64::NAN },
    }
}

/// Caller and process of each subject.
fn measure<const N: usize>(
    set_up: &SetUp,
    subjects: [Subject; N],
    calls: u32,
    threads: u32,
) -> [[Timing; 2]; N] {
    let mut rounds = subjects.map(|subject| move || round(set_up, subject, calls, threads));
    let mut cases: Vec<&mut dyn FnMut() -> Sample> = Vec::new();
    for round in &mut rounds {
        cases.push(round);
    }
    let timings = interleaved(&mut cases);
    std::array::from_fn(|case| timings[case])
}

/// The tool call of the design: three classified arguments, two snapshots.
pub(crate) fn run(set_up: &SetUp) -> Vec<Outcome> {
    const CALLS: u32 = 10_000;
    let mut outcomes = Vec::new();
    for (threads, case) in [
        (1, "tool call recorded in full"),
        (2, "tool call recorded in full, two threads"),
    ] {
        let subjects = [
            Subject::Annotated,
            Subject::HandWritten,
            Subject::BareInstrument,
            Subject::SmallInstrument,
            Subject::Fastrace,
        ];
        let [ours, hand, bare, small, fastrace] = measure(set_up, subjects, CALLS, threads);
        let mut push = |unit: &'static str, part: usize, reference, other: [Timing; 2], budget| {
            let other = (reference, other[part]);
            outcomes.push(Outcome::new(
                "overhead",
                unit,
                (case, ours[part]),
                other,
                budget,
            ));
        };
        push(CALLER, 0, HAND, hand, Budget::None);
        push(PROCESS, 1, HAND, hand, Budget::Ratio(1.25));
        push(CALLER, 0, BARE, bare, Budget::Ratio(1.0));
        push(PROCESS, 1, BARE, bare, Budget::None);
        push(CALLER, 0, SMALL, small, Budget::None);
        push(CALLER, 0, FASTRACE, fastrace, Budget::None);
        push(PROCESS, 1, FASTRACE, fastrace, Budget::None);
    }
    // Nobody has stated a memory, so that each step makes another one. No budget is about that.
    outcomes.extend(against_hand(
        set_up,
        "tool call recorded in full, memory derived",
        [Subject::AnnotatedOfSteps, Subject::HandWrittenOfSteps],
        Budget::None,
    ));
    outcomes.extend(counted(
        "tool call recorded in full",
        [Subject::Annotated, Subject::HandWritten],
        Some(Subject::BareInstrument),
    ));
    // A model is asked and answers with async-openai's types; one snapshot.
    let case = "inference recorded in full";
    let subjects = [Subject::AnnotatedInference, Subject::HandWrittenInference];
    outcomes.extend(against_hand(set_up, case, subjects, Budget::Ratio(1.25)));
    outcomes.extend(counted(case, subjects, None));
    outcomes
}

/// Caller and process against the hand-written code; `budget` is the process's.
fn against_hand(
    set_up: &SetUp,
    case: &'static str,
    subjects: [Subject; 2],
    budget: Budget,
) -> [Outcome; 2] {
    let [ours, hand] = measure(set_up, subjects, 10_000, 1);
    [(CALLER, 0, Budget::None), (PROCESS, 1, budget)].map(|(unit, part, budget)| {
        let (ours, hand) = ((case, ours[part]), (HAND, hand[part]));
        Outcome::new("overhead", unit, ours, hand, budget)
    })
}

/// Instructions: they do not depend on what else the machine does.
fn counted(case: &'static str, [ours, hand]: [Subject; 2], bare: Option<Subject>) -> Vec<Outcome> {
    let counts: Result<Vec<_>, _> = [ours, hand]
        .into_iter()
        .chain(bare)
        .map(|subject| instructions::count(subject.counted()))
        .collect();
    let counts = match counts {
        Ok(counts) => counts,
        Err(why) => return vec![Outcome::unmeasured("overhead", case, HAND, &why)],
    };
    let row = |unit, ours, reference, other, budget| {
        let (ours, other) = ((case, ours), (reference, other));
        Outcome::new("overhead", unit, ours, other, budget).counted(instructions::RUNS)
    };
    let (ours, hand) = (counts[0], counts[1]);
    let of_caller = "instructions/call of the caller";
    let of_all = "instructions/call of all threads";
    let mut outcomes = vec![
        row(
            of_caller,
            ours.caller,
            HAND,
            hand.caller,
            Budget::Ratio(1.0),
        ),
        row(of_all, ours.process, HAND, hand.process, Budget::None),
    ];
    // Valgrind's processor has no SHA instructions: that is as much again as a bare span, on our side
    // only. So there is no budget on this.
    let bare = counts.get(2);
    outcomes.extend(bare.map(|bare| row(of_caller, ours.caller, BARE, bare.caller, Budget::None)));
    outcomes
}

/// Large arguments.
pub(crate) fn payload(set_up: &SetUp) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (bytes, calls, case) in [
        (1_000, 10_000, "an argument of 1 KB"),
        (100_000, 500, "an argument of 100 KB"),
    ] {
        let subjects = [
            Subject::AnnotatedText(bytes),
            Subject::HandWrittenText(bytes),
        ];
        let [ours, hand] = measure(set_up, subjects, calls, 1);
        let mut push = |unit, part: usize, budget| {
            let other = (HAND, hand[part]);
            outcomes.push(Outcome::new(
                "payload",
                unit,
                (case, ours[part]),
                other,
                budget,
            ));
        };
        push(CALLER, 0, Budget::None);
        push(PROCESS, 1, Budget::Ratio(1.25));
    }
    outcomes
}
