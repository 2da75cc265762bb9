//! Measures what agentscope costs: `cargo run --release -p agentscope-benches -- overhead --json`.
//!
//! Each case runs beside its reference in the same process, round after round in turn, so that a
//! noisy machine disturbs both; what counts is the ratio of the medians. A budget that is missed is
//! printed as `"ok": false`, and the exit code is 1.
//!
//! | command | what it measures |
//! |---|---|
//! | `overhead` | an annotated call: switched off, without a provider, and recorded in full: a tool's and a model's |
//! | `payload` | a recorded call with an argument of 1 KB and of 100 KB |
//! | `stream` | what each chunk of a streamed answer costs more, its end included |
//! | `propagate` | a task in its envelope, from one process to another: all but the transport |
//! | `future-size` | bytes that each nested call adds to a future |
//! | `compile-time` | what 300 annotated async functions add to `cargo check` and a debug build |
//! | `scrub` | the scrubber of free text, in megabytes a second: prose, and the worst of many floods |
//! | `store [--spans N]` | the embedded store: spans taken in a second, bytes of each, and what is asked of 1,000,000 of them |
//! | `ingest [--spans N]` | the server: spans taken in a second from another process, all of them stored and a fifth of them |
//! | `overload [--seconds N]` | the server, offered more than it can take: what it refuses, its memory, its accounts |
//! | `same` | nothing: compares what the annotated and the hand-written call emit |
//! | `once SUBJECT CALLS` | nothing: makes the calls, for a profiler; `annotated`, `annotated-in-place`, `annotated-of-steps`, `hand-written`, `hand-written-of-steps`, `bare-instrument`, `small-instrument`, `fastrace`, `inference` or `hand-written-inference`; or reads answers: `stream-json`, `stream-typed`, `bare-stream-json`, `bare-stream-typed` |
//!
//! Nanoseconds are those that a thread computed, not those that passed: other programs on the
//! machine do not count. `of all threads` has everything in it that the process did until the last
//! log record was emitted, so that work does not disappear in another thread. Instructions are
//! counted by valgrind's callgrind, in runs of this same program; without valgrind the row says so.
//!
//! The hand-written reference must emit the same: before anything is measured one call of each is
//! compared, attribute by attribute and hash by hash, and a difference ends the program.

mod compile_time;
mod future_size;
mod hand_written;
mod ingest;
mod instructions;
mod measure;
mod off;
mod overhead;
mod propagate;
mod scrub;
mod sessions_of_spans;
mod store;
mod stream;
mod subjects;
mod telemetry;

use std::process::{Command, ExitCode};

use crate::subjects::{KEY, SetUp, Subject};

#[allow(clippy::print_stderr, reason = "this is a command-line program")]
fn main() -> ExitCode {
    if std::env::var_os(KEY).is_none() {
        return again_with_key();
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let words: Vec<_> = arguments
        .iter()
        .filter(|argument| *argument != "--json")
        .map(String::as_str)
        .collect();
    if let ["once", name, calls] = words[..] {
        let calls = calls.parse().unwrap_or(0);
        if let Some(subject) = Subject::parse(name) {
            once(subject, name, calls);
            return ExitCode::SUCCESS;
        }
        if stream::once(name, calls) {
            return ExitCode::SUCCESS;
        }
    }
    if let ["store", rest @ ..] = &words[..] {
        let spans = match rest {
            [] => Some(1_000_000),
            ["--spans", spans] => spans.parse().ok(),
            _ => None,
        };
        if let Some(spans) = spans {
            return match store::run(spans) {
                Ok(results) => report(&results, json),
                Err(error) => {
                    eprintln!("{error}");
                    ExitCode::FAILURE
                }
            };
        }
    }
    if let ["ingest-send", url, spans, senders, seconds] = words[..] {
        let number = |word: &str| word.parse::<u64>().unwrap_or(0);
        let sent = ingest::send(
            url,
            usize::try_from(number(spans)).unwrap_or(usize::MAX),
            usize::try_from(number(senders)).unwrap_or(1),
            number(seconds),
        );
        return match sent {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let served = match words[..] {
        ["ingest"] => Some(ingest::run(200_000)),
        ["ingest", "--spans", spans] => spans.parse().ok().map(ingest::run),
        ["overload"] => Some(ingest::overload(60)),
        ["overload", "--seconds", seconds] => seconds.parse().ok().map(ingest::overload),
        _ => None,
    };
    match served {
        Some(Ok(results)) => return report(&results, json),
        Some(Err(error)) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
        None => {}
    }
    let apart = match words[..] {
        ["future-size"] => Some(future_size::run()),
        ["compile-time"] => Some(compile_time::run()),
        ["scrub"] => Some(scrub::run()),
        _ => None,
    };
    if let Some(results) = apart {
        return report(&results, json);
    }
    if !matches!(
        words[..],
        ["overhead" | "payload" | "stream" | "propagate" | "same"]
    ) {
        eprintln!(
            "usage: agentscope-benches overhead|payload|stream|propagate|future-size|compile-time|scrub [--json] | \
             store|ingest [--spans N] [--json] | overload [--seconds N] [--json] | \
             same | once SUBJECT CALLS"
        );
        return ExitCode::from(2);
    }
    let mut results = Vec::new();
    if words == ["overhead"] {
        // Before anything is set up.
        results.extend(off::run());
    }
    let set_up = SetUp::new();
    let differences = set_up.differences();
    if !differences.is_empty() {
        eprintln!(
            "the two sides do not emit the same:\n{}",
            differences.join("\n")
        );
        return ExitCode::FAILURE;
    }
    match words[0] {
        "overhead" => results.extend(overhead::run(&set_up)),
        "payload" => results.extend(overhead::payload(&set_up)),
        "stream" => results.extend(stream::run()),
        "propagate" => results.extend(propagate::run()),
        _ => {}
    }
    report(&results, json)
}

fn report(results: &[measure::Outcome], json: bool) -> ExitCode {
    for result in results {
        result.print(json);
    }
    match results.iter().all(|result| result.ok) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Both sides must hash with one key, which the runtime reads from the environment.
fn again_with_key() -> ExitCode {
    let run = std::env::current_exe().and_then(|program| {
        Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(KEY, "not a secret, only a bench's")
            .status()
    });
    let code = run.ok().and_then(|status| status.code());
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Never inlined: instructions are counted inside of it.
#[inline(never)]
fn once(subject: Subject, name: &str, calls: u32) {
    let set_up = SetUp::new();
    if name == "annotated-in-place" {
        set_up.emit_in_place();
    }
    let expected = u64::from(calls) * subject.log_records();
    set_up.run(subject, calls, |run| run());
    telemetry::wait_for_logs(expected);
}
