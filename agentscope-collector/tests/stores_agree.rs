//! The same questions on the same random sessions have the same answers, whatever database is behind
//! the store.
//!
//! Needs a ClickHouse server: `AGENTSCOPE_TEST_CLICKHOUSE=clickhouse://host:8123/database`, empty. Without
//! it the test says that it was skipped. `examples/third_party/check.py clickhouse` starts one.

use std::io::Write as _;
use std::sync::Arc;

use agentscope_collector::store::{
    self, Access, Batch, Binding, CallFilter, Origin, Period, Recorded, Retention, SessionEnd,
    SessionFilter, SessionId, SessionState, Store, Tenant, Verdict,
};
use agentscope_runtime::{Level, Outcome};
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use serde_json::{Value, json};

const BEGIN: u64 = 1_790_000_000_000_000_000;
const MINUTE: u64 = 60_000_000_000;
const DAY: u64 = 24 * 60 * MINUTE;

#[test]
fn twenty_questions_have_the_same_answers() {
    let Ok(address) = std::env::var("AGENTSCOPE_TEST_CLICKHOUSE") else {
        // Written past the capture of the test, so that it is seen.
        let message = b"skipped: AGENTSCOPE_TEST_CLICKHOUSE names no server\n";
        let _ = std::io::stderr().write_all(message);
        return;
    };
    let directory = tempfile::tempdir().expect("a directory");
    let embedded = directory.path().to_str().expect("a path in UTF-8");
    let stores =
        [embedded, &address].map(|address| store::open(address, Access::Write).expect(address));
    let tenant = Tenant::default();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let sessions = (0..60).map(|number| session(number, &mut random));
    for batch in sessions.collect::<Vec<_>>().chunks(7).map(joined) {
        for store in &stores {
            store.write(&tenant, batch.clone()).expect("written");
            // An emitter that saw no answer sends it again.
            store.write(&tenant, batch.clone()).expect("written again");
        }
    }
    for store in &stores {
        let ends: Vec<_> = (0..60)
            .step_by(3)
            .map(|number| SessionEnd {
                session: SessionId::named(name_of(number)),
                time: BEGIN + 10_000 * MINUTE,
                abandoned: number % 2 == 0,
            })
            .collect();
        store.end(&tenant, &ends).expect("ended");
        for number in (0..60).step_by(5) {
            let verdict = Verdict {
                value: ["success", "failure", "unknown"][number / 5 % 3].to_owned(),
                source: "a person".to_owned(),
            };
            store
                .judge(&tenant, &name_of(number as u64), &verdict)
                .expect("judged");
        }
    }
    for (question, ask) in questions() {
        let answers = stores.each_ref().map(|store| ask(store.as_ref(), &tenant));
        let [embedded, cluster] = answers.map(parts);
        assert_ne!(embedded.len(), 0, "{question}: no answer shows nothing");
        // One by one, so that a difference can be read.
        for (place, (embedded, cluster)) in embedded.iter().zip(&cluster).enumerate() {
            assert_eq!(embedded, cluster, "{question}, part {place}");
        }
        assert_eq!(embedded.len(), cluster.len(), "{question}");
    }
    // What warns is kept for 400 days, all else for 90 at most.
    for store in &stores {
        let pruned = store.prune(&Retention::default(), BEGIN + 300 * DAY, &mut |_| {});
        pruned.expect("pruned");
    }
    let [embedded, cluster] = stores.map(|store| records(store.as_ref(), &tenant));
    assert_ne!(embedded.len(), 0, "nothing is left");
    assert_eq!(embedded, cluster);
}

/// Every record: its session, what it is, and its span.
fn records(store: &dyn Store, tenant: &Tenant) -> Vec<(u64, &'static str, Vec<u8>)> {
    let mut records = Vec::new();
    for number in 0..60 {
        let session = store.session(tenant, &name_of(number)).expect("read");
        let Some(session) = session else { continue };
        let spans = session.spans.into_iter();
        records.extend(spans.map(|span| (number, "span", span.record.span_id)));
        let logs = session.logs.into_iter();
        records.extend(logs.map(|log| (number, "log", log.record.span_id)));
    }
    records.sort();
    records
}

type Ask = Box<dyn Fn(&dyn Store, &Tenant) -> Value>;

fn questions() -> Vec<(&'static str, Ask)> {
    fn listed(filter: SessionFilter) -> Ask {
        Box::new(move |store, tenant| json!(store.sessions(tenant, &filter).expect("sessions")))
    }
    fn called(filter: CallFilter) -> Ask {
        Box::new(move |store, tenant| json!(store.calls(tenant, &filter).expect("calls")))
    }
    let middle = Period {
        since: BEGIN + 10 * MINUTE,
        until: BEGIN + 40 * MINUTE,
    };
    let sessions = SessionFilter::default;
    let calls = CallFilter::default;
    let tool = || Some("refund".to_owned());
    vec![
        ("every session", listed(sessions())),
        (
            "the latest ten",
            listed(SessionFilter {
                limit: 10,
                ..sessions()
            }),
        ),
        (
            "of a period",
            listed(SessionFilter {
                period: middle,
                ..sessions()
            }),
        ),
        (
            "with an agent",
            listed(SessionFilter {
                agent: Some("planner".into()),
                ..sessions()
            }),
        ),
        (
            "with a tool",
            listed(SessionFilter {
                tool: tool(),
                ..sessions()
            }),
        ),
        (
            "with a warning",
            listed(SessionFilter {
                level: Some(Level::SemanticWarn),
                ..sessions()
            }),
        ),
        (
            "that failed",
            listed(SessionFilter {
                verdict: Some(agentscope_runtime::Verdict::Failure),
                ..sessions()
            }),
        ),
        (
            "of unknown fate",
            listed(SessionFilter {
                verdict: Some(agentscope_runtime::Verdict::Unknown),
                ..sessions()
            }),
        ),
        (
            "that run",
            listed(SessionFilter {
                state: Some(SessionState::Running),
                ..sessions()
            }),
        ),
        (
            "that were given up",
            listed(SessionFilter {
                state: Some(SessionState::Abandoned),
                ..sessions()
            }),
        ),
        ("every call", called(calls())),
        (
            "a tool at step 3",
            called(CallFilter {
                name: tool(),
                step: Some(3),
                ..calls()
            }),
        ),
        (
            "failed calls",
            called(CallFilter {
                outcome: Some(Outcome::Error),
                limit: 20,
                ..calls()
            }),
        ),
        (
            "empty calls of a period",
            called(CallFilter {
                status: Some("empty".into()),
                period: middle,
                ..calls()
            }),
        ),
        (
            "calls with a warning",
            called(CallFilter {
                level: Some(Level::Warn),
                ..calls()
            }),
        ),
        (
            "calls of a session",
            called(CallFilter {
                session: Some(name_of(7)),
                ..calls()
            }),
        ),
        (
            "where to look first",
            Box::new(|store, tenant| {
                json!(store.triage(tenant, &Period::default()).expect("triage"))
            }),
        ),
        (
            "where to look first in a period",
            Box::new(move |store, tenant| json!(store.triage(tenant, &middle).expect("triage"))),
        ),
        (
            "schemas",
            Box::new(|store, tenant| {
                json!(store.schemas(tenant, &Period::default()).expect("schemas"))
            }),
        ),
        (
            "the tree of every session",
            Box::new(|store, tenant| {
                let trees = (0..60).map(|number| {
                    let session = store
                        .session(tenant, &name_of(number))
                        .expect("a session")
                        .expect("it is there");
                    json!(session.model())
                });
                trees.collect()
            }),
        ),
    ]
}

/// The items of a list, the values of an object.
fn parts(answer: Value) -> Vec<Value> {
    match answer {
        Value::Array(items) => items,
        Value::Object(fields) => fields.into_iter().map(|(_, value)| value).collect(),
        other => vec![other],
    }
}

fn name_of(number: u64) -> String {
    format!("session-{number:02}")
}

fn joined(batches: &[Batch]) -> Batch {
    let mut all = Batch::default();
    for batch in batches {
        all.spans.extend(batch.spans.iter().cloned());
        all.logs.extend(batch.logs.iter().cloned());
        all.bindings.extend(batch.bindings.iter().cloned());
    }
    all
}

/// Every fourth session is somebody else's, whose spans name their session only in part.
fn session(number: u64, random: &mut Random) -> Batch {
    let foreign = number % 4 == 3;
    let trace = u128::from(number + 1) << 64 | u128::from(random.next());
    let id = SessionId::named(name_of(number));
    let begin = BEGIN + number * MINUTE + random.below(MINUTE);
    let origin = Arc::new(origin(["desk", "bank", "mail"][random.below(3) as usize]));
    let mut batch = Batch::default();
    let count = 2 + random.below(30);
    for place in 0..count {
        let start = begin + place * 1_000_000 + random.below(1_000_000);
        let mut span = Span {
            trace_id: trace.to_be_bytes().to_vec(),
            span_id: (number * 1_000 + place + 1).to_be_bytes().to_vec(),
            parent_span_id: match place {
                0 => Vec::new(),
                _ => (number * 1_000 + random.below(place) + 1)
                    .to_be_bytes()
                    .to_vec(),
            },
            kind: 1,
            start_time_unix_nano: start,
            end_time_unix_nano: start + random.below(5_000_000_000),
            ..Span::default()
        };
        let named = !foreign || place % 2 == 0;
        if foreign {
            theirs(&mut span, place, random);
        } else {
            ours(&mut span, place, random);
        }
        // A call inside the same call counts once in the embedded store alone.
        if place > 0 && (foreign || is_inference(&span)) {
            span.parent_span_id = (number * 1_000 + 1).to_be_bytes().to_vec();
        }
        if named {
            span.attributes.push(text("session.id", id.as_str()));
        }
        // As the collector learns it: first of the trace only, later of the session.
        let session = match named || place % 4 == 1 {
            true => id.clone(),
            false => SessionId::of_trace(trace),
        };
        batch.spans.push(Recorded {
            session,
            origin: origin.clone(),
            record: span,
        });
    }
    if foreign {
        batch.bindings.push(Binding {
            trace_id: trace,
            session: id.clone(),
        });
    }
    for place in 0..random.below(20) {
        let level = Level::ALL[random.below(7) as usize];
        let span = number * 1_000 + random.below(count) + 1;
        batch.logs.push(Recorded {
            session: id.clone(),
            origin: origin.clone(),
            record: LogRecord {
                time_unix_nano: begin + place * 3_000_000 + random.below(1_000_000),
                severity_number: i32::from(level.severity_number() + 1),
                severity_text: [level.as_str(), "Warning"][number as usize % 2].to_owned(),
                event_name: "agentscope.warned".to_owned(),
                trace_id: trace.to_be_bytes().to_vec(),
                span_id: span.to_be_bytes().to_vec(),
                attributes: vec![
                    text("session.id", id.as_str()),
                    text(
                        ["agentscope.level", "acme.level"][number as usize / 2 % 2],
                        level.as_str(),
                    ),
                    int("agentscope.step.index", random.below(9) as i64),
                ],
                ..LogRecord::default()
            },
        });
    }
    batch
}

fn is_inference(span: &Span) -> bool {
    span.name.starts_with("chat ")
}

fn ours(span: &mut Span, place: u64, random: &mut Random) {
    let layer = match place {
        0 => "session",
        1 => "agent",
        _ => ["tool", "tool", "inference", "delegation", "agent"][random.below(5) as usize],
    };
    let mut said = vec![
        text("agentscope.layer", layer),
        int("agentscope.step.index", random.below(6) as i64),
    ];
    let failed = random.below(6) == 0;
    said.push(text(
        "agentscope.outcome",
        if failed { "error" } else { "ok" },
    ));
    if failed {
        span.status = Some(Status {
            code: 2,
            message: String::new(),
        });
        said.push(text(
            "error.type",
            ["timeout", "BankError"][random.below(2) as usize],
        ));
    }
    if random.below(5) == 0 {
        said.push(text(
            "agentscope.level",
            Level::ALL[random.below(7) as usize].as_str(),
        ));
    }
    let tool = ["refund", "get_balance", "send_mail"][random.below(3) as usize];
    let agent = ["planner", "clerk"][random.below(2) as usize];
    match layer {
        "session" => {
            span.name = "invoke_workflow refunds".to_owned();
            said.push(text("gen_ai.workflow.name", "refunds"));
            if random.below(2) == 0 {
                said.push(text(
                    "agentscope.session.verdict",
                    ["success", "failure", "unknown"][random.below(3) as usize],
                ));
                said.push(text("agentscope.session.verdict.source", "rule"));
            }
        }
        "agent" => {
            span.name = format!("invoke_agent {agent}");
            said.push(text("gen_ai.agent.name", agent));
        }
        "tool" => {
            span.name = format!("execute_tool {tool}");
            said.push(text("gen_ai.tool.name", tool));
            said.push(text("gen_ai.agent.name", agent));
            said.push(text(
                "agentscope.tool.status",
                ["success", "empty", "error"][random.below(3) as usize],
            ));
            said.push(text(
                "agentscope.tool.schema.hash",
                &format!("{:064x}", random.below(2)),
            ));
            said.push(flag("agentscope.tool.blind", random.below(4) == 0));
        }
        "inference" => {
            span.name = "chat gpt-4o".to_owned();
            span.kind = 3;
            said.push(text(
                "gen_ai.request.model",
                ["gpt-4o", "claude"][random.below(2) as usize],
            ));
            let huge = (random.below(20) == 0).then_some(1 << 62);
            let input = huge.unwrap_or(random.below(9_000) as i64);
            said.push(int("gen_ai.usage.input_tokens", input));
            said.push(int("gen_ai.usage.output_tokens", random.below(900) as i64));
            if random.below(2) == 0 {
                let cost = random.below(40_000) as f64 / 1e6;
                let cost = if random.below(20) == 0 { 1e300 } else { cost };
                said.push(double("agentscope.cost.usd", cost));
            }
        }
        _ => {
            span.name = "invoke_agent clerk".to_owned();
            span.kind = 3;
            said.push(text("agentscope.delegation.target", "clerk"));
        }
    }
    span.attributes = said;
}

fn theirs(span: &mut Span, place: u64, random: &mut Random) {
    let kind = match place {
        0 => "CHAIN",
        _ => ["AGENT", "TOOL", "LLM", "CHAIN", "RETRIEVER"][random.below(5) as usize],
    };
    let mut said = vec![text("openinference.span.kind", kind)];
    span.name = "RunnableSequence".to_owned();
    match kind {
        "LLM" => {
            said.push(text("llm.model_name", "gpt-4o-mini"));
            said.push(int("llm.token_count.prompt", random.below(3_000) as i64));
            said.push(int("llm.token_count.completion", random.below(300) as i64));
        }
        "TOOL" => said.push(text("tool.name", "refund")),
        "AGENT" => said.push(text("agent.name", "planner")),
        _ => {}
    }
    if random.below(7) == 0 {
        span.status = Some(Status {
            code: 2,
            message: "it broke".to_owned(),
        });
        said.push(text("exception.type", "ValueError"));
    }
    span.attributes = said;
}

fn origin(service: &str) -> Origin {
    Origin {
        resource: Resource {
            attributes: vec![text("service.name", service)],
            ..Resource::default()
        },
        scope: InstrumentationScope {
            name: "agentscope".to_owned(),
            version: "0.1.0".to_owned(),
            ..InstrumentationScope::default()
        },
    }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, any_value::Value::StringValue(value.to_owned()))
}

fn int(key: &str, value: i64) -> KeyValue {
    attribute(key, any_value::Value::IntValue(value))
}

fn double(key: &str, value: f64) -> KeyValue {
    attribute(key, any_value::Value::DoubleValue(value))
}

fn flag(key: &str, value: bool) -> KeyValue {
    attribute(key, any_value::Value::BoolValue(value))
}

fn attribute(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

/// The same numbers every time (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }
}
