//! What the text tree and the session model promise.

use agentscope_analysis::{Layer, LogRecord, Session, SpanRecord, Status, TreeOptions, Value};
use proptest::prelude::*;

const MS: u64 = 1_000_000;

fn span(id: u64, layer: &str, start_ms: u64, end_ms: u64) -> SpanRecord {
    SpanRecord {
        start: start_ms * MS,
        end: end_ms * MS,
        ..SpanRecord::new(1, id, format!("span {id}"))
    }
    .with("agentscope.layer", layer)
    .with("agentscope.outcome", "ok")
}

fn session_span() -> SpanRecord {
    span(1, "session", 0, 100_000).with("gen_ai.workflow.name", "refunds")
}

fn tool(id: u64, step: i64) -> SpanRecord {
    span(id, "tool", id, id + 1)
        .child_of(1)
        .with("gen_ai.tool.name", format!("tool-{id}"))
        .with("agentscope.step.index", step)
}

fn snapshot(event: &str, span: u64, time_ms: u64, level: &str) -> LogRecord {
    LogRecord {
        time: time_ms * MS,
        ..LogRecord::new(event, 1, span)
    }
    .with("agentscope.level", level)
}

fn plain(spans: Vec<SpanRecord>, logs: Vec<LogRecord>) -> String {
    Session::new("s-1", spans, logs).tree(&TreeOptions::default())
}

#[test]
fn tree_tells_the_story_of_a_session() {
    let session = session_span()
        .with("agentscope.session.verdict", "failure")
        .with("agentscope.session.verdict.source", "entry agent");
    let agent = span(2, "agent", 0, 1_240)
        .child_of(1)
        .with("gen_ai.agent.name", "refunds")
        .with("agentscope.agent.id", "a-1")
        .with("agentscope.usage.cost_usd", 0.0125)
        .with("agentscope.token.budget.limit", 20_000)
        .with("agentscope.token.budget.remaining", 19_124);
    let inference = SpanRecord {
        name: "chat m".into(),
        ..span(3, "inference", 1, 431)
    }
    .child_of(2)
    .with("gen_ai.usage.input_tokens", 812)
    .with("gen_ai.usage.output_tokens", 64);
    let foreign = SpanRecord {
        start: 440 * MS,
        end: 460 * MS,
        ..SpanRecord::new(1, 4, "http request")
    }
    .child_of(2);
    let balance = span(5, "tool", 441, 453)
        .child_of(4)
        .with("gen_ai.tool.name", "get_balance")
        .with("agentscope.step.index", 0)
        .with("agentscope.call.reason", "a refund needs\nthe balance")
        .with("agentscope.call.reason.source", "stated")
        .with("input.value", r#"{"currency":"EUR"}"#)
        .with("output.value", "1250")
        .with("agentscope.tool.blind", true)
        .with(
            "agentscope.tool.unclassified",
            Value::Array(vec!["account".into(), "output".into()]),
        );
    let refund = SpanRecord {
        status: Status::Error(String::new()),
        ..span(6, "tool", 470, 471)
    }
    .child_of(2)
    .with("gen_ai.tool.name", "refund")
    .with("agentscope.outcome", "error")
    .with("error.type", "BankError")
    .with("agentscope.step.index", 1)
    .with("agentscope.frame", "recovered")
    .with("agentscope.call.reason.source", "missing");
    let state = |record: LogRecord, memory: &str, budget: i64| {
        record
            .with("agentscope.agent.id", "a-1")
            .with("agentscope.memory.summary", memory)
            .with("agentscope.memory.source", "derived")
            .with("agentscope.token.budget.remaining", budget)
    };
    let logs = vec![
        state(
            snapshot("agentscope.tool.returned", 6, 471, "ERROR"),
            "order not looked up",
            19_124,
        )
        .with("agentscope.warning", "tool_error")
        .with("agentscope.note", "bank said no"),
        state(
            snapshot("agentscope.tool.called", 5, 441, "INFO"),
            "order not looked up",
            19_124,
        ),
        state(
            snapshot("agentscope.tool.returned", 5, 453, "INFO"),
            "order not looked up",
            19_124,
        ),
    ];
    let expected = r#"◆ session refunds  ok  1m40s · 1 agent · 2 tool calls · 1 inference · 812→64 tokens · verdict failure (entry agent) · worst ERROR · id s-1
└─ ● agent refunds  ok  1.24s · $0.0125 · budget 19,124 of 20,000 left
   ├─ ✦ inference chat m  ok  430ms · 812→64 tokens
   ├─ · http request  -  20ms
   │  └─ ▸ tool #0 get_balance  ok  12ms
   │       why: "a refund needs\nthe balance" (stated)
   │       args: {"currency":"EUR"}
   │       result: 1250
   │       memory: "order not looked up" (derived)
   │       budget: 19,124 tokens left
   └─ ▸ tool #1 refund  error BankError  1ms · frame recovered
        why: missing
        ! ERROR tool_error note: "bank said no"
blind: get_balance (account, output). Nobody has said what these values are, so a default hides them: write #[sensitivity(..)] before the arguments, and the result's class as output = ..
frame recovered: foreign code had dropped the agent's context in 1 call; wrap that future with .in_current_agent()
"#;
    // Order of arrival does not matter.
    let tree = plain(
        vec![refund, balance, foreign, inference, agent, session],
        logs,
    );
    assert_eq!(tree, expected, "\n{tree}");
}

/// What the code says of itself, where it changes, and what its guardrails say.
#[test]
fn sub_goals_certainty_and_what_failed_are_shown() {
    let agent = span(2, "agent", 0, 9)
        .child_of(1)
        .with("gen_ai.agent.name", "refunds");
    let state = |record: LogRecord, certainty: f64| {
        record
            .with("agentscope.sub_goal", "find the order")
            .with("agentscope.confidence", certainty)
    };
    let warned = |time, level, warning| {
        snapshot("agentscope.warned", 2, time, level).with("agentscope.warning", warning)
    };
    let evaluation = |time, level| {
        snapshot("gen_ai.evaluation.result", 2, time, level).with("gen_ai.evaluation.name", "limit")
    };
    let logs = vec![
        state(snapshot("agentscope.tool.called", 2, 1, "INFO"), 0.9),
        evaluation(2, "INFO"),
        state(warned(3, "WARN", "fallback"), 0.9)
            .with("agentscope.fallback.from", "a")
            .with("agentscope.fallback.to", "b"),
        warned(4, "ERROR", "schema_violation").with("agentscope.schema.pointer", "/lines/0"),
        state(evaluation(5, "CRITICAL"), 0.5)
            .with("agentscope.warning", "guardrail")
            .with("gen_ai.evaluation.explanation", "too much"),
    ];
    let tree = plain(vec![session_span(), agent], logs);
    let expected = r#"
     sub-goal: "find the order"
     confidence: 0.9
     ! WARN fallback "a" → "b"
     ! ERROR schema_violation at /lines/0
     confidence: 0.5
     ! CRITICAL guardrail limit why: "too much"
"#;
    assert!(tree.ends_with(expected), "{tree}");
}

/// It said "budget -60 of 1,000 left".
#[test]
fn a_budget_that_was_exceeded_says_by_how_much() {
    let agent = span(2, "agent", 0, 10)
        .child_of(1)
        .with("gen_ai.agent.name", "refunds")
        .with("agentscope.token.budget.limit", 1_000)
        .with("agentscope.token.budget.remaining", -60);
    let text = plain(vec![session_span(), agent], Vec::new());
    assert!(text.contains("budget 60 over 1,000"), "{text}");
}

/// One cost of 1e300 filled the screen.
#[test]
fn what_no_call_can_have_used_is_not_shown() {
    let inference = SpanRecord {
        name: "chat m".into(),
        ..span(2, "inference", 0, 10)
    }
    .child_of(1)
    .with("gen_ai.usage.input_tokens", 1_i64 << 62)
    .with("gen_ai.usage.output_tokens", 7)
    .with("agentscope.cost.usd", 1e300);
    let text = plain(vec![session_span(), inference], Vec::new());
    assert!(
        text.contains("inference chat m  ok  10ms") && !text.contains("0000"),
        "{text}"
    );
}

#[test]
fn colour_adds_escape_sequences_and_nothing_else() {
    let spans = vec![session_span(), tool(2, 0)];
    let session = Session::new("s-1", spans, Vec::new());
    let coloured = session.tree(&TreeOptions {
        color: true,
        ..TreeOptions::default()
    });
    assert!(coloured.contains("\u{1b}[32mok\u{1b}[0m"));
    let mut bare = coloured;
    for code in ["0", "1", "2", "31", "32", "33"] {
        bare = bare.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(bare, session.tree(&TreeOptions::default()));
}

#[test]
fn span_without_its_parent_hangs_under_its_agent_else_under_the_session() {
    let agent = span(2, "agent", 0, 9)
        .child_of(1)
        .with("agentscope.agent.id", "a-1");
    let of_agent = tool(3, 0).child_of(77).with("agentscope.agent.id", "a-1");
    let of_nobody = tool(4, 1).child_of(78);
    let session = Session::new(
        "s",
        vec![session_span(), agent, of_agent, of_nobody],
        Vec::new(),
    );
    let parents: Vec<_> = session
        .nodes
        .iter()
        .map(|node| (node.span_id, node.parent))
        .collect();
    assert_eq!(
        parents,
        [(1, None), (2, Some(0)), (3, Some(1)), (4, Some(0))]
    );
}

#[test]
fn spans_that_name_each_other_as_parent_are_shown_once() {
    let session = Session::new(
        "s",
        vec![
            session_span(),
            tool(2, 0).child_of(3),
            tool(3, 1).child_of(2),
            tool(4, 2).child_of(4),
        ],
        vec![],
    );
    assert_eq!(session.nodes.len(), 4);
    assert_eq!(session.totals.tools, 3);
}

#[test]
fn session_without_its_span_still_shows_what_is_there() {
    let session = Session::new(
        "s",
        vec![tool(2, 0)],
        vec![snapshot("agentscope.noted", 9, 1, "INFO")],
    );
    assert_eq!(session.nodes[0].layer, Layer::Session);
    assert_eq!(session.nodes[0].snapshots.len(), 1);
    assert!(session.tree(&TreeOptions::default()).contains("tool-2"));
    assert_eq!(Session::new("s", vec![], vec![]).nodes.len(), 1);
}

#[test]
fn ten_thousand_steps_side_by_side_or_nested_are_no_problem() {
    let wide = (2..10_002)
        .map(|id| tool(id, 0))
        .chain([session_span()])
        .collect();
    let tree = plain(wide, Vec::new());
    assert!(
        tree.contains("… 9,987 more: 9,987 tool calls, all ok"),
        "{tree}"
    );
    let deep = (2..10_002)
        .map(|id| tool(id, 0).child_of(id - 1))
        .chain([session_span()])
        .collect();
    let session = Session::new("s", deep, Vec::new());
    let tree = session.tree(&TreeOptions::default());
    assert!(
        tree.lines().all(|line| line.len() < 400),
        "a line grows with its depth"
    );
    assert!(tree.contains("tool-10001"));
    assert!(serde_json::to_string(&session).is_ok());
}

/// A limit that stands for none overflowed, and with it `agentscope tree --all`.
#[test]
fn without_a_limit_every_sibling_is_shown() {
    let spans = (2..40).map(|id| tool(id, 0)).chain([session_span()]);
    let session = Session::new("s", spans.collect(), Vec::new());
    let tree = session.tree(&TreeOptions {
        siblings: usize::MAX,
        ..TreeOptions::default()
    });
    assert_eq!(tree.matches("tool-").count(), 38, "{tree}");
}

proptest! {
    #[test]
    fn folding_never_hides_what_failed_or_warned(kinds in prop::collection::vec(0u8..5, 0..80), limit in 0usize..10) {
        let mut logs = Vec::new();
        let mut spans = vec![session_span()];
        for (id, kind) in (2..).zip(&kinds) {
            let mut tool = tool(id, 0);
            match kind {
                0 => tool = tool.with("agentscope.outcome", "error"),
                1 => logs.push(snapshot("agentscope.warned", id, 1, "WARN")),
                _ => {}
            }
            spans.push(tool);
        }
        let session = Session::new("s", spans, logs);
        let tree = session.tree(&TreeOptions { siblings: limit, ..TreeOptions::default() });
        let mut shown = 0;
        for (id, kind) in (2..).zip(&kinds) {
            let here = tree.contains(&format!("tool-{id}  "));
            shown += usize::from(here);
            prop_assert!(here || *kind > 1, "tool-{} is hidden", id);
        }
        let folded: usize = tree
            .lines()
            .filter_map(|line| line.split_once("… ")?.1.split(' ').next()?.parse::<usize>().ok())
            .sum();
        prop_assert_eq!(shown + folded, kinds.len());
    }

    #[test]
    fn run_time_text_neither_breaks_lines_nor_characters(text in any::<String>(), limit in 0usize..20) {
        let call = tool(2, 0).with("agentscope.call.reason", text.clone()).with("gen_ai.tool.name", text);
        let session = Session::new("s", vec![session_span(), call], Vec::new());
        let tree = session.tree(&TreeOptions { text: limit, ..TreeOptions::default() });
        prop_assert_eq!(tree.lines().count(), 3);
        prop_assert!(!tree.chars().any(|character| character.is_control() && character != '\n'));
    }
}

#[test]
fn delegations_stand_in_the_tree_by_the_path_of_their_step() {
    let delegation = |id: u64, path: &str| {
        span(id, "delegation", id, 500)
            .with("agentscope.delegation.target", "billing")
            .with("agentscope.step.index", 2)
            .with("agentscope.step.path", path)
    };
    let spans = vec![
        session_span(),
        span(2, "agent", 1, 900)
            .child_of(1)
            .with("gen_ai.agent.name", "planner"),
        delegation(3, "2")
            .child_of(2)
            .with("agentscope.delegation.reason", "it may see invoices")
            .with("agentscope.delegation.fan_out", 2),
        span(4, "agent", 4, 400)
            .child_of(3)
            .with("gen_ai.agent.name", "billing")
            .with("agentscope.step.path", "2")
            .with("agentscope.delegation.attempt", 2),
        tool(5, 0).child_of(4).with("agentscope.step.path", "2/0"),
        delegation(6, "2/2")
            .child_of(4)
            .with("agentscope.delegation.mode", "link")
            .with("agentscope.delegation.cycle", true),
    ];
    let expected = "\
◆ session refunds  ok  1m40s · 2 agents · 1 tool call · 0 inferences · 2 delegations · id s-1
└─ ● agent planner  ok  899ms
   └─ → delegation #2 billing  ok  497ms · one of 2
      │ why: \"it may see invoices\" (stated)
      └─ ● agent billing  ok  396ms · attempt 2
         ├─ ▸ tool #2/0 tool-5  ok  1ms
         └─ → delegation #2/2 billing  ok  494ms · linked · cycle
";
    assert_eq!(plain(spans, Vec::new()), expected);
}
