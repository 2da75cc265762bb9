//! No value goes where its class may not: canaries of every class are planted in everything that is
//! recorded, and all that leaves the process is searched for them.
//!
//! Providers, sinks, policy and level are of a process, so each configuration is a child process:
//! this binary once more, see `program.rs`.

mod canaries;
mod channels;
mod failures;
mod foreign;
mod program;
mod propagated;
#[path = "../../../agentscope-collector/tests/support/receiver.rs"]
mod receiver;
mod search;
mod serving;
mod stored;
mod tenants;
mod texts;
mod values;

use agentscope::Class;

use channels::{Channel, Run, run};
use program::Setup;

/// Everything is where it may be: nothing above the table, and what is allowed is there.
fn hold(run: &Run) {
    let leaks = run.leaks();
    assert!(leaks.is_empty(), "{} leaks: {leaks:#?}", leaks.len());
    run.shows(Channel::Spans, Class::Public);
    run.shows(Channel::Spans, Class::Internal);
    // Whoever keeps payloads gets what is in its column, so the canaries were really there.
    for class in &Class::ALL[..5] {
        run.shows(Channel::Payloads, *class);
    }
    run.failed_in_every_way();
    run.scrubbed();
    run.kept_tenants_apart();
    assert!(!run.bytes(Channel::Headers).is_empty(), "headers were made");
    assert!(
        !run.bytes(Channel::Printed).is_empty(),
        "types were printed"
    );
}

#[test]
fn as_it_is_set_up_by_default() {
    let run = run("default", Setup::Collector, &[]);
    hold(&run);
    run.received_all_signals();
    run.shows(Channel::Console, Class::Internal);
    run.shows(Channel::Logs, Class::Internal);
}

#[test]
fn at_the_most_talkative_level() {
    let run = run("trace", Setup::Collector, &[("AGENTSCOPE_LEVEL", "trace")]);
    hold(&run);
    run.received_all_signals();
    run.shows(Channel::Logs, Class::Internal);
}

#[test]
fn with_prompts_and_completions() {
    let content = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
    let all = [
        (content, "SPAN_AND_EVENT"),
        ("AGENTSCOPE_LEVEL", "trace"),
        ("AGENTSCOPE_CONSOLE", "json"),
    ];
    let run = run("content", Setup::Collector, &all);
    hold(&run);
    run.received_all_signals();
    run.shows(Channel::Console, Class::Internal);
    for channel in [Channel::Spans, Channel::Logs] {
        run.shows_place(channel, Class::Internal, "prompt");
        run.shows_place(channel, Class::Internal, "completion");
    }
}

#[test]
fn with_providers_of_the_application() {
    let run = run("own", Setup::Own, &[("AGENTSCOPE_LEVEL", "debug")]);
    hold(&run);
    run.shows(Channel::Logs, Class::Internal);
}

#[test]
fn where_snapshots_go_to_the_log_of_the_application() {
    let run = run("no sink", Setup::NoSink, &[("AGENTSCOPE_LEVEL", "trace")]);
    hold(&run);
    run.shows(Channel::Tracing, Class::Internal);
}

/// Spans are scrubbed on a thread of the collector, snapshots do not go through it.
#[test]
fn where_the_collector_takes_spans_only() {
    let all = [
        ("AGENTSCOPE_LEVEL", "trace"),
        ("AGENTSCOPE_CONSOLE", "off"),
        ("OTEL_LOGS_EXPORTER", "none"),
        ("OTEL_METRICS_EXPORTER", "none"),
    ];
    let run = run("spans only", Setup::Collector, &all);
    hold(&run);
    run.shows(Channel::Tracing, Class::Internal);
}

/// What was declassified is found in every channel: no search above has found nothing because it
/// cannot find.
#[test]
fn a_leak_is_found_wherever_there_can_be_one() {
    let run = run("leak", Setup::Collector, &[(program::LEAK, "1")]);
    let mut channels: Vec<_> = run.leaks().into_iter().map(|leak| leak.channel).collect();
    channels.sort();
    channels.dedup();
    use Channel::{Console, Headers, Logs, Metrics, Printed, Spans};
    assert_eq!(channels, [Spans, Logs, Metrics, Console, Printed, Headers]);
    let run = channels::run("leak in a log", Setup::NoSink, &[(program::LEAK, "1")]);
    let is_in_log = |leak: &channels::Leak| leak.channel == Channel::Tracing;
    assert!(run.leaks().iter().any(is_in_log));
}
