//! What somebody is told whose first program does not do what it was to do.

#[path = "support/child.rs"]
mod child;

use agentscope_runtime::{agent, inference};
use child::{play, scenario, session};

#[agent(default = internal)]
fn answer(question: u64) -> u64 {
    question + 1
}

/// Of no crate that is known.
#[derive(serde::Serialize)]
struct ChatResponse(&'static str);

#[inference(provider = "own", model = "m", default = confidential)]
fn complete() -> Result<ChatResponse, std::fmt::Error> {
    Ok(ChatResponse("yes"))
}

#[inference(provider = "own", model = "m", default = confidential)]
fn completes() -> impl Iterator<Item = String> {
    vec!["yes".to_owned()].into_iter()
}

#[inference(provider = "own", model = "m", default = confidential)]
fn fails() -> Result<ChatResponse, std::fmt::Error> {
    Err(std::fmt::Error)
}

#[inference(provider = "own", model = "m", default = confidential, usage = |_| None)]
fn says_none() -> ChatResponse {
    ChatResponse("yes")
}

#[inference(provider = "own", model = "m", default = confidential)]
fn of_known_type() -> serde_json::Value {
    serde_json::json!({"choices": []})
}

#[agent(token_budget = 20_000, default = internal)]
fn chat() {
    assert!(complete().is_ok() && fails().is_err());
    assert_eq!(completes().count(), 1);
    assert_eq!(
        (says_none().0, of_known_type()["choices"].is_array()),
        ("yes", true)
    );
}

#[test]
#[ignore = "the other tests run it in processes of their own"]
fn child() {
    match scenario().as_deref() {
        None => {}
        Some("one session") => {
            let _guard = agentscope_collector::init().expect("set up");
            session("s-1", 2);
        }
        Some("log") => {
            tracing_subscriber::fmt()
                .with_ansi(false)
                .with_writer(std::io::stderr)
                .init();
            let _guard = agentscope_collector::init().expect("set up");
            session("s-1", 2);
        }
        Some("attach") => {
            let own = opentelemetry_sdk::trace::SdkTracerProvider::builder();
            let attached = agentscope_collector::builder().attach(own);
            drop(attached.expect("attached"));
        }
        Some("unread") => {
            let _guard = agentscope_collector::init().expect("set up");
            chat();
            chat();
        }
        Some("guard not kept") => {
            drop(agentscope_collector::init().expect("set up"));
            assert_eq!(answer(1) + answer(2), 5);
            std::thread::spawn(|| answer(3)).join().expect("no panic");
        }
        Some("nothing to do") => drop(agentscope_collector::init().expect("set up")),
        Some("call after the end") => {
            let guard = agentscope_collector::init().expect("set up");
            answer(1);
            drop(guard);
            answer(2);
        }
        Some("shut down at once") => {
            let guard = agentscope_collector::init().expect("set up");
            guard.shutdown().expect("nothing was lost");
            answer(1);
        }
        Some(other) => panic!("no scenario {other}"),
    }
}

// They were events of `tracing` only, and the program of the first day has no subscriber.
#[test]
fn wrong_values_are_told_on_the_standard_error_where_there_is_no_log() {
    let cases = [
        (
            "AGENTSCOPE_POLICY",
            "intern=mask",
            "nothing is shown of any class",
        ),
        (
            "AGENTSCOPE_POLICY",
            "internal=hide",
            "nothing is shown of internal",
        ),
        (
            "AGENTSCOPE_POLICY",
            "pii=keep",
            "to show more use `policy::loosen`",
        ),
        ("AGENTSCOPE_LEVEL", "verbose", "`verbose` is no level"),
        ("AGENTSCOPE_KEY", "abc-abc", "shorter than 16 characters"),
        (
            "AGENTSCOPE_PRICES",
            "/nonexistent",
            "the built-in prices are: /nonexistent",
        ),
        (
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
            "true",
            "is none of NO_CONTENT, SPAN_ONLY",
        ),
        (
            "AGENTSCOPE_CONSOL",
            "off",
            "did you mean AGENTSCOPE_CONSOLE?",
        ),
        ("AGENTSCOPE_KEYS", "abc-abc", "did you mean AGENTSCOPE_KEY?"),
        (
            "OTEL_TRACES_SAMPLER_ARG",
            "2",
            "only OTEL_TRACES_SAMPLER=traceidratio",
        ),
        (
            "OTEL_BSP_SCHEDULE_DELAY",
            "abc",
            "OTEL_BSP_SCHEDULE_DELAY=abc: no whole number",
        ),
        ("OTEL_SDK_DISABLED", "yes", "counts as false"),
    ];
    for (name, value, told) in cases {
        // Kubernetes sets such for a service that is called as we are.
        let of_others = ("AGENTSCOPE_SERVICE_HOST", "10.0.0.1");
        let played = play("one session", &[(name, value), of_others]);
        let warnings = played.warnings();
        assert_eq!(warnings.len(), 1, "{name}={value}: {}", played.stderr);
        assert!(warnings[0].contains(name), "{}", warnings[0]);
        assert!(warnings[0].contains(told), "{}", warnings[0]);
        assert!(!played.stderr.contains("abc-abc"), "{}", played.stderr);
        assert!(played.stdout.contains("id s-1"), "{}", played.stdout);
    }
    let attached = play(
        "attach",
        &[
            ("AGENTSCOPE_LEVL", "debug"),
            ("OTEL_BSP_SCHEDULE_DELAY", "abc"),
        ],
    );
    assert_eq!(attached.warnings().len(), 1, "{}", attached.stderr);
    assert!(attached.stderr.contains("did you mean AGENTSCOPE_LEVEL?"));
}

#[test]
fn a_program_with_a_log_reads_of_a_misspelt_variable_there() {
    let played = play("log", &[("AGENTSCOPE_CONSOL", "off")]);
    assert_eq!(played.warnings().len(), 0, "{}", played.stderr);
    assert!(
        played.stderr.contains("did you mean AGENTSCOPE_CONSOLE?"),
        "{}",
        played.stderr
    );
}

// A budget that never counts looked like one of which nothing was used.
#[test]
fn an_answer_of_unknown_type_is_told_of_once_below_the_tree() {
    let played = play("unread", &[]);
    let told: Vec<_> = played
        .stdout
        .lines()
        .filter(|line| line.starts_with("unread: "))
        .collect();
    let [told] = told[..] else {
        panic!("{}", played.stdout)
    };
    assert!(
        told.starts_with("unread: complete, completes. What its answers used"),
        "{told}"
    );
    assert!(
        played.stdout.contains("budget 20,000 of 20,000 left"),
        "{}",
        played.stdout
    );
    let json = play("unread", &[("AGENTSCOPE_CONSOLE", "json")]);
    assert!(!json.stdout.contains("unread: "), "{}", json.stdout);
}

// There was no tree, no warning, and a good end: `let _ = init()?` is what rustc's help suggests.
#[test]
fn the_first_call_after_a_guard_that_was_not_kept_says_so_once() {
    let played = play("guard not kept", &[]);
    let [warning] = played.warnings()[..] else {
        panic!("{}", played.stderr)
    };
    assert!(
        warning.contains("dropped before the first call"),
        "{warning}"
    );
    assert!(warning.contains("`let _guard = ..` in `main`"), "{warning}");
    let exporting = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
    let quiet = ("AGENTSCOPE_CONSOLE", "off");
    let exported = play("guard not kept", &[exporting, quiet]);
    assert_eq!(exported.stderr.matches("before the first call").count(), 1);
    // Nobody looks: nothing is lost.
    assert_eq!(play("guard not kept", &[quiet]).stderr, "");
    for rightly in ["nothing to do", "call after the end", "shut down at once"] {
        assert_eq!(play(rightly, &[]).stderr, "", "{rightly}");
    }
}
