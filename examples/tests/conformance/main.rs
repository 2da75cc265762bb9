//! Everything that is sent is what the names table, and the conventions behind it, say it is.

#![allow(unreachable_pub, reason = "the modules are parts of one test")]

mod answered;
#[path = "../../../agentscope-collector/tests/support/child.rs"]
mod child;
mod delegated;
mod golden;
mod official;
mod profiles;
#[path = "../../../agentscope-collector/tests/support/receiver.rs"]
mod receiver;
mod records;
mod spans;
#[path = "../support/mod.rs"]
mod support;
mod values;
mod wide;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use agentscope::names::{self, Kind, Profile, TABLE};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::{Span, Status, span::SpanKind, status::StatusCode};
use receiver::{Mode, Received, Receiver, text};

/// Played by a process of its own, for its level and its endpoint are the process's.
#[test]
#[ignore = "started by the other tests"]
fn child() {
    let scenario = child::scenario();
    let _guard = agentscope_collector::init().expect("set up");
    if scenario.as_deref() == Some("golden") {
        return golden::run();
    }
    assert_eq!(scenario.as_deref(), Some("wide"));
    agentscope::set_payload_sink(Some(std::sync::Arc::new(wide::Elsewhere)));
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .build()
        .expect("a runtime")
        .block_on(wide::run());
}

/// What the wide run sends.
static WIDE: LazyLock<Received> = LazyLock::new(|| {
    let receiver = Receiver::start(Mode::Accept);
    child::play(
        "wide",
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.endpoint()),
            ("AGENTSCOPE_CONSOLE", "off"),
            ("AGENTSCOPE_LEVEL", "trace"),
            ("AGENTSCOPE_KEY", "key of the conformance test"),
            (
                "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
                "SPAN_AND_EVENT",
            ),
        ],
    );
    receiver.received()
});

/// What the example sends.
static EXAMPLE: LazyLock<Received> = LazyLock::new(|| {
    let receiver = Receiver::start(Mode::Accept);
    let environment = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint()),
        ("AGENTSCOPE_CONSOLE", "off".to_owned()),
    ];
    let environment = environment
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let run = support::repo_analyst(&[], &environment);
    assert_eq!(run.code, Some(0), "{run:?}");
    receiver.received()
});

fn violations(received: &Received) -> Vec<String> {
    let spans = received.spans.iter().flat_map(spans::span);
    let logs = received.logs.iter().flat_map(records::log);
    let metrics = received.metrics.iter().flat_map(records::metric);
    let known: BTreeSet<_> = received.spans.iter().map(|span| &span.span_id).collect();
    let lost = received
        .logs
        .iter()
        .filter(|record| !known.contains(&record.span_id));
    let lost = lost.map(|record| format!("log `{}`: its span was never sent", record.event_name));
    spans.chain(logs).chain(metrics).chain(lost).collect()
}

#[track_caller]
fn conforms(received: &Received) {
    for (what, count) in [
        ("spans", received.spans.len()),
        ("log records", received.logs.len()),
        ("metrics", received.metrics.len()),
    ] {
        assert!(count > 0, "no {what}");
    }
    let violations = violations(received);
    let kinds: BTreeSet<_> = violations.iter().collect();
    assert!(
        violations.is_empty(),
        "{} violations, of these kinds: {kinds:#?}",
        violations.len()
    );
}

#[test]
fn what_the_example_sends_conforms() {
    conforms(&EXAMPLE);
}

#[test]
fn what_the_wide_run_sends_conforms() {
    conforms(&WIDE);
}

/// The table holds no name and no word that is never sent, and the run leaves none out.
#[test]
fn the_wide_run_sends_every_name_and_every_word_of_the_table() {
    let of_spans = WIDE.spans.iter().flat_map(|span| &span.attributes);
    let of_logs = WIDE.logs.iter().flat_map(|record| &record.attributes);
    let of_metrics = WIDE.metrics.iter().flat_map(|metric| {
        use opentelemetry_proto::tonic::metrics::v1::metric::Data;
        let of_points: Vec<_> = match &metric.data {
            Some(Data::Sum(sum)) => sum.data_points.iter().map(|it| &it.attributes).collect(),
            Some(Data::Histogram(of)) => of.data_points.iter().map(|it| &it.attributes).collect(),
            _ => Vec::new(),
        };
        of_points.into_iter().flatten()
    });
    let mut sent: BTreeSet<(&str, &str)> = BTreeSet::new();
    for attribute in of_spans.chain(of_logs).chain(of_metrics) {
        let key = attribute.key.as_str();
        sent.insert((key, ""));
        let value = attribute
            .value
            .as_ref()
            .and_then(|value| value.value.as_ref());
        if let Some(Value::StringValue(word)) = value {
            sent.insert((key, word));
        }
    }
    sent.extend(
        WIDE.logs
            .iter()
            .map(|record| (record.event_name.as_str(), "")),
    );
    sent.extend(WIDE.metrics.iter().map(|metric| (metric.name.as_str(), "")));

    let mut missing = Vec::new();
    for name in TABLE {
        let words: &[&str] = match name.kind {
            Kind::OneOf(words) => words,
            _ => &[],
        };
        let wanted = words.iter().copied().chain([""]);
        let unsent = wanted.filter(|word| !sent.contains(&(name.key, *word)));
        missing.extend(unsent.map(|word| (name.key, word)));
    }
    // Operations that no attribute opens a span for are the conventions' words, not ours.
    missing.retain(|(key, word)| *key != names::OPERATION_NAME || word.is_empty());
    let not_here = [
        // On sessions that the analysis makes of recorded trajectories.
        (names::SIMULATED, ""),
        // On events of `tracing`, which are there only where no sink takes the snapshots.
        (names::EVENT, ""),
    ];
    assert_eq!(missing, not_here);
}

/// Spans of each layer end in each way, and one is still open when the program ends.
#[test]
fn the_wide_run_ends_every_layer_in_every_way() {
    let ended: BTreeSet<_> = WIDE
        .spans
        .iter()
        .filter_map(|span| {
            let word = |key| text(&span.attributes, key);
            Some((word(names::LAYER)?, word(names::OUTCOME)?))
        })
        .collect();
    assert_eq!(ended.len(), 5 * 4, "{ended:?}");
    let left_open = WIDE.spans.iter().filter(|span| {
        let is_agent = text(&span.attributes, names::LAYER) == Some("agent");
        is_agent && text(&span.attributes, names::LEVEL).is_none()
    });
    assert_eq!(left_open.count(), 1);
}

#[test]
fn the_official_checker_finds_nothing() {
    let Some(data) = official::data() else {
        return;
    };
    let spans: Vec<_> = EXAMPLE.spans.iter().chain(&WIDE.spans).cloned().collect();
    let (passed, said) = official::check(&data, &spans);
    assert!(passed && said.contains("\n0 violation(s), "), "{said}");
    // It would find something.
    let mut broken = spans;
    broken[0].name.push('!');
    let (passed, said) = official::check(&data, &broken);
    assert!(!passed && said.contains("\n1 violation(s), "), "{said}");
}

#[test]
fn the_names_taken_from_the_conventions_are_theirs_in_both_profiles() {
    let Some(data) = official::data() else {
        return;
    };
    for (file, profile) in [
        ("resolved.json", Profile::V2026_08),
        ("resolved-next.json", Profile::Next),
    ] {
        let mut wrong = official::table_against(&data.join(file), profile);
        // Replaced there by counters that nobody emits or reads yet.
        let replaced = [names::METRIC_TOKEN_USAGE, names::TOKEN_TYPE];
        wrong.retain(|wrong| {
            let of = |name: &&str| wrong.starts_with(*name);
            profile == Profile::V2026_08 || !replaced.iter().any(of)
        });
        assert_eq!(wrong, [""; 0], "{profile:?}");
    }
    let wrong = official::table_against(&data.join("resolved-next.json"), Profile::V2026_08);
    let is_gone = |key: &str| wrong.iter().any(|wrong| wrong.starts_with(key));
    let renamed = TABLE
        .iter()
        .filter(|name| name.key != name.key_in(Profile::Next));
    // The duration of operations that are no inferences keeps its name.
    let renamed = renamed.filter(|name| name.key != names::METRIC_INFERENCE_DURATION);
    for name in renamed {
        assert!(is_gone(name.key), "{} is still there", name.key);
    }
}

#[test]
fn histograms_have_the_boundaries_and_the_labels_of_the_official_helper() {
    let Some(data) = official::data() else {
        return;
    };
    let wrong = official::metrics_against_golden(&data, &WIDE.metrics);
    // Failed calls are in no golden file.
    let more = wrong
        .iter()
        .filter(|wrong| !wrong.ends_with(names::ERROR_TYPE));
    assert_eq!(more.collect::<Vec<_>>(), [""; 0]);
}

fn golden_spans(variable: &str, word: &str) -> Vec<Span> {
    let receiver = Receiver::start(Mode::Accept);
    child::play(
        "golden",
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.endpoint()),
            ("AGENTSCOPE_CONSOLE", "off"),
            ("AGENTSCOPE_KEY", "key of the conformance test"),
            (variable, word),
        ],
    );
    receiver.received().spans
}

#[test]
fn a_profile_adds_what_its_backend_needs_and_nothing_else() {
    let plain = golden_spans("AGENTSCOPE_PROFILE", "");
    for (profile, golden) in [
        ("langfuse", profiles::LANGFUSE),
        ("langsmith", profiles::LANGSMITH),
        ("weave", profiles::WEAVE),
    ] {
        let spans = golden_spans("AGENTSCOPE_PROFILE", profile);
        let added = profiles::added(&plain, &spans);
        assert_eq!(added, profiles::golden(&spans, golden), "{profile}");
    }
}

/// With content and without.
#[test]
fn spans_are_those_of_the_official_helper_but_for_what_is_listed() {
    let Some(data) = official::data() else {
        return;
    };
    for (word, with_content) in [("NO_CONTENT", false), ("SPAN_ONLY", true)] {
        let variable = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
        let spans = golden_spans(variable, word);
        let differences = golden::differences(&data, with_content, &spans);
        assert_eq!(differences, [""; 0], "{word}");
    }
}

fn set(span: &mut Span, key: &str, value: impl Into<Option<Value>>) {
    span.attributes.retain(|attribute| attribute.key != key);
    span.attributes.extend(value.into().map(|value| KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }));
}

fn word(word: &str) -> Value {
    Value::StringValue(word.to_owned())
}

/// Each rule finds the mistake that it is there for, and nothing else does.
#[test]
fn each_rule_finds_its_mistake() {
    type Mistake = fn(&mut Span);
    let mistakes: [(&str, Mistake); 17] = [
        ("name", |span| span.name.push('!')),
        ("kind", |span| span.kind = SpanKind::Client.into()),
        ("unknown", |span| {
            set(span, "gen_ai.agent.step", Value::IntValue(1))
        }),
        ("twice", |span| {
            span.attributes.push(span.attributes[0].clone())
        }),
        ("type", |span| set(span, names::STEP_INDEX, word("1"))),
        ("type", |span| set(span, names::TOOL_EFFECT, word("both"))),
        ("required", |span| set(span, names::SESSION_ID, None)),
        ("operation", |span| {
            set(span, names::OPERATION_NAME, word("chat"))
        }),
        ("place", |span| set(span, names::SPAN_KIND, word("CHAIN"))),
        ("status", |span| {
            span.status = Some(Status {
                code: StatusCode::Ok.into(),
                ..Status::default()
            })
        }),
        ("error.type", |span| {
            set(span, names::ERROR_TYPE, word("panic"))
        }),
        ("tool status", |span| {
            set(span, names::TOOL_STATUS, word("error"))
        }),
        ("reason", |span| set(span, names::CALL_REASON, None)),
        ("json", |span| set(span, names::OUTPUT_VALUE, word("{"))),
        ("pair", |span| set(span, names::INPUT_MIME_TYPE, None)),
        ("hash", |span| {
            set(span, names::TOOL_SCHEMA_HASH, word("sha256:0"))
        }),
        ("number", |span| {
            set(span, names::REDACTION_COUNT, Value::IntValue(-1))
        }),
    ];
    let good = WIDE
        .spans
        .iter()
        .find(|span| span.name == "execute_tool balance");
    let good = good.expect("the tool was called");
    for (rule, mistake) in mistakes {
        let mut bad = good.clone();
        mistake(&mut bad);
        let found = spans::span(&bad);
        let rules: Vec<_> = found
            .iter()
            .filter_map(|line| line.split(": ").nth(1))
            .collect();
        assert_eq!(rules, [rule], "{found:?}");
    }
}

#[test]
fn each_rule_of_records_and_metrics_finds_its_mistake() {
    type Mistake = fn(&mut LogRecord);
    let mistakes: [(&str, Mistake); 8] = [
        ("event", |log| log.event_name.push('!')),
        ("severity", |log| log.severity_number = 17),
        ("severity", |log| log.severity_text = "WARN2".into()),
        ("required", |log| {
            log.attributes
                .retain(|attribute| attribute.key != names::SESSION_ID);
        }),
        ("unknown", |log| log.attributes[0].key.push('!')),
        ("memory", |log| {
            log.attributes
                .retain(|attribute| attribute.key != names::MEMORY_SOURCE);
        }),
        ("body", |log| log.body = Some(AnyValue::default())),
        ("record", |log| log.span_id.clear()),
    ];
    let called = |log: &&LogRecord| {
        log.event_name == names::EVENT_TOOL_CALLED
            && text(&log.attributes, names::MEMORY_SOURCE).is_some()
    };
    let good = WIDE.logs.iter().find(called).expect("a tool was called");
    for (rule, mistake) in mistakes {
        let mut bad = good.clone();
        mistake(&mut bad);
        let found = records::log(&bad);
        let of_rule = |line: &String| line.split(": ").nth(1) == Some(rule);
        assert!(found.iter().any(of_rule), "{rule}: {found:?}");
    }
    let mut metric = WIDE.metrics[0].clone();
    metric.unit = "1".into();
    metric.data = None;
    assert_eq!(records::metric(&metric).len(), 2);
}

/// Whatever the level, nothing that a class hides is sent.
#[test]
fn no_hidden_value_is_in_what_the_wide_run_sends() {
    let sent = format!("{:?}{:?}", WIDE.spans, WIDE.logs);
    assert!(sent.contains("where is my order?"), "of class internal");
    for hidden in ["alice", "a patient", "be kind", "on purpose"] {
        assert!(!sent.contains(hidden), "{hidden}");
    }
}
