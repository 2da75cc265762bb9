//! Sessions as a fleet of agents emits them: what the benches of the store and of the server take.
//!
//! The attributes are those of agentscope's own spans, about a kilobyte a span. Ids and hashes are
//! random, names come from a few dozen, and sentences and JSON are put together from words: nothing
//! repeats that would not repeat in life, so that compression is not flattered.

use std::fmt::Write as _;
use std::sync::Arc;

use agentscope_collector::store::{Batch, Origin, Recorded, SessionId};
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{Span, Status, span::SpanKind, status::StatusCode};

const MILLISECOND: u64 = 1_000_000;
/// Sessions that are at work at the same time.
const AT_ONCE: usize = 64;

/// Names, each with how often it is met.
const TOOLS: [&str; 24] = [
    "get_order",
    "search_orders",
    "refund",
    "get_balance",
    "find_customer",
    "send_mail",
    "create_ticket",
    "close_ticket",
    "search_knowledge",
    "read_page",
    "list_invoices",
    "get_invoice",
    "convert_currency",
    "track_parcel",
    "change_address",
    "cancel_order",
    "get_stock",
    "reserve_item",
    "schedule_call",
    "summarize_thread",
    "get_policy",
    "check_fraud",
    "get_weather",
    "translate",
];
const AGENTS: [&str; 5] = ["refunds", "planner", "researcher", "support", "billing"];
const MODELS: [&str; 4] = [
    "gpt-4o-2024-08-06",
    "gpt-4o-mini",
    "claude-sonnet-4",
    "gemini-2.5-flash",
];
const ERRORS: [&str; 5] = [
    "BankError::Declined",
    "timeout",
    "HttpError::Status",
    "NotFound",
    "serde_json::Error",
];
const WORDS: &str = "the order customer account refund invoice payment balance address parcel delivery \
    warehouse agent ticket policy contract price currency amount because before after must should \
    could check find look confirm compare update cancel create send ask answer wait retry fall back \
    missing broken late early wrong right open closed pending final first second third last next \
    monday tuesday friday january march june october number date name street city country phone \
    mail message thread reply question request result page list table entry value total sum tax fee \
    discount voucher coupon return exchange repair warranty manual product lamp chair desk monitor \
    keyboard cable adapter battery printer camera ticket flight hotel train seat booking passenger \
    luggage gate terminal weather rain snow storm traffic route distance hour minute day week month \
    year quarter report summary detail risk fraud score limit threshold rule exception approval \
    manager colleague team shift office branch region market segment channel campaign budget cost \
    margin profit loss forecast plan step goal belief memory context prompt token model tool schema \
    field type unit test case error warning level trace span session user system service host";

/// A source of numbers that look random and are the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// One of a list, the first ones much more often.
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let bound = self.below(of.len() as u64) + 1;
        of[self.below(bound) as usize]
    }
}

/// Makes batches without end.
pub(crate) struct Sessions {
    dice: Dice,
    words: Vec<&'static str>,
    origins: Vec<Arc<Origin>>,
    /// Spans of each session that is at work, in the order in which they will end, the last first.
    open: Vec<(SessionId, Arc<Origin>, Vec<Span>)>,
    /// When the next session begins.
    clock: u64,
    /// Nanoseconds between the begins of sessions.
    pace: u64,
}

impl Sessions {
    /// Sessions that begin from a time on, in nanoseconds since the Unix epoch.
    pub(crate) fn new(seed: u64, begin: u64, pace: u64) -> Self {
        let mut sessions = Self {
            dice: Dice(seed),
            words: WORDS.split_whitespace().collect(),
            origins: Vec::new(),
            open: Vec::new(),
            clock: begin,
            pace,
        };
        for service in ["support-api", "refund-worker", "research-agent"] {
            for host in 0..4 {
                let origin = sessions.origin(service, host);
                sessions.origins.push(origin);
            }
        }
        for _ in 0..AT_ONCE {
            let session = sessions.session();
            sessions.open.push(session);
        }
        sessions
    }

    fn origin(&mut self, service: &str, host: u32) -> Arc<Origin> {
        let instance = self.uuid();
        Arc::new(Origin {
            resource: Resource {
                attributes: vec![
                    text("service.name", service),
                    text("service.version", "1.14.2"),
                    text("service.instance.id", instance),
                    text("host.name", format!("{service}-{host}.eu-west.internal")),
                    text("telemetry.sdk.language", "rust"),
                    text("telemetry.sdk.name", "opentelemetry"),
                    text("telemetry.sdk.version", "0.33.1"),
                ],
                ..Resource::default()
            },
            scope: InstrumentationScope {
                name: "agentscope".to_owned(),
                version: "0.1.0".to_owned(),
                ..InstrumentationScope::default()
            },
        })
    }

    /// So many spans of the sessions that are at work, as they end.
    pub(crate) fn batch(&mut self, spans: usize) -> Batch {
        let mut batch = Batch::default();
        while batch.spans.len() < spans {
            let place = self.dice.below(self.open.len() as u64) as usize;
            // Spans of a session come in little runs: an exporter sends what has ended meanwhile.
            let run = 1 + self.dice.below(6);
            let (session, origin, left) = &mut self.open[place];
            for _ in 0..run {
                if let Some(record) = left.pop() {
                    batch.spans.push(Recorded {
                        session: session.clone(),
                        origin: Arc::clone(origin),
                        record,
                    });
                }
            }
            if left.is_empty() {
                self.open[place] = self.session();
            }
        }
        batch
    }

    fn session(&mut self) -> (SessionId, Arc<Origin>, Vec<Span>) {
        self.clock += self.dice.below(2 * self.pace.max(1));
        let origin = self.dice.below(self.origins.len() as u64) as usize;
        let origin = Arc::clone(&self.origins[origin]);
        let mut maker = Maker {
            trace: self.hex(16),
            session: self.uuid(),
            agent_id: self.hex_text(16),
            agent: self.dice.one(&AGENTS),
            user: self.hmac(),
            task: format!("task-{}", self.dice.below(1 << 40)),
            now: self.clock,
            spans: Vec::new(),
            from: self,
        };
        maker.run();
        let Maker {
            session, mut spans, ..
        } = maker;
        spans.reverse();
        (SessionId::named(session), origin, spans)
    }

    fn hex(&mut self, bytes: usize) -> Vec<u8> {
        (0..bytes).map(|_| self.dice.next() as u8).collect()
    }

    fn hex_text(&mut self, digits: usize) -> String {
        let bytes = self.hex(digits / 2);
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    fn uuid(&mut self) -> String {
        let [one, two, three, four, five] = [8, 4, 4, 4, 12].map(|digits| self.hex_text(digits));
        format!("{one}-{two}-{three}-{four}-{five}")
    }

    fn hmac(&mut self) -> String {
        format!("hmac-sha256:5f1c09ab:{}", self.hex_text(32))
    }

    fn sentence(&mut self, words: u64) -> String {
        let mut sentence = String::new();
        for _ in 0..words / 2 + self.dice.below(words) {
            let word = self.words[self.dice.below(self.words.len() as u64) as usize];
            sentence.push_str(word);
            sentence.push(' ');
        }
        sentence.truncate(sentence.trim_end().len());
        sentence
    }

    fn object(&mut self, fields: u64) -> String {
        let mut json = String::from("{");
        for place in 0..1 + self.dice.below(fields) {
            let key = self.words[(7 * place + self.dice.below(3)) as usize % self.words.len()];
            let value = match self.dice.below(5) {
                0 => self.dice.below(1_000_000).to_string(),
                1 => format!("{}.{:02}", self.dice.below(2_000), self.dice.below(100)),
                2 => format!("\"{}\"", self.hex_text(12)),
                3 => "\"<confidential>\"".to_owned(),
                _ => format!("\"{}\"", self.sentence(5)),
            };
            let comma = if place == 0 { "" } else { "," };
            let _ = write!(json, "{comma}\"{key}_{place}\":{value}");
        }
        json.push('}');
        json
    }
}

/// One session in the making.
struct Maker<'a> {
    from: &'a mut Sessions,
    trace: Vec<u8>,
    session: String,
    agent_id: String,
    agent: &'static str,
    user: String,
    task: String,
    now: u64,
    spans: Vec<Span>,
}

impl Maker<'_> {
    /// Session, agent, and steps: an inference, a tool call, now and then an HTTP request below.
    fn run(&mut self) {
        let begin = self.now;
        let (root, agent) = (self.from.hex(8), self.from.hex(8));
        let steps = 4 + self.from.dice.below(18) as i64;
        for step in 0..steps {
            self.inference(&agent, step);
            self.tool(&agent, step);
        }
        let failed = self.from.dice.below(20) == 0;
        let outcome = if failed { "error" } else { "ok" };
        let mut span = self.span(
            agent,
            Some(&root),
            format!("invoke_agent {}", self.agent),
            begin,
            "agent",
        );
        span.attributes.extend([
            text("gen_ai.operation.name", "invoke_agent"),
            text("agentscope.agent.mode", "react"),
            text("agentscope.agent.model", MODELS[0]),
            text("agentscope.system_prompt.hash", self.from.hmac()),
            text("input.value", self.from.object(4)),
            text("output.value", self.from.object(4)),
            int("agentscope.iteration.count", steps),
            int("agentscope.usage.input_tokens", 1200 * steps),
            int("agentscope.usage.output_tokens", 90 * steps),
            text("agentscope.outcome", outcome),
        ]);
        self.spans.push(span);
        let mut span = self.span(
            root,
            None,
            format!("invoke_workflow {}", self.agent),
            begin,
            "session",
        );
        span.attributes.extend([
            text("gen_ai.operation.name", "invoke_workflow"),
            text("gen_ai.workflow.name", format!("{} desk", self.agent)),
            text("openinference.span.kind", "CHAIN"),
            text("input.value", self.from.object(4)),
            text("output.value", self.from.object(4)),
            text(
                "agentscope.session.verdict",
                if failed { "failure" } else { "unknown" },
            ),
            int("agentscope.session.tool_calls", steps),
            int("agentscope.session.inference_calls", steps),
            text("agentscope.outcome", outcome),
        ]);
        self.spans.push(span);
    }

    fn inference(&mut self, agent: &[u8], step: i64) {
        let begin = self.pass(3_000);
        let id = self.from.hex(8);
        let model = self.from.dice.one(&MODELS);
        let mut span = self.span(id, Some(agent), format!("chat {model}"), begin, "inference");
        span.kind = SpanKind::Client as i32;
        let tokens = 400 + self.from.dice.below(9_000) as i64;
        span.attributes.extend([
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.provider.name", "openai"),
            text("gen_ai.request.model", model),
            text("gen_ai.response.model", model),
            text(
                "gen_ai.response.id",
                format!("chatcmpl-{}", self.from.hex_text(28)),
            ),
            number("gen_ai.request.temperature", 0.2),
            int("gen_ai.request.max_tokens", 4096),
            int("gen_ai.usage.input_tokens", tokens),
            int("gen_ai.usage.output_tokens", tokens / 11),
            int("gen_ai.usage.cache_read.input_tokens", tokens / 2),
            number("agentscope.cost.usd", tokens as f64 * 2.5e-6),
            number(
                "gen_ai.response.time_to_first_chunk",
                self.from.dice.below(900) as f64 / 1e3,
            ),
            text("agentscope.input.hash", self.from.hmac()),
            text("agentscope.output.hash", self.from.hmac()),
            text("agentscope.call.reason", self.from.sentence(14)),
            int("agentscope.input.size", tokens * 4),
            int("agentscope.step.index", step),
            text("agentscope.data.classification", "confidential"),
            text("agentscope.outcome", "ok"),
        ]);
        self.spans.push(span);
    }

    fn tool(&mut self, agent: &[u8], step: i64) {
        let begin = self.pass(800);
        let id = self.from.hex(8);
        let name = self.from.dice.one(&TOOLS);
        if self.from.dice.below(4) == 0 {
            let inner = self.from.hex(8);
            let mut span = self.span(inner, Some(&id), "HTTP GET".to_owned(), begin, "");
            span.kind = SpanKind::Client as i32;
            span.attributes.extend([
                text("http.request.method", "GET"),
                text(
                    "url.full",
                    format!("https://api.internal/v2/{name}/{}", self.from.hex_text(12)),
                ),
                text("server.address", "api.internal"),
                int("http.response.status_code", 200),
            ]);
            self.spans.push(span);
        }
        let failed = self.from.dice.below(25) == 0;
        let mut span = self.span(
            id,
            Some(agent),
            format!("execute_tool {name}"),
            begin,
            "tool",
        );
        let place = TOOLS.iter().position(|tool| *tool == name).unwrap_or(0);
        let schema = Dice(place as u64).next();
        span.attributes.extend([
            text("gen_ai.operation.name", "execute_tool"),
            text("gen_ai.tool.name", name),
            text(
                "gen_ai.tool.description",
                format!("What {name} is for, in the words of its doc comment."),
            ),
            text("gen_ai.tool.type", "function"),
            text(
                "gen_ai.tool.call.id",
                format!("call_{}", self.from.hex_text(24)),
            ),
            text("code.function.name", format!("desk::tools::{name}")),
            int("agentscope.step.index", step),
            text("agentscope.call.reason", self.from.sentence(14)),
            text("agentscope.call.reason.source", "model"),
            text(
                "agentscope.tool.schema.hash",
                format!("{:064x}", u128::from(schema) << 60 | 0x5eed),
            ),
            text("agentscope.tool.args.shape.hash", self.from.hmac()),
            text("input.value", self.from.object(6)),
            text("input.mime_type", "application/json"),
            text("output.value", self.from.object(8)),
            text("output.mime_type", "application/json"),
            int(
                "agentscope.tool.response.size",
                self.from.dice.below(9_000) as i64,
            ),
            text("agentscope.tool.response.hash", self.from.hmac()),
            text("agentscope.data.classification", "confidential"),
            int("agentscope.redaction.count", self.from.dice.below(4) as i64),
        ]);
        let (status, outcome) = match failed {
            true => ("error", "error"),
            false if self.from.dice.below(15) == 0 => ("empty", "ok"),
            false => ("success", "ok"),
        };
        span.attributes.push(text("agentscope.tool.status", status));
        span.attributes.push(text("agentscope.outcome", outcome));
        if failed {
            span.attributes
                .push(text("error.type", self.from.dice.one(&ERRORS)));
            span.attributes.push(text("agentscope.level", "ERROR"));
            span.status = Some(Status {
                code: StatusCode::Error as i32,
                ..Status::default()
            });
        } else if status == "empty" {
            span.attributes.push(text("agentscope.level", "WARN"));
        } else {
            span.attributes.push(text("agentscope.level", "INFO"));
        }
        self.spans.push(span);
    }

    /// Lets time pass; gives when that began.
    fn pass(&mut self, milliseconds: u64) -> u64 {
        let begin = self.now;
        self.now += (1 + self.from.dice.below(2 * milliseconds)) * MILLISECOND / 50
            + self.from.dice.below(MILLISECOND);
        begin
    }

    fn span(
        &mut self,
        id: Vec<u8>,
        parent: Option<&[u8]>,
        name: String,
        begin: u64,
        layer: &str,
    ) -> Span {
        let mut attributes = vec![
            text("session.id", self.session.as_str()),
            text("enduser.pseudo.id", self.user.as_str()),
            text("agentscope.task.id", self.task.as_str()),
            text("agentscope.tenant.id", "default"),
        ];
        if !layer.is_empty() {
            attributes.extend([
                text("agentscope.layer", layer),
                text("gen_ai.agent.name", self.agent),
                text("agentscope.agent.id", self.agent_id.as_str()),
                text("agentscope.agent.tier", "standard"),
            ]);
        }
        Span {
            trace_id: self.trace.clone(),
            span_id: id,
            parent_span_id: parent.map(<[u8]>::to_vec).unwrap_or_default(),
            flags: 0x101,
            name,
            kind: SpanKind::Internal as i32,
            start_time_unix_nano: begin,
            end_time_unix_nano: self.now,
            attributes,
            ..Span::default()
        }
    }
}

fn value(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

fn text(key: &str, text: impl Into<String>) -> KeyValue {
    value(key, any_value::Value::StringValue(text.into()))
}

fn int(key: &str, number: i64) -> KeyValue {
    value(key, any_value::Value::IntValue(number))
}

fn number(key: &str, number: f64) -> KeyValue {
    value(key, any_value::Value::DoubleValue(number))
}
