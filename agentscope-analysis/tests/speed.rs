//! What reading costs. Asserted where the build is optimised (`cargo test --release`); an ordinary
//! test run only says it.

use std::hint::black_box;
use std::io::Write as _;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use agentscope_analysis::{
    Facts, LogRecord, Scalar, Session, SpanKind, SpanRecord, carries_content,
};

/// Time that this thread has run, so that other work on the machine does not count; where the system
/// does not tell, all time.
fn now() -> Duration {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ran = schedule
        .split(' ')
        .next()
        .and_then(|nanos| nanos.parse().ok());
    ran.map_or_else(|| BEGIN.elapsed(), Duration::from_nanos)
}

/// The least of several rounds.
fn best(rounds: usize, mut work: impl FnMut()) -> Duration {
    let mut round = || {
        let begin = now();
        work();
        now() - begin
    };
    (0..rounds).map(|_| round()).min().unwrap_or_default()
}

fn check(what: &str, took: Duration, budget: Duration) {
    writeln!(std::io::stderr(), "{what}: {took:?}, budget {budget:?}").expect("it is open");
    if !cfg!(debug_assertions) {
        assert!(took <= budget, "{what} took {took:?}, budget {budget:?}");
    }
}

/// Measured in one round; few where nothing is asserted.
const SPANS: u32 = if cfg!(debug_assertions) { 200 } else { 20_000 };

const OURS: [(&str, Scalar<'_>); 20] = [
    ("agentscope.layer", Scalar::Text("tool")),
    ("gen_ai.operation.name", Scalar::Text("execute_tool")),
    ("gen_ai.tool.name", Scalar::Text("get_balance")),
    ("gen_ai.tool.type", Scalar::Text("function")),
    (
        "gen_ai.tool.description",
        Scalar::Text("Look up a balance."),
    ),
    ("code.function.name", Scalar::Text("bank::get_balance")),
    (
        "session.id",
        Scalar::Text("4bf92f3577b34da6a3ce929d0e0e4736"),
    ),
    ("agentscope.agent.id", Scalar::Text("00f067aa0ba902b7")),
    ("agentscope.step.index", Scalar::Int(3)),
    (
        "agentscope.call.reason",
        Scalar::Text("a refund needs the balance"),
    ),
    ("agentscope.call.reason.source", Scalar::Text("stated")),
    ("agentscope.tool.schema.hash", Scalar::Text("sha256:abc")),
    ("agentscope.tool.args.shape.hash", Scalar::Text("hmac:abc")),
    ("agentscope.tool.status", Scalar::Text("success")),
    ("agentscope.tool.response.size", Scalar::Int(120)),
    ("agentscope.tool.response.hash", Scalar::Text("hmac:def")),
    ("input.value", Scalar::Text("{}")),
    ("output.value", Scalar::Text("1250")),
    ("agentscope.level", Scalar::Text("INFO")),
    ("agentscope.outcome", Scalar::Text("ok")),
];

const FOREIGN: [(&str, Scalar<'_>); 20] = [
    ("openinference.span.kind", Scalar::Text("LLM")),
    ("llm.model_name", Scalar::Text("gpt-4o")),
    ("llm.provider", Scalar::Text("openai")),
    ("llm.system", Scalar::Text("openai")),
    ("llm.invocation_parameters", Scalar::Text("{}")),
    ("llm.input_messages.0.message.role", Scalar::Text("user")),
    (
        "llm.input_messages.0.message.content",
        Scalar::Text("hello"),
    ),
    (
        "llm.output_messages.0.message.role",
        Scalar::Text("assistant"),
    ),
    ("llm.output_messages.0.message.content", Scalar::Text("hi")),
    ("llm.token_count.prompt", Scalar::Int(120)),
    ("llm.token_count.completion", Scalar::Int(34)),
    ("llm.token_count.total", Scalar::Int(154)),
    ("input.value", Scalar::Text("{}")),
    ("input.mime_type", Scalar::Text("application/json")),
    ("output.value", Scalar::Text("{}")),
    ("output.mime_type", Scalar::Text("application/json")),
    ("session.id", Scalar::Text("s")),
    ("user.id", Scalar::Text("u")),
    ("metadata", Scalar::Text("{}")),
    ("http.request.method", Scalar::Text("POST")),
];

#[test]
fn facts_of_a_span_of_twenty_attributes_take_less_than_a_microsecond() {
    for (what, span) in [("ours", OURS), ("foreign", FOREIGN)] {
        let all = best(10, || {
            for _ in 0..SPANS {
                let attributes = black_box(&span).iter().copied();
                black_box(Facts::of("span", SpanKind::Internal, false, attributes));
            }
        });
        check(
            &format!("facts, {what}"),
            all / SPANS,
            Duration::from_micros(1),
        );
    }
}

#[test]
fn looking_for_content_in_twenty_attributes_takes_less_than_two_microseconds() {
    let all = best(10, || {
        for _ in 0..SPANS {
            for (key, value) in black_box(&FOREIGN) {
                black_box(carries_content(key, *value));
            }
        }
    });
    check("content", all / SPANS, Duration::from_micros(2));
}

/// An agent of ten thousand steps with a snapshot each.
#[test]
fn session_of_ten_thousand_spans_takes_less_than_fifty_milliseconds() {
    let span = |id: u64| {
        let span = SpanRecord {
            start: id,
            end: id + 1,
            ..SpanRecord::new(1, id, "execute_tool get_balance")
        };
        let attributes = OURS.iter().map(|(key, value)| {
            let value = match *value {
                Scalar::Int(number) => number.into(),
                Scalar::Text(text) => text.into(),
                _ => unreachable!("there is no other"),
            };
            ((*key).to_owned(), value)
        });
        SpanRecord {
            attributes: attributes.collect(),
            ..span.child_of(1)
        }
    };
    let root = SpanRecord::new(1, 1, "invoke_workflow w").with("agentscope.layer", "session");
    let spans: Vec<_> = (2..10_002).map(span).chain([root]).collect();
    let logs: Vec<_> = (2..10_002)
        .map(|id| {
            LogRecord::new("agentscope.tool.returned", 1, id).with("agentscope.level", "INFO")
        })
        .collect();
    let round = |_| {
        let (spans, logs) = (spans.clone(), logs.clone());
        let begin = now();
        let session = Session::new("s", spans, logs);
        let took = now() - begin;
        // Giving it up is no part of it.
        assert_eq!(session.totals.tools, 10_000);
        took
    };
    let took = (0..8).map(round).min().unwrap_or_default();
    check("session", took, Duration::from_millis(50));
}
