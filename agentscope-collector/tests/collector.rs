//! What `init()` and its guard promise, each in a process of its own.

#[path = "support/child.rs"]
mod child;
#[path = "support/receiver.rs"]
mod receiver;

use std::time::Duration;

use agentscope_collector::{InitError, ShutdownError, Stats, stats};
use child::{play, say, scenario, session, timed};
use opentelemetry::global;
use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
use receiver::{Mode, Receiver, dead_endpoint, text};

/// Sessions and tool calls of the scenario `work`: more than the SDK's queues hold.
const SESSIONS: u64 = 10;
const CALLS: u64 = 400;
const SPANS: u64 = SESSIONS * (CALLS + 2);

fn balanced(stats: Stats) {
    for signal in [stats.spans, stats.logs, stats.metrics] {
        let gone = signal.exported + signal.failed + signal.dropped;
        assert_eq!(signal.offered, gone + signal.pending());
    }
}

fn work() {
    let guard = agentscope_collector::init().expect("set up");
    timed("agent ms:", || {
        for id in 0..SESSIONS {
            session(&format!("s-{id}"), CALLS);
        }
    });
    timed("end ms:", || drop(guard));
    let stats = stats();
    balanced(stats);
    let spans = stats.spans;
    say("offered:", spans.offered);
    say("exported:", spans.exported);
    say("failed:", spans.failed);
    say("lost:", spans.failed + spans.dropped + spans.pending());
    say("sessions:", stats.console.sessions);
}

fn one_session() {
    let guard = agentscope_collector::builder()
        .service_name("refunds")
        .init()
        .expect("set up");
    session("s-1", 2);
    let result = guard.shutdown();
    say(
        "shutdown:",
        result.map_or_else(|error| error.to_string(), |()| "ok".into()),
    );
}

#[test]
#[ignore = "the other tests run it in processes of their own"]
fn child() {
    match scenario().as_deref() {
        None => {}
        Some("work") => work(),
        Some("one session") => one_session(),
        Some("current_thread") => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("tokio");
            runtime.block_on(async { one_session() });
        }
        Some("multi_thread") => {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .build()
                .expect("tokio");
            runtime.block_on(async {
                tokio::spawn(async { one_session() })
                    .await
                    .expect("no panic")
            });
        }
        Some("twice") => {
            let first = agentscope_collector::init().expect("set up");
            let second = agentscope_collector::init().expect_err("there is one");
            assert!(matches!(second, InitError::AlreadyInitialized), "{second}");
            drop(first);
            drop(agentscope_collector::init().expect("the first has ended"));
        }
        Some("error") => {
            let error = agentscope_collector::init().expect_err("cannot be set up");
            say("error:", &error);
            // A failed attempt leaves the place free.
            assert!(!matches!(
                agentscope_collector::init(),
                Err(InitError::AlreadyInitialized)
            ));
        }
        Some("off") => {
            let _guard = agentscope_collector::init().expect("set up");
            let span = global::tracer("test").start("probe");
            say("recording:", span.is_recording());
        }
        Some("hang") => {
            let guard = agentscope_collector::builder()
                .deadline(Duration::from_millis(300))
                .init()
                .expect("set up");
            session("s-1", 2);
            let mut result = Ok(());
            timed("end ms:", || result = guard.shutdown());
            assert!(
                matches!(result, Err(ShutdownError::Deadline { spans: 4, .. })),
                "{result:?}"
            );
        }
        #[cfg(unix)]
        Some("signal") => {
            let _guard = agentscope_collector::builder()
                .on_signals()
                .init()
                .expect("set up");
            session("s-1", 2);
            say("ready:", 1);
            loop {
                std::thread::park();
            }
        }
        Some("attach") => {
            let ended = opentelemetry_sdk::trace::SdkTracerProvider::builder();
            let (builder, guard) = agentscope_collector::builder()
                .attach(ended)
                .expect("attached");
            let provider = builder.build();
            assert!(provider.tracer("own").start("x").is_recording());
            global::set_tracer_provider(provider);
            session("s-1", 2);
            drop(guard);
            assert_eq!(
                stats().spans.offered,
                0,
                "exporting is the application's affair"
            );
        }
        Some("log") => {
            tracing_subscriber::fmt()
                .with_ansi(false)
                .with_writer(std::io::stderr)
                .init();
            work();
        }
        Some(other) => panic!("no scenario {other}"),
    }
}

#[test]
fn without_endpoint_there_is_a_tree_and_neither_export_nor_warning() {
    let played = play("work", &[]);
    assert_eq!(
        (played.said("offered:"), played.said("sessions:")),
        ("0", "10")
    );
    assert_eq!(played.stderr, "");
    assert!(
        played.stdout.contains("▸ tool tool-0  ok"),
        "{}",
        played.stdout
    );
    assert!(
        played.stdout.contains("more: 387 tool calls, all ok"),
        "{}",
        played.stdout
    );
}

#[test]
fn spans_and_metrics_arrive_from_sync_and_from_both_kinds_of_runtime() {
    for scenario in ["one session", "current_thread", "multi_thread"] {
        let receiver = Receiver::start(Mode::Accept);
        let played = play(
            scenario,
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.endpoint())],
        );
        assert_eq!(played.said("shutdown:"), "ok", "{scenario}");
        assert_eq!(played.stderr, "", "{scenario}");
        let received = receiver.received();
        assert_eq!(received.spans.len(), 4, "{scenario}");
        assert_eq!(text(&received.resource, "service.name"), Some("refunds"));
        assert_eq!(
            text(&received.resource, "telemetry.distro.name"),
            Some("agentscope")
        );
        assert!(
            received
                .metrics
                .iter()
                .any(|metric| metric.name == "agentscope.export.items")
        );
        assert!(
            played.stdout.contains("id s-1"),
            "the tree too: {}",
            played.stdout
        );
    }
}

#[test]
fn the_environment_names_the_service_before_the_code_does() {
    let receiver = Receiver::start(Mode::Accept);
    let variables = [
        (
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            &*format!("{}/v1/traces", receiver.endpoint()),
        ),
        ("OTEL_SERVICE_NAME", "from-env"),
        ("AGENTSCOPE_CONSOLE", "off"),
    ];
    let played = play("one session", &variables);
    let received = receiver.received();
    assert_eq!(text(&received.resource, "service.name"), Some("from-env"));
    assert_eq!(
        (received.spans.len(), received.metrics.len()),
        (4, 0),
        "only traces have an endpoint"
    );
    assert!(!played.stdout.contains("id s-1"), "the console is off");
}

#[test]
fn endpoint_that_is_dead_refuses_or_hangs_costs_the_agent_nothing_and_is_warned_of_once() {
    let control = play("work", &[]).millis("agent ms:");
    let refusing = Receiver::start(Mode::Refuse(500));
    let slow = Receiver::start(Mode::Slow(Duration::from_secs(30)));
    for endpoint in [dead_endpoint(), refusing.endpoint(), slow.endpoint()] {
        let variables = [
            (
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                &*format!("{endpoint}/v1/traces"),
            ),
            ("OTEL_BSP_SCHEDULE_DELAY", "20"),
        ];
        let played = play("work", &variables);
        assert_eq!(played.said("offered:"), SPANS.to_string());
        assert_eq!(
            played.said("lost:"),
            SPANS.to_string(),
            "nothing arrived, and all of it is accounted for"
        );
        assert!(
            played.millis("agent ms:") < control + 1_000,
            "{endpoint} {control} {}",
            played.stdout
        );
        assert!(
            played.millis("end ms:") < 2_500,
            "{endpoint}: {}",
            played.millis("end ms:")
        );
        assert_eq!(played.warnings().len(), 1, "{}", played.stderr);
        assert_eq!(
            played.said("sessions:"),
            "10",
            "the tree does not depend on the endpoint"
        );
    }
}

#[test]
fn warning_goes_to_the_applications_log_where_there_is_one() {
    let endpoint = format!("{}/v1/traces", dead_endpoint());
    let played = play("log", &[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &endpoint)]);
    assert!(played.warnings().is_empty(), "{}", played.stderr);
    let warnings = played
        .stderr
        .lines()
        .filter(|line| line.contains("WARN agentscope:"));
    assert_eq!(warnings.count(), 1, "{}", played.stderr);
    assert!(
        !played.stderr.contains("BatchSpanProcessor"),
        "{}",
        played.stderr
    );
}

#[test]
fn dead_endpoint_does_not_hold_up_the_end() {
    let endpoint = format!("{}/v1/traces", dead_endpoint());
    let played = play(
        "work",
        &[
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &endpoint),
            ("OTEL_BSP_SCHEDULE_DELAY", "60000"),
        ],
    );
    assert!(
        played.millis("end ms:") < 1_500,
        "{}",
        played.millis("end ms:")
    );
}

#[test]
fn guard_waits_no_longer_than_its_deadline_and_says_what_was_left() {
    let slow = Receiver::start(Mode::Slow(Duration::from_secs(30)));
    let played = play("hang", &[("OTEL_EXPORTER_OTLP_ENDPOINT", &slow.endpoint())]);
    assert!(
        (300..800).contains(&played.millis("end ms:")),
        "{}",
        played.millis("end ms:")
    );
}

#[test]
fn console_prints_one_json_object_for_each_session() {
    let played = play("work", &[("AGENTSCOPE_CONSOLE", "json")]);
    // The test harness may have written on the same line before.
    let objects = played
        .stdout
        .lines()
        .filter_map(|line| line.find("{\"id\":").map(|begin| &line[begin..]));
    let sessions: Vec<serde_json::Value> = objects
        .map(|object| serde_json::from_str(object).expect("JSON"))
        .collect();
    assert_eq!(sessions.len(), 10);
    assert_eq!(sessions[0]["totals"]["tools"], 400);
}

#[test]
fn where_nobody_looks_nothing_is_recorded() {
    assert_eq!(
        play("off", &[("AGENTSCOPE_CONSOLE", "off")]).said("recording:"),
        "false"
    );
    let variables = [
        ("OTEL_SDK_DISABLED", "true"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"),
    ];
    assert_eq!(play("off", &variables).said("recording:"), "false");
    assert_eq!(play("off", &[]).said("recording:"), "true");
    let dead = dead_endpoint();
    let snapshots = [
        ("AGENTSCOPE_CONSOLE", "off"),
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", &*dead),
    ];
    assert_eq!(
        play("off", &snapshots).said("recording:"),
        "true",
        "snapshots need the ids of spans"
    );
}

#[test]
fn there_is_one_guard_at_a_time() {
    play("twice", &[]);
}

#[test]
fn what_cannot_be_set_up_is_a_typed_error_that_says_what_to_do() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
    let json = play(
        "error",
        &[endpoint, ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "http/json")],
    );
    assert!(
        json.said("error:")
            .starts_with("logs cannot be exported through `http/json`")
    );
    let invalid = play("error", &[("OTEL_EXPORTER_OTLP_ENDPOINT", "not a url")]);
    assert!(
        invalid
            .said("error:")
            .starts_with("cannot export traces to not a url"),
        "{}",
        invalid.stdout
    );
    let console = play("error", &[("AGENTSCOPE_CONSOLE", "trees")]);
    assert!(
        console
            .said("error:")
            .starts_with("AGENTSCOPE_CONSOLE is `trees`")
    );
}

#[test]
fn variables_without_effect_are_named_in_one_warning() {
    let variables = [
        ("OTEL_LOG_LEVEL", "debug"),
        ("OTEL_PROPAGATORS", "b3,baggage"),
        ("OTEL_TRACES_EXPORTER", "zipkin"),
    ];
    let played = play("one session", &variables);
    assert_eq!(played.warnings().len(), 1, "{}", played.stderr);
    for name in [
        "OTEL_LOG_LEVEL",
        "OTEL_PROPAGATORS=b3",
        "OTEL_TRACES_EXPORTER=zipkin",
    ] {
        assert!(played.stderr.contains(name), "{name}: {}", played.stderr);
    }
}

#[test]
fn application_with_its_own_provider_gets_the_tree() {
    let played = play(
        "attach",
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")],
    );
    assert!(played.stdout.contains("id s-1"), "{}", played.stdout);
    assert_eq!(played.stderr, "");
}

#[cfg(unix)]
#[test]
fn signal_flushes_and_then_ends_the_process_as_it_would_have() {
    use std::io::BufRead as _;
    use std::os::unix::process::ExitStatusExt as _;

    for (name, number) in [("-TERM", 15), ("-INT", 2)] {
        let receiver = Receiver::start(Mode::Accept);
        let mut process = child::command(
            "signal",
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.endpoint())],
        )
        .spawn()
        .expect("runs");
        let stdout = process.stdout.take().expect("piped");
        let mut lines = std::io::BufReader::new(stdout).lines();
        assert!(lines.any(|line| line.is_ok_and(|line| line.starts_with("ready:"))));
        let begin = std::time::Instant::now();
        let id = process.id().to_string();
        assert!(
            std::process::Command::new("kill")
                .args([name, &id])
                .status()
                .expect("kill")
                .success()
        );
        let played = child::end(process);
        assert_eq!(played.status.signal(), Some(number), "{}", played.stderr);
        assert!(begin.elapsed() < Duration::from_millis(2_500));
        assert_eq!(receiver.received().spans.len(), 4);
    }
}

#[test]
fn grpc_endpoint_that_is_dead_is_counted_in_every_runtime() {
    for scenario in ["one session", "current_thread", "multi_thread"] {
        let variables = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &*dead_endpoint()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ];
        let played = play(scenario, &variables);
        assert!(
            played
                .said("shutdown:")
                .starts_with("telemetry was lost: 4 spans"),
            "{}",
            played.stdout
        );
        assert_eq!(
            played.warnings().len(),
            1,
            "one for traces and metrics: {}",
            played.stderr
        );
    }
}

#[test]
fn warning_says_where_telemetry_went_and_why_it_did_not_arrive() {
    let endpoint = format!("{}/v1/traces", dead_endpoint());
    let played = play(
        "one session",
        &[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &endpoint)],
    );
    let [warning] = played.warnings()[..] else {
        panic!("{}", played.stderr)
    };
    assert!(warning.contains(&endpoint), "{warning}");
    assert!(
        warning.to_ascii_lowercase().contains("refused"),
        "{warning}"
    );
}
