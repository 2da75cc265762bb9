//! Sessions of other emitters, in the shapes that their documentation gives.

use agentscope_analysis::{
    Layer, Session, SpanEvent, SpanKind, SpanRecord, Status, TreeOptions, Value,
};
use agentscope_runtime::Outcome;
use proptest::prelude::*;

const MS: u64 = 1_000_000;

/// A span of 10 ms for each place in the list, begun 1 ms after the one before it.
fn trace(spans: Vec<SpanRecord>) -> Vec<SpanRecord> {
    let timed = spans
        .into_iter()
        .zip(0u64..)
        .map(|(span, place)| SpanRecord {
            start: place * MS,
            end: (place + 10) * MS,
            ..span
        });
    timed.collect()
}

fn span(id: u64, parent: Option<u64>, name: &str, attributes: &[(&str, &str)]) -> SpanRecord {
    let span = SpanRecord {
        parent_span_id: parent,
        ..SpanRecord::new(1, id, name)
    };
    let with = |span: SpanRecord, (key, value): &(&str, &str)| span.with(key, *value);
    attributes.iter().fold(span, with)
}

fn tree(session: &Session) -> String {
    session.tree(&TreeOptions::default())
}

/// Arize-ai/openinference, spec/semantic_conventions.md and the spans of its LangChain
/// instrumentation: everything is INTERNAL, nested runnables are chains.
fn langchain() -> Vec<SpanRecord> {
    const KIND: &str = "openinference.span.kind";
    let llm = |id, parent, input: i64, output: i64| {
        span(
            id,
            Some(parent),
            "ChatOpenAI",
            &[
                (KIND, "LLM"),
                ("session.id", "thread-7"),
                ("llm.model_name", "gpt-4o-mini"),
                ("llm.provider", "openai"),
                ("llm.input_messages.0.message.role", "user"),
                (
                    "llm.input_messages.0.message.content",
                    "What is the weather?",
                ),
                ("input.value", "{}"),
                ("input.mime_type", "application/json"),
            ],
        )
        .with("llm.token_count.prompt", input)
        .with("llm.token_count.completion", output)
        .with("llm.token_count.total", input + output)
        .with("llm.cost.total", 0.001)
    };
    let failed = SpanRecord {
        status: Status::Error("ValueError('no such city')".into()),
        events: vec![SpanEvent {
            name: "exception".into(),
            attributes: [("exception.type".to_owned(), Value::from("ValueError"))].into(),
            ..SpanEvent::default()
        }],
        ..span(
            6,
            Some(5),
            "get_weather",
            &[
                (KIND, "TOOL"),
                ("session.id", "thread-7"),
                ("tool.name", "get_weather"),
                ("tool.description", "Weather of a city."),
                ("input.value", "{'city': 'Pariss'}"),
            ],
        )
    };
    trace(vec![
        span(
            1,
            None,
            "LangGraph",
            &[
                (KIND, "CHAIN"),
                ("session.id", "thread-7"),
                ("metadata", "{}"),
            ],
        ),
        span(
            2,
            Some(1),
            "weather_agent",
            &[(KIND, "AGENT"), ("agent.name", "weather")],
        ),
        span(3, Some(2), "RunnableSequence", &[(KIND, "CHAIN")]),
        llm(4, 3, 120, 20),
        span(5, Some(2), "tools", &[(KIND, "CHAIN")]),
        failed,
        span(
            7,
            Some(2),
            "Retriever",
            &[
                (KIND, "RETRIEVER"),
                ("retrieval.documents.0.document.content", ".."),
            ],
        ),
        llm(8, 2, 150, 30),
    ])
}

#[test]
fn openinference_session_reads_like_ours() {
    let session = Session::new("thread-7", langchain(), Vec::new());
    assert_eq!(
        tree(&session),
        "\
◆ session LangGraph  -  10ms · 1 agent · 2 tool calls · 2 inferences · 270→50 tokens · $0.002 · id thread-7
└─ ● agent weather  -  10ms · 270→50 tokens · $0.002
   ├─ · RunnableSequence  -  10ms
   │  └─ ✦ inference ChatOpenAI  -  10ms · 120→20 tokens · $0.001
   ├─ · tools  -  10ms
   │  └─ ▸ tool #0 get_weather  error ValueError  10ms
   │       args: {'city': 'Pariss'}
   ├─ ▸ tool #1 Retriever  -  10ms
   └─ ✦ inference ChatOpenAI  -  10ms · 150→30 tokens · $0.001
"
    );
    assert_eq!(session.totals.failed, 1);
}

/// LangChain's and OpenAI's instrumentations both see a call that the former makes through the
/// latter's client.
#[test]
fn call_that_two_instrumentations_saw_counts_once() {
    let mut spans = langchain();
    let inner = SpanRecord {
        name: "ChatCompletion".into(),
        parent_span_id: Some(4),
        span_id: 9,
        ..spans[3].clone()
    };
    spans.push(inner);
    // So does a client of the Model Context Protocol with a tool.
    let inner = span(
        10,
        Some(6),
        "tools/call get_weather",
        &[
            ("gen_ai.operation.name", "execute_tool"),
            ("gen_ai.tool.name", "get_weather"),
            ("mcp.method.name", "tools/call"),
        ],
    );
    spans.push(inner);
    let totals = Session::new("thread-7", spans, Vec::new()).totals;
    assert_eq!(totals.tools, 2);
    assert_eq!(
        (totals.inferences, totals.input_tokens, totals.output_tokens),
        (2, 270, 50)
    );
}

#[test]
fn each_run_of_a_graph_in_one_thread_is_a_turn() {
    let mut spans = langchain();
    let again = langchain().into_iter().map(|span| SpanRecord {
        trace_id: 2,
        start: span.start + 1_000 * MS,
        end: span.end + 1_000 * MS,
        ..span
    });
    spans.extend(again);
    let session = Session::new("thread-7", spans, Vec::new());
    let turns = session.nodes.iter().filter(|node| node.parent == Some(0));
    assert!(
        turns
            .clone()
            .all(|turn| turn.layer == Layer::Session && turn.name == "LangGraph")
    );
    assert_eq!((turns.count(), session.totals.input_tokens), (2, 540));
    let steps = session
        .nodes
        .iter()
        .filter(|node| node.layer == Layer::Tool);
    let steps: Vec<_> = steps.map(|node| node.step_index).collect();
    assert_eq!(
        steps,
        [Some(0), Some(1), Some(0), Some(1)],
        "numbered in each turn"
    );
}

/// traceloop/openllmetry, opentelemetry-semantic-conventions-ai and the expectations of its
/// LangChain instrumentation's tests: names end in their kind, calls of models have no kind.
#[test]
fn openllmetry_session_reads_like_ours() {
    let entity = |id, parent, name: &str, kind, entity| {
        span(
            id,
            parent,
            name,
            &[
                ("traceloop.span.kind", kind),
                ("traceloop.entity.name", entity),
                ("traceloop.workflow.name", "LangGraph"),
                ("traceloop.association.properties.session_id", "chat-3"),
            ],
        )
    };
    let llm = SpanRecord {
        kind: SpanKind::Client,
        ..span(
            4,
            Some(3),
            "ChatOpenAI.chat",
            &[
                ("llm.request.type", "chat"),
                ("gen_ai.system", "Langchain"),
                ("gen_ai.request.model", "gpt-4o"),
                ("gen_ai.prompt.0.role", "user"),
                ("gen_ai.prompt.0.content", "What's 5 + 5?"),
                ("traceloop.workflow.name", "LangGraph"),
            ],
        )
    }
    .with("gen_ai.usage.prompt_tokens", 24)
    .with("gen_ai.usage.completion_tokens", 11);
    let tool =
        entity(5, Some(2), "add.tool", "tool", "add").with("traceloop.entity.input", r#"{"a":5}"#);
    let spans = trace(vec![
        entity(1, None, "LangGraph.workflow", "workflow", "LangGraph"),
        entity(2, Some(1), "planner.agent", "agent", "planner"),
        entity(3, Some(2), "model.task", "task", "model"),
        llm,
        tool,
    ]);
    assert_eq!(spans[0].facts().session, Some("chat-3"));
    let session = Session::new("chat-3", spans, Vec::new());
    assert_eq!(
        tree(&session),
        "\
◆ session LangGraph  -  10ms · 1 agent · 1 tool call · 1 inference · 24→11 tokens · id chat-3
└─ ● agent planner  -  10ms · 24→11 tokens
   ├─ · model.task  -  10ms
   │  └─ ✦ inference ChatOpenAI.chat  -  10ms · 24→11 tokens
   └─ ▸ tool #0 add  -  10ms
        args: {\"a\":5}
"
    );
}

/// OpenTelemetry's conventions of 2025 (1.36 to 1.37): an agent of the same process is a client
/// too and sums up its calls, and nothing stands above it.
#[test]
fn official_session_of_2025_reads_like_ours() {
    let system = ("gen_ai.system", "openai");
    let agent = SpanRecord {
        kind: SpanKind::Client,
        ..span(
            1,
            None,
            "invoke_agent Math Tutor",
            &[
                system,
                ("gen_ai.operation.name", "invoke_agent"),
                ("gen_ai.agent.name", "Math Tutor"),
                ("gen_ai.agent.id", "asst_5j66UpCpwteGg4YSxUnt7lPY"),
                ("gen_ai.conversation.id", "conv_5"),
            ],
        )
    }
    .with("gen_ai.usage.input_tokens", 97)
    .with("gen_ai.usage.output_tokens", 52);
    let chat = SpanRecord {
        kind: SpanKind::Client,
        ..span(
            2,
            Some(1),
            "chat gpt-4",
            &[
                system,
                ("gen_ai.operation.name", "chat"),
                ("gen_ai.request.model", "gpt-4"),
            ],
        )
    }
    .with("gen_ai.usage.input_tokens", 97)
    .with("gen_ai.usage.output_tokens", 52);
    let tool = SpanRecord {
        status: Status::Error(String::new()),
        ..span(
            3,
            Some(1),
            "execute_tool solve",
            &[
                ("gen_ai.operation.name", "execute_tool"),
                ("gen_ai.tool.name", "solve"),
                ("gen_ai.tool.call.id", "call_1"),
                ("gen_ai.tool.call.arguments", r#"{"x":1}"#),
                ("error.type", "timeout"),
            ],
        )
    };
    let session = Session::new("conv_5", trace(vec![agent, chat, tool]), Vec::new());
    assert_eq!(
        tree(&session),
        "\
◆ session (no session span)  -  12ms · 1 agent · 1 tool call · 1 inference · 97→52 tokens · id conv_5
└─ ● agent Math Tutor  -  10ms · 97→52 tokens
   ├─ ✦ inference chat gpt-4  -  10ms · 97→52 tokens
   └─ ▸ tool #0 solve  error timeout  10ms
        args: {\"x\":1}
"
    );
}

/// The conventions of 2026-08, and the names that a workflow has since late 2026.
#[test]
fn official_session_of_2026_reads_like_ours() {
    for workflow in ["gen_ai.workflow.name", "gen_ai.agent.name"] {
        let spans = trace(vec![
            span(
                1,
                None,
                "invoke_workflow triage",
                &[
                    ("gen_ai.operation.name", "invoke_workflow"),
                    (workflow, "triage"),
                ],
            ),
            span(
                2,
                Some(1),
                "invoke_agent billing",
                &[
                    ("gen_ai.operation.name", "invoke_agent"),
                    ("gen_ai.agent.name", "billing"),
                ],
            ),
            SpanRecord {
                kind: SpanKind::Client,
                ..span(
                    3,
                    Some(2),
                    "chat claude",
                    &[
                        ("gen_ai.operation.name", "chat"),
                        ("gen_ai.provider.name", "anthropic"),
                        ("gen_ai.request.model", "claude"),
                    ],
                )
            }
            .with("gen_ai.usage.input_tokens", 10)
            .with("gen_ai.usage.output_tokens", 5),
            span(
                4,
                Some(2),
                "execute_tool pay",
                &[
                    ("gen_ai.operation.name", "execute_tool"),
                    ("gen_ai.tool.name", "pay"),
                    ("gen_ai.agent.name", "billing"),
                ],
            ),
        ]);
        let session = Session::new("s", spans, Vec::new());
        assert_eq!(
            tree(&session),
            "\
◆ session triage  -  10ms · 1 agent · 1 tool call · 1 inference · 10→5 tokens · id s
└─ ● agent billing  -  10ms · 10→5 tokens
   ├─ ✦ inference chat claude  -  10ms · 10→5 tokens
   └─ ▸ tool #0 pay  -  10ms
"
        );
    }
}

/// A foreign process shows what has ended of it while it runs.
#[test]
fn foreign_session_that_runs_shows_what_is_known() {
    let spans = langchain().split_off(3);
    let session = Session::new("thread-7", spans, Vec::new());
    let open: Vec<_> = session
        .nodes
        .iter()
        .filter(|node| node.open)
        .map(|node| node.span_id)
        .collect();
    assert_eq!(open, [0, 3, 2], "the session, the sequence, the agent");
    assert_eq!((session.totals.tools, session.totals.inferences), (2, 2));
    // Its outermost span may as well be one that is in no session, such as that of a request.
    let ended = session.ended();
    assert!(
        ended
            .nodes
            .iter()
            .all(|node| !node.open && node.outcome != Some(Outcome::Cancelled))
    );
    assert_eq!(ended.totals.verdict, None);
}

/// Each emitter's way to write down what its model said when it chose a call.
#[test]
fn reason_of_a_foreign_call_is_what_its_model_said() {
    let official = r#"[{"role":"assistant","parts":[{"type":"text","content":"Let me see."},
        {"type":"reasoning","content":"I need the balance."},{"type":"tool_call","name":"pay","arguments":{}}]}]"#;
    let written: [&[(&str, &str)]; 3] = [
        &[
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.output.messages", official),
        ],
        &[
            ("openinference.span.kind", "LLM"),
            ("llm.output_messages.0.message.role", "assistant"),
            (
                "llm.output_messages.0.message.content",
                "I need the balance.",
            ),
            (
                "llm.output_messages.0.message.tool_calls.0.tool_call.function.name",
                "pay",
            ),
            (
                "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
                "{}",
            ),
        ],
        &[
            ("llm.request.type", "chat"),
            ("gen_ai.completion.0.content", "I need the balance."),
            ("gen_ai.completion.0.finish_reason", "tool_calls"),
            ("gen_ai.completion.0.tool_calls.0.name", "pay"),
            ("gen_ai.completion.0.tool_calls.0.arguments", "{}"),
        ],
    ];
    for attributes in written {
        let tool = |id, name| {
            span(
                id,
                Some(1),
                name,
                &[
                    ("gen_ai.operation.name", "execute_tool"),
                    ("gen_ai.tool.name", name),
                ],
            )
        };
        let spans = trace(vec![
            span(1, None, "invoke_agent a", &[]),
            tool(2, "pay"),
            span(3, Some(1), "model", attributes),
            tool(4, "pay"),
            tool(5, "ask"),
        ]);
        let session = Session::new("s", spans, Vec::new());
        let tools = session
            .nodes
            .iter()
            .filter(|node| node.layer == Layer::Tool);
        let reasons: Vec<_> = tools.map(|tool| tool.reason.as_deref()).collect();
        // What came before the choice, and what was not chosen, has none.
        assert_eq!(
            reasons,
            [None, Some("I need the balance."), None],
            "{attributes:?}"
        );
    }
}

proptest! {
    /// Whatever arrives, in whatever order: each span once, parents before children.
    #[test]
    fn every_span_is_in_the_tree_once(
        spans in prop::collection::vec((1u128..4, 1u64..12, prop::option::of(1u64..14), 0u8..8, 0u64..50, any::<bool>()), 0..40),
    ) {
        const KINDS: [(&str, &str); 8] = [
            ("agentscope.layer", "session"), ("agentscope.layer", "agent"), ("agentscope.layer", "tool"),
            ("agentscope.layer", "delegation"), ("openinference.span.kind", "CHAIN"),
            ("openinference.span.kind", "AGENT"), ("gen_ai.operation.name", "chat"), ("http.request.method", "GET"),
        ];
        let mut ids: Vec<(u128, u64)> = spans.iter().map(|span| (span.0, span.1)).collect();
        let all = ids.len();
        let records = spans.into_iter().map(|(trace, id, parent, kind, start, remote)| {
            let (key, word) = KINDS[usize::from(kind)];
            let span = SpanRecord {
                parent_span_id: parent,
                parent_is_remote: remote,
                start,
                end: start + 5,
                ..SpanRecord::new(trace, id, "x")
            };
            span.with(key, word).with("agentscope.agent.id", format!("a-{}", id % 3)).with("agentscope.step.path", format!("{}", id % 2))
        });
        let session = Session::new("s", records.collect(), Vec::new());
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(session.totals.duplicates, all - ids.len());
        let mut shown: Vec<_> = session.nodes.iter().filter(|node| !node.open && node.span_id != 0).map(|node| (node.trace_id, node.span_id)).collect();
        shown.sort_unstable();
        prop_assert_eq!(shown, ids);
        for (place, node) in session.nodes.iter().enumerate() {
            prop_assert!(node.parent.map_or(place == 0, |parent| parent < place));
        }
        prop_assert!(!session.tree(&TreeOptions::default()).is_empty());
    }
}
