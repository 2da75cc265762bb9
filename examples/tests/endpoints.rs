//! An endpoint that is down, slow or refusing does not slow the agent, and what is lost is counted.
//!
//! `ENDPOINT_ROUNDS=40 cargo test -p agentscope-examples --test endpoints -- --nocapture` measures
//! on a quiet machine: it prints the medians and holds them to 5 %, and says so where the machine is
//! not quiet enough for that. Without the variable few runs are made, beside whatever else the
//! machine does, so the bound is wide.

#[path = "../../agentscope-collector/tests/support/receiver.rs"]
mod receiver;
mod support;

use std::time::Duration;

use receiver::{Mode, Receiver, dead_endpoint};
use support::{FLUSH_DEADLINE, MARGIN, Run, repo_analyst};

const SIGNALS: [&str; 3] = ["spans", "snapshots", "metrics"];

/// What became of one signal, as the program's last lines tell.
#[derive(Debug)]
struct Export {
    offered: u64,
    exported: u64,
    failed: u64,
    dropped: u64,
    pending: u64,
}

fn export(run: &Run, signal: &str) -> Export {
    let start = format!("export of {signal}: ");
    let line = run
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix(start.as_str()));
    let line = line.unwrap_or_else(|| panic!("no line on {signal}: {run:?}"));
    let number = |word: &str| {
        let part = line.split(", ").find_map(|part| part.strip_suffix(word));
        part.and_then(|number| number.trim().parse().ok())
            .expect("a number")
    };
    Export {
        offered: number("offered"),
        exported: number("exported"),
        failed: number("failed"),
        dropped: number("dropped"),
        pending: number("pending"),
    }
}

fn warnings(run: &Run) -> Vec<&str> {
    run.stderr
        .lines()
        .filter(|line| line.starts_with("agentscope: "))
        .collect()
}

/// Refused or unreachable: everything has failed, and each signal was warned of once.
fn all_failed(run: &Run) {
    for signal in SIGNALS {
        let export = export(run, signal);
        assert!(
            export.offered > 0 && export.exported == 0,
            "{signal}: {export:?}"
        );
        assert_eq!(
            export.offered,
            export.failed + export.dropped,
            "{signal}: {export:?}"
        );
    }
    // One endpoint, one warning, for whichever signal met it first.
    let warnings = warnings(run);
    assert!(
        warnings.len() == 1 && warnings[0].contains(" do not reach "),
        "{warnings:?}"
    );
}

/// The deadline passes before the first answer: what was waited for is dropped, counted, and warned of
/// once.
fn not_in_time(run: &Run) {
    for signal in SIGNALS {
        let export = export(run, signal);
        let Export {
            offered,
            exported,
            failed,
            dropped,
            pending,
        } = export;
        assert!(offered > 0 && exported == 0, "{signal}: {export:?}");
        assert_eq!(
            (offered, pending),
            (failed + dropped, 0),
            "{signal}: {export:?}"
        );
    }
    let warnings = warnings(run);
    assert!(
        warnings.len() == 1 && warnings[0].contains("within 2s"),
        "{warnings:?}"
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[allow(clippy::print_stdout, reason = "the figures are for whoever measures")]
fn report(line: std::fmt::Arguments<'_>) {
    println!("{line}");
}

#[test]
fn a_broken_endpoint_costs_the_agent_nothing() {
    let rounds = std::env::var("ENDPOINT_ROUNDS")
        .ok()
        .map(|rounds| rounds.parse().expect("a number"));
    let slow = Receiver::start(Mode::Slow(FLUSH_DEADLINE + MARGIN)).endpoint();
    let refusing = Receiver::start(Mode::Refuse(500)).endpoint();
    // Last, so that neither of the others gets its port.
    let dead = dead_endpoint();
    type Check = fn(&Run);
    let silent: Check = |run| assert_eq!(run.stderr, "");
    let endpoints = [
        ("none", "", silent),
        // What differs here is chance.
        ("none again", "", silent),
        ("dead", dead.as_str(), all_failed as Check),
        ("slow", slow.as_str(), not_in_time),
        ("500", refusing.as_str(), all_failed),
    ];
    let mut times = [const { Vec::new() }; 5];
    // All in each round, so that what else the machine does hits all of them; and in changing order,
    // so that each comes after each: a run after the idle seconds of the slow one is a slower run.
    for round in 0..rounds.unwrap_or(5) {
        let stride = 1 + round % (endpoints.len() - 1);
        for place in 0..endpoints.len() {
            let index = (round + place * stride) % endpoints.len();
            let (name, endpoint, check) = endpoints[index];
            let run = repo_analyst(&[], &[("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)]);
            assert_eq!(run.code, Some(0), "{name}: {run:?}");
            check(&run);
            let end = run.took - run.answered_in();
            assert!(
                end < FLUSH_DEADLINE + MARGIN,
                "{name} ends in time: {end:?}"
            );
            times[index].push(run.answered_in());
        }
    }
    let [none, again, broken @ ..] = times.map(median);
    let bound = match rounds {
        Some(_) => none.mul_f64(1.05),
        None => none.mul_f64(1.25) + Duration::from_millis(50),
    };
    for ((name, ..), time) in endpoints.iter().zip([none, again].iter().chain(&broken)) {
        let ratio = time.as_secs_f64() / none.as_secs_f64();
        report(format_args!(
            "{name}: median {time:?}, {ratio:.3} of the first"
        ));
    }
    assert!(
        rounds.is_none() || (again <= bound && none <= again.mul_f64(1.05)),
        "two runs without an endpoint differ by more than 5 %: the machine is not quiet enough"
    );
    assert!(
        broken.iter().all(|time| *time <= bound),
        "{broken:?} against {none:?}, at most {bound:?}"
    );
}
