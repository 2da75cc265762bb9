//! MCP: an agent and the tools of another process, as they were and with attributes.

#[path = "../../agentscope-collector/tests/support/receiver.rs"]
mod receiver;
mod support;

use std::collections::BTreeMap;

use agentscope::names;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use receiver::{Mode, Received, Receiver, text};
use serde_json::json;
use support::endpoint::{Answer, completion, endpoint};
use support::{Run, cashier, guide};

const GUIDE: &str = include_str!("../mcp/README.md");

fn answers() -> Vec<Answer> {
    vec![
        completion(
            0,
            "I add the prices up.",
            &[("add_up", json!({"cents": [349, 280]}))],
        ),
        completion(
            1,
            "The customer pays in cash.",
            &[("take_payment", json!({"cents": 629}))],
        ),
        completion(2, "That was 6.29, thank you.", &[]),
    ]
}

fn run(annotated: bool, otlp: &str) -> Run {
    let (url, _requests) = endpoint(answers());
    let order = ["--model-url", &url, "--model", "gpt-4o-mini", "Tea, bread."];
    let environment = [
        ("OPENAI_API_KEY", "none"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", otlp),
    ];
    cashier(annotated, &order, &environment)
}

/// What both processes have sent.
fn received() -> (Run, Received) {
    let receiver = Receiver::start(Mode::Accept);
    let run = run(true, &receiver.endpoint());
    assert_eq!(run.code, Some(0), "{run:?}");
    // The till has flushed before it exited, and the cashier has waited for it.
    (run, receiver.received())
}

#[test]
fn the_diffs_of_the_guide_make_the_annotated_programs() {
    let programs = [
        (
            include_str!("../mcp/till_before.rs"),
            include_str!("../mcp/till.rs"),
        ),
        (
            include_str!("../mcp/cashier_before.rs"),
            include_str!("../mcp/cashier.rs"),
        ),
    ];
    let mut beside = Vec::new();
    for (place, (before, after)) in programs.into_iter().enumerate() {
        let applied = guide::applied(before, guide::block(GUIDE, "diff", place));
        assert_eq!(guide::first_difference(&applied.program, after), None);
        let is_attribute = |line: &&str| line.starts_with("#[") && line.ends_with(']');
        beside.extend(applied.removed);
        beside.extend(applied.added.into_iter().filter(|line| !is_attribute(line)));
    }
    // Beside attributes: `main`, an import, and the type of the client.
    assert_eq!(
        beside,
        [
            "let telemetry = agentscope_collector::builder().console(agentscope_collector::Console::Off);",
            "let _guard = telemetry.init()?;",
            "let till = agentscope::rmcp::Server::new(till);",
            "type Till = RunningService<RoleClient, ()>;",
            "use agentscope::{agent, inference, tool};",
            "type Till = agentscope::rmcp::Client<RunningService<RoleClient, ()>>;",
            "let _guard = agentscope_collector::init()?;",
            "let till = agentscope::rmcp::Client::new(till);",
        ]
    );
}

#[test]
fn the_programs_do_what_they_did() {
    let before = run(false, "http://127.0.0.1:9");
    assert_eq!(before.code, Some(0), "{before:?}");
    assert_eq!(before.stdout, "That was 6.29, thank you.\n");
    let (after, _) = received();
    let [said, _] = after.with_and_without(&before);
    assert_eq!(said, before.stdout, "{after:?}");
}

fn tree(spans: &[Span], parent: &[u8], depth: usize, out: &mut String) {
    let mut below: Vec<_> = spans
        .iter()
        .filter(|it| it.parent_span_id == parent)
        .collect();
    below.sort_by_key(|it| it.start_time_unix_nano);
    for span in below {
        out.push_str(&format!("{}{}\n", "  ".repeat(depth), span.name));
        tree(spans, &span.span_id, depth + 1, out);
    }
}

#[test]
fn both_processes_make_one_tree_with_no_layer_twice() {
    let (_, received) = received();
    let mut shown = String::new();
    tree(&received.spans, &[], 0, &mut shown);
    assert_eq!(shown, guide::block(GUIDE, "text", 0));
    let sessions: Vec<_> = received
        .spans
        .iter()
        .map(|it| text(&it.attributes, names::SESSION_ID))
        .collect();
    assert!(sessions[0].is_some());
    assert!(sessions.iter().all(|it| *it == sessions[0]), "{sessions:?}");
    let mut layers: BTreeMap<_, usize> = BTreeMap::new();
    for span in &received.spans {
        let layer = text(&span.attributes, names::LAYER).expect("a layer");
        *layers.entry(layer).or_default() += 1;
    }
    let expected = [("agent", 1), ("inference", 3), ("session", 1), ("tool", 4)];
    assert_eq!(layers, BTreeMap::from(expected));
}

fn number(span: &Span, key: &str) -> Option<i64> {
    let attribute = span.attributes.iter().find(|it| it.key == key)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::IntValue(number) => Some(*number),
        _ => None,
    }
}

#[test]
fn reason_iteration_and_usage_are_there() {
    let (_, received) = received();
    for span in &received.spans {
        let attributes = &span.attributes;
        match text(attributes, names::LAYER).expect("a layer") {
            "inference" => {
                for key in ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"] {
                    assert!(number(span, key).is_some_and(|it| it > 0), "{key}");
                }
            }
            "agent" => assert_eq!(number(span, names::ITERATION_COUNT), Some(3)),
            _ => {}
        }
    }
    // What the model has chosen is the cashier's call; the till works on behalf of that.
    let name = |span: &Span| span.name.clone();
    let ids: Vec<_> = received
        .spans
        .iter()
        .map(|it| (it.span_id.clone(), name(it)))
        .collect();
    let parent = |span: &Span| {
        let found = ids.iter().find(|(id, _)| *id == span.parent_span_id);
        found.map(|(_, name)| name.clone())
    };
    let tools = received
        .spans
        .iter()
        .filter(|it| it.name.starts_with("execute_tool "));
    let (of_till, of_cashier): (Vec<_>, Vec<_>) =
        tools.partition(|it| parent(it).is_some_and(|above| above == it.name));
    assert_eq!((of_till.len(), of_cashier.len()), (2, 2));
    for span in of_cashier {
        let reason = text(&span.attributes, names::CALL_REASON);
        assert!(reason.is_some_and(|it| !it.is_empty()), "{span:?}");
        assert_eq!(
            text(&span.attributes, "agentscope.call.reason.source"),
            Some("model")
        );
    }
}
