//! What the session model makes of sessions that run, were cut off, span processes or hold turns.

use std::sync::Arc;

use agentscope_analysis::{
    Layer, Link, LogRecord, Node, Session, SpanKind, SpanRecord, TreeOptions,
};
use agentscope_runtime::Outcome;

const MS: u64 = 1_000_000;

fn span(trace: u128, id: u64, layer: &str, start: u64, end: u64) -> SpanRecord {
    SpanRecord {
        start: start * MS,
        end: end * MS,
        ..SpanRecord::new(trace, id, format!("span {id}"))
    }
    .with("agentscope.layer", layer)
    .with("agentscope.outcome", "ok")
}

fn called(trace: u128, id: u64, at: u64, tool: &str) -> LogRecord {
    LogRecord {
        time: at * MS,
        ..LogRecord::new("agentscope.tool.called", trace, id)
    }
    .with("agentscope.level", "INFO")
    .with("gen_ai.agent.name", "refunds")
    .with("agentscope.agent.id", "a-1")
    .with("gen_ai.tool.name", tool)
    .with("agentscope.step.index", 1)
}

fn tree(session: &Session) -> String {
    session.tree(&TreeOptions::default())
}

fn parents(session: &Session) -> Vec<(u64, Option<u64>)> {
    let id = |node: &Node| node.span_id;
    let of = |node: &Node| {
        (
            id(node),
            node.parent.map(|parent| id(&session.nodes[parent])),
        )
    };
    session.nodes.iter().map(of).collect()
}

fn running() -> Session {
    let ended = span(1, 3, "tool", 10, 20)
        .child_of(2)
        .with("agentscope.agent.id", "a-1")
        .with("gen_ai.agent.name", "refunds")
        .with("gen_ai.tool.name", "get_balance")
        .with("agentscope.step.index", 0);
    Session::new("s-1", vec![ended], vec![called(1, 4, 30, "refund")])
}

#[test]
fn what_runs_is_in_the_tree() {
    let session = running();
    assert_eq!(
        tree(&session),
        "\
◆ session (session span not seen)  (running)  20ms · 1 agent · 2 tool calls · 0 inferences · id s-1
└─ ● agent refunds  (running)  20ms
   ├─ ▸ tool #0 get_balance  ok  10ms
   └─ ▸ tool #1 refund  (running)  0µs
"
    );
    assert_eq!(session.totals.orphans, 0);
    assert!(
        session
            .nodes
            .iter()
            .filter(|node| node.open)
            .all(Node::is_notable)
    );
}

#[test]
fn what_the_collector_ends_is_cancelled_and_has_failed() {
    let session = running().ended();
    assert!(session.nodes.iter().all(|node| !node.open));
    let cancelled = session
        .nodes
        .iter()
        .filter(|node| node.outcome == Some(Outcome::Cancelled));
    assert_eq!(cancelled.count(), 3);
    assert_eq!(session.totals.verdict.as_deref(), Some("failure"));
    assert!(tree(&session).contains("tool #1 refund  cancelled"));
    // What has ended is as it was.
    let whole = Session::new("s", vec![span(1, 1, "session", 0, 9)], Vec::new());
    assert_eq!(whole.clone().ended(), whole);
}

#[test]
fn call_whose_end_was_recorded_is_lost_and_not_open() {
    let returned = LogRecord {
        event_name: "agentscope.tool.returned".into(),
        ..called(1, 4, 40, "refund")
    };
    let logs = vec![called(1, 4, 30, "refund"), returned];
    let session = Session::new("s", vec![span(1, 1, "session", 0, 90)], logs);
    assert_eq!(parents(&session), [(1, None)]);
    assert_eq!(session.nodes[0].snapshots.len(), 2);
}

#[test]
fn running_delegation_takes_the_trace_that_links_to_it() {
    let handed = LogRecord {
        event_name: "agentscope.delegation.called".into(),
        ..called(1, 3, 10, "")
    }
    .with("agentscope.delegation.target", "billing")
    .with("agentscope.step.path", "2");
    let elsewhere = |id| span(2, id, "session", 20, 30);
    let linked = SpanRecord {
        links: vec![Link {
            trace_id: 1,
            span_id: 3,
            ..Link::default()
        }],
        ..elsewhere(8)
    };
    let inside = span(2, 9, "agent", 21, 29).child_of(8);
    // Where a backend has dropped the link, the path of the step tells as much.
    let by_path = span(3, 10, "agent", 31, 39)
        .with("agentscope.agent.id", "a-2")
        .with("agentscope.step.path", "2");
    let session = Session::new("s", vec![linked, inside, by_path], vec![handed]);
    assert_eq!(
        parents(&session),
        [
            (0, None),
            (0, Some(0)),
            (3, Some(0)),
            (8, Some(3)),
            (9, Some(8)),
            (10, Some(3))
        ]
    );
    let layers: Vec<_> = session.nodes.iter().map(|node| node.layer).collect();
    assert_eq!(
        layers[..3],
        [Layer::Session, Layer::Agent, Layer::Delegation]
    );
}

#[test]
fn turns_of_a_conversation_stand_side_by_side_with_their_sums() {
    let turn = |trace: u128, id, at, verdict: &str| {
        span(trace, id, "session", at, at + 10)
            .with("gen_ai.workflow.name", "chat")
            .with("agentscope.session.verdict", verdict)
            .with("agentscope.session.verdict.source", "user")
            .with("agentscope.usage.input_tokens", 100)
    };
    let call = |trace: u128, id, parent, at| {
        SpanRecord {
            name: "chat m".into(),
            ..span(trace, id, "inference", at, at + 5)
        }
        .child_of(parent)
        .with("gen_ai.usage.input_tokens", 100)
        .with("gen_ai.usage.output_tokens", 7)
    };
    let spans = vec![
        turn(2, 20, 50, "failure"),
        turn(1, 10, 0, "success"),
        call(1, 11, 10, 1),
        call(2, 21, 20, 51),
    ];
    let session = Session::new("c-1", spans, Vec::new());
    assert_eq!(
        tree(&session),
        "\
◆ session chat  ok  60ms · 0 agents · 0 tool calls · 2 inferences · 200→14 tokens · verdict failure (user) · id c-1
├─ ◆ turn chat  ok  10ms · 100→0 tokens · verdict success
│  └─ ✦ inference chat m  ok  5ms · 100→7 tokens
└─ ◆ turn chat  ok  10ms · 100→0 tokens · verdict failure
   └─ ✦ inference chat m  ok  5ms · 100→7 tokens
"
    );
}

#[test]
fn conversation_succeeds_only_with_all_its_turns() {
    let verdict = |words: &[&str]| {
        let turns = words.iter().zip(1u64..).map(|(word, id)| {
            span(u128::from(id), id, "session", id, id + 1)
                .with("agentscope.session.verdict", *word)
        });
        Session::new("c", turns.collect(), Vec::new())
            .totals
            .verdict
    };
    assert_eq!(verdict(&["success", "success"]).as_deref(), Some("success"));
    assert_eq!(verdict(&["success", "unknown"]).as_deref(), Some("unknown"));
    assert_eq!(
        verdict(&["unknown", "failure", "success"]).as_deref(),
        Some("failure")
    );
}

#[test]
fn turn_that_runs_is_a_turn_already() {
    let first = span(1, 10, "session", 0, 10).with("gen_ai.workflow.name", "chat");
    let session = Session::new("c", vec![first], vec![called(2, 21, 50, "add")]);
    let shown = tree(&session);
    assert!(shown.starts_with("◆ session chat  (running)"), "{shown}");
    assert!(shown.contains("├─ ◆ turn chat  ok"), "{shown}");
    assert!(
        shown.contains("└─ ◆ turn (not ended)  (running)"),
        "{shown}"
    );
    assert!(shown.contains("▸ tool #1 add  (running)"), "{shown}");
}

/// A request that an application's own server span stands for is shown inside the session.
#[test]
fn session_is_outermost_where_only_spans_of_others_are_above() {
    let request = SpanRecord {
        end: 50 * MS,
        kind: SpanKind::Server,
        ..SpanRecord::new(1, 7, "POST /chat")
    };
    let session = span(1, 1, "session", 1, 40).child_of(8);
    let middleware = SpanRecord::new(1, 8, "middleware").child_of(7);
    let agent = span(1, 2, "agent", 2, 30).child_of(1);
    let session = Session::new("s", vec![request, middleware, session, agent], Vec::new());
    assert_eq!(
        parents(&session),
        [(1, None), (7, Some(1)), (8, Some(7)), (2, Some(1))]
    );
    assert_eq!(session.totals.orphans, 0);
}

#[test]
fn what_does_not_fit_together_is_counted_and_said() {
    let service = |span: SpanRecord, name: &str| SpanRecord {
        service: Some(Arc::from(name)),
        ..span
    };
    let lost = span(1, 3, "tool", 5, 6).child_of(77);
    let early = SpanRecord {
        parent_is_remote: true,
        ..service(span(1, 4, "agent", 1, 40_000), "billing")
    }
    .child_of(2);
    let here = service(span(1, 5, "tool", 3_100, 3_200), "billing").child_of(4);
    let spans = vec![
        service(span(1, 1, "session", 3_000, 4_000), "shop"),
        service(span(1, 2, "agent", 3_000, 4_000), "shop").child_of(1),
        lost,
        early,
        here.clone(),
        here,
    ];
    let session = Session::new("s", spans, Vec::new());
    let totals = &session.totals;
    assert_eq!(
        (totals.orphans, totals.duplicates, totals.skewed),
        (1, 1, 1)
    );
    let shown = tree(&session);
    assert!(
        shown.ends_with(
            "irregular: 1 span whose parent is missing, 1 span that came again, 1 span not within the \
             time of a parent in another process\n"
        ),
        "{shown}"
    );
    // A service is said where it is another than above.
    assert_eq!(shown.matches("service shop").count(), 1, "{shown}");
    assert_eq!(shown.matches("service billing").count(), 1, "{shown}");
    let json = serde_json::to_value(&session).expect("is data");
    assert_eq!(json["nodes"][0]["service"], "shop");
    assert_eq!(json["totals"]["skewed"], 1);
}

#[test]
fn children_of_another_process_do_not_miss_its_spans() {
    let entry = SpanRecord {
        parent_is_remote: true,
        ..span(1, 4, "agent", 1, 9)
    }
    .child_of(2);
    let session = Session::new(
        "s",
        vec![entry, span(1, 5, "tool", 2, 3).child_of(4)],
        Vec::new(),
    );
    assert_eq!(parents(&session), [(0, None), (4, Some(0)), (5, Some(4))]);
    assert_eq!(session.totals.orphans, 0);
    assert!(session.nodes.iter().all(|node| !node.open));
}

#[test]
fn totals_count_inferences_of_other_processes_and_those_that_were_dropped() {
    let inference = |id, parent: u64| {
        span(1, id, "inference", id, id + 1)
            .child_of(parent)
            .with("gen_ai.usage.input_tokens", 10)
    };
    let input = |said: i64| {
        let session = span(1, 1, "session", 0, 99).with("agentscope.usage.input_tokens", said);
        Session::new(
            "s",
            vec![session, inference(2, 1), inference(3, 1)],
            Vec::new(),
        )
        .totals
        .input_tokens
    };
    assert_eq!(input(50), 50, "some were dropped");
    assert_eq!(input(10), 20, "one was in another process");
}
