//! What `repo_analyst` sends to an OTLP endpoint.

#[path = "../../agentscope-collector/tests/support/receiver.rs"]
mod receiver;
mod support;

use std::collections::{BTreeMap, BTreeSet};

use agentscope::{Level, names};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use receiver::{Mode, Received, Receiver, text};

fn received() -> Received {
    let receiver = Receiver::start(Mode::Accept);
    let endpoint = receiver.endpoint();
    let environment = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("AGENTSCOPE_CONSOLE", "off"),
    ];
    let run = support::repo_analyst(&[], &environment);
    assert_eq!(run.code, Some(0), "{run:?}");
    // The program has flushed before it exited.
    let received = receiver.received();
    for (what, count) in [
        ("spans", received.spans.len()),
        ("snapshots", received.logs.len()),
    ] {
        let line = format!(
            "export of {what}: {count} offered, {count} exported, 0 failed, 0 dropped, 0 pending"
        );
        assert!(run.stderr.contains(&line), "{line}: {}", run.stderr);
    }
    received
}

fn int(attributes: &[KeyValue], key: &str) -> Option<i64> {
    let attribute = attributes.iter().find(|attribute| attribute.key == key)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::IntValue(number) => Some(*number),
        _ => None,
    }
}

/// Whether an attribute is there and says something.
fn says(record: &LogRecord, key: &str) -> bool {
    let value = record
        .attributes
        .iter()
        .find(|attribute| attribute.key == key);
    match value.and_then(|attribute| attribute.value.as_ref()?.value.as_ref()) {
        Some(Value::StringValue(text)) => !text.is_empty(),
        Some(Value::IntValue(_)) => true,
        _ => false,
    }
}

#[test]
fn log_records_hold_every_field_of_a_snapshot() {
    let received = received();
    let present: BTreeSet<&str> = received
        .logs
        .iter()
        .flat_map(|record| &record.attributes)
        .filter(|attribute| {
            attribute
                .value
                .as_ref()
                .is_some_and(|value| value.value.is_some())
        })
        .map(|attribute| attribute.key.as_str())
        .collect();
    // Trace and span id, level and event are fields of the record itself; see below.
    let fields = [
        names::SESSION_ID,
        names::AGENT_ID,
        names::STEP_INDEX,
        names::TOOL_NAME,
        names::TOOL_SCHEMA_HASH,
        names::MEMORY,
        names::GOAL,
        names::BELIEF,
        names::ITERATION_COUNT,
        names::BUDGET_REMAINING,
        names::LEVEL,
        names::TASK_ID,
        names::TENANT_ID,
        names::CALL_REASON,
        names::MEMORY_SOURCE,
        names::WARNING,
    ];
    for field in fields {
        assert!(present.contains(field), "{field} in {present:?}");
    }
    for key in present {
        assert!(names::find(key).is_some(), "{key} is in the table of names");
    }
    let events: BTreeSet<&str> = received
        .logs
        .iter()
        .map(|record| record.event_name.as_str())
        .collect();
    let wanted = [
        names::EVENT_AGENT_DECIDED,
        names::EVENT_TOOL_CALLED,
        names::EVENT_TOOL_RETURNED,
    ];
    assert_eq!(events, BTreeSet::from(wanted));
}

#[test]
fn every_tool_step_has_reason_memory_budget_and_schema_hash() {
    let received = received();
    let steps = |event| {
        let of_event = received
            .logs
            .iter()
            .filter(move |record| record.event_name == event);
        of_event.collect::<Vec<_>>()
    };
    let (called, returned) = (
        steps(names::EVENT_TOOL_CALLED),
        steps(names::EVENT_TOOL_RETURNED),
    );
    let tools = received
        .spans
        .iter()
        .filter(|span| span.name.starts_with("execute_tool "))
        .count();
    assert_eq!((called.len(), returned.len()), (tools, tools));
    for record in called.iter().chain(&returned) {
        let never_null = [
            names::SESSION_ID,
            names::AGENT_ID,
            names::STEP_INDEX,
            names::TOOL_NAME,
            names::TOOL_SCHEMA_HASH,
            names::CALL_REASON,
            names::MEMORY,
            names::GOAL,
            names::ITERATION_COUNT,
            names::BUDGET_REMAINING,
        ];
        for key in never_null {
            assert!(says(record, key), "{key} in {record:?}");
        }
        let span = received
            .spans
            .iter()
            .find(|span| span.span_id == record.span_id)
            .expect("its span");
        assert_eq!(span.trace_id, record.trace_id);
        assert!(record.span_id.iter().any(|byte| *byte != 0), "{record:?}");
        assert!(record.time_unix_nano > 0, "{record:?}");
        for key in [
            names::TOOL_NAME,
            names::TOOL_SCHEMA_HASH,
            names::CALL_REASON,
            names::SESSION_ID,
        ] {
            assert_eq!(
                text(&record.attributes, key),
                text(&span.attributes, key),
                "{key}"
            );
        }
        let key = names::STEP_INDEX;
        assert_eq!(int(&record.attributes, key), int(&span.attributes, key));
    }
    let budgets: Vec<_> = called
        .iter()
        .filter_map(|record| int(&record.attributes, names::BUDGET_REMAINING))
        .collect();
    assert!(
        budgets.windows(2).all(|pair| pair[0] > pair[1]),
        "the budget falls: {budgets:?}"
    );
}

#[test]
fn severities_are_those_of_the_level_table() {
    let received = received();
    let mut levels: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &received.logs {
        let level = text(&record.attributes, names::LEVEL).expect("a level");
        let known = Level::ALL
            .into_iter()
            .find(|known| known.as_str() == level)
            .expect("in the table");
        assert_eq!(record.severity_text, known.as_str());
        assert_eq!(record.severity_number, i32::from(known.severity_number()));
        let warning = text(&record.attributes, names::WARNING);
        let wanted = match warning {
            None => Level::Info,
            Some("tool_error") => Level::Error,
            Some("empty_response" | "retry") => Level::Warn,
            Some(other) => panic!("{other} is not expected"),
        };
        assert_eq!(known, wanted, "{warning:?}");
        *levels.entry(level).or_default() += 1;
    }
    let seen: Vec<_> = levels.into_keys().collect();
    assert_eq!(seen, ["ERROR", "INFO", "WARN"]);
}

#[test]
fn every_span_is_in_one_unbroken_chain_to_the_session() {
    let received = received();
    let traces: BTreeSet<_> = received.spans.iter().map(|span| &span.trace_id).collect();
    assert_eq!(traces.len(), 1);
    let parents: BTreeMap<_, _> = received
        .spans
        .iter()
        .map(|span| (&span.span_id, span))
        .collect();
    assert_eq!(parents.len(), received.spans.len(), "span ids are unique");
    for span in &received.spans {
        let mut chain = vec![span];
        while !chain[chain.len() - 1].parent_span_id.is_empty() {
            let parent = parents
                .get(&chain[chain.len() - 1].parent_span_id)
                .expect("the parent was sent");
            chain.push(parent);
        }
        let names: Vec<_> = chain.iter().map(|span| span.name.as_str()).collect();
        let root = names[names.len() - 1];
        assert_eq!(root, "invoke_workflow repo_analysis", "{names:?}");
        if names[0].starts_with("execute_tool ") {
            let above = names[1].starts_with("invoke_agent ") && names[2] == "invoke_agent analyst";
            assert!(above && names.len() == 4, "{names:?}");
        }
    }
    let sessions: BTreeSet<_> = received
        .spans
        .iter()
        .map(|span| text(&span.attributes, names::SESSION_ID))
        .collect();
    assert!(
        sessions.len() == 1 && !sessions.contains(&None),
        "{sessions:?}"
    );
}
