//! The best hand-written code for the telemetry of an annotated tool call and, in a module of its own, of an inference.
//!
//! What one engineer would write who knows the SDK and these two tools: the tracer is cached, the
//! attributes are there when the span is built, two readings of the clock, constants where the
//! types fix the outcome (schema hash, classes, how many values are hidden). What depends on the
//! values is computed: redacted arguments, shape hash (the latest is kept), size and hash of the
//! response, the step's number, the fingerprint that tells a retry, the totals of agent and session.
//! The span is current while the body runs, so that spans inside nest. The metrics are recorded too,
//! with the labels that ours have.

mod inference;

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use hmac::{Hmac, KeyInit as _, Mac as _};
use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, Severity};
use opentelemetry::metrics::Histogram;
use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanKind, TraceContextExt as _, Tracer as _,
};
use opentelemetry::{Context, KeyValue, StringValue};
use opentelemetry_sdk::logs::SdkLogger;
use opentelemetry_sdk::trace::SdkTracer;
use sha2::{Digest as _, Sha256};

use crate::subjects::Customer;

/// What is known of a tool when the program is written.
struct Tool {
    name: &'static str,
    span_name: &'static str,
    function: &'static str,
    description: &'static str,
    schema_hash: &'static str,
    shape: &'static str,
    highest_class: &'static str,
    hidden: i64,
    reason: &'static str,
}

const BALANCE: Tool = Tool {
    name: "balance",
    span_name: "execute_tool balance",
    function: "agentscope_benches::subjects::balance",
    description: "Look up a customer's balance.",
    schema_hash: "sha256:5a6577c71db7e385b76bff39505061493c9a6b9332da08081d85965ab4af6097",
    shape: "{\"email\":s,\"id\":n}\ns\nn\n",
    highest_class: "pii",
    hidden: 2,
    reason: "a refund needs the balance",
};

const MEASURE: Tool = Tool {
    name: "measure",
    span_name: "execute_tool measure",
    function: "agentscope_benches::subjects::measure",
    description: "Count the bytes of a text.",
    schema_hash: "sha256:3c194d85bb0dce776955ff43566af0c40183a03993c5460023eb374c42afca88",
    shape: "s\n",
    highest_class: "internal",
    hidden: 0,
    reason: "the text must fit",
};

/// A tracer, a logger, a key: one a program.
#[derive(Clone)]
pub(crate) struct Hand {
    tracer: SdkTracer,
    logger: SdkLogger,
    mac: Hmac<Sha256>,
    key_id: Arc<str>,
    inference_duration: Histogram<f64>,
    token_usage: Histogram<u64>,
    tool_duration: Histogram<f64>,
}

/// One running agent.
pub(crate) struct HandAgent {
    hand: Hand,
    session: StringValue,
    agent: StringValue,
    parent: Context,
    steps: AtomicU32,
    iterations: AtomicU32,
    of_agent: Totals,
    of_session: Totals,
    /// Tokens of the latest prompt.
    window: AtomicU32,
    shape: Mutex<Option<(&'static str, StringValue)>>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Totals {
    calls: AtomicU32,
    nanos: AtomicU64,
    tokens: AtomicU64,
    micro_dollars: AtomicU64,
}

struct Known {
    memory: StringValue,
    memory_source: &'static str,
    /// The latest, where the memory is derived of them.
    latest: VecDeque<&'static str>,
    step_count: usize,
    /// Fingerprints of calls that failed.
    failures: Vec<u64>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hand {
    pub(crate) fn new(tracer: SdkTracer, logger: SdkLogger, key: &[u8]) -> Self {
        let id = Sha256::new()
            .chain_update(b"agentscope key id\0")
            .chain_update(key)
            .finalize();
        let meter = opentelemetry::global::meter("bench");
        let seconds = |name: &'static str| meter.f64_histogram(name).with_unit("s").build();
        Self {
            inference_duration: seconds("gen_ai.client.operation.duration"),
            token_usage: meter.u64_histogram("gen_ai.client.token.usage").build(),
            tool_duration: seconds("gen_ai.execute_tool.duration"),
            tracer,
            logger,
            mac: Hmac::new_from_slice(key).expect("any length is a key"),
            key_id: format!("h{:02x}{:02x}{:02x}{:02x}:", id[0], id[1], id[2], id[3]).into(),
        }
    }

    pub(crate) fn agent(&self, session: &str, agent: &str) -> HandAgent {
        let root = self.tracer.start("hand-written agent");
        HandAgent {
            hand: self.clone(),
            session: Arc::<str>::from(session).into(),
            agent: Arc::<str>::from(agent).into(),
            parent: Context::new().with_span(root),
            steps: AtomicU32::new(0),
            iterations: AtomicU32::new(0),
            of_agent: Totals::default(),
            of_session: Totals::default(),
            window: AtomicU32::new(0),
            shape: Mutex::default(),
            known: Mutex::new(Known {
                memory: "nothing yet".into(),
                memory_source: "stated",
                latest: VecDeque::new(),
                step_count: 0,
                failures: Vec::new(),
            }),
        }
    }

    /// One that tells of its steps instead of a memory that it was told.
    pub(crate) fn agent_of_steps(&self, session: &str, agent: &str) -> HandAgent {
        let agent = self.agent(session, agent);
        let mut known = lock(&agent.known);
        known.memory = "no step yet".into();
        known.memory_source = "derived";
        drop(known);
        agent
    }

    fn hash(&self, domain: &str, bytes: &[u8]) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut mac = self.mac.clone();
        mac.update(domain.as_bytes());
        mac.update(&[0]);
        mac.update(bytes);
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(mac.finalize().into_bytes()) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        let mut text = String::with_capacity(42);
        text.push_str(&self.key_id);
        text.push_str(std::str::from_utf8(&digits).unwrap_or_default());
        text
    }
}

impl HandAgent {
    pub(crate) fn balance(&self, customer: &Customer, currency: &str, limit: u64) -> u64 {
        let mut input = String::with_capacity(160);
        input.push_str(r#"{"customer":{"id":"#);
        push_number(&mut input, customer.id);
        input.push_str(r#","email":""#);
        input.push_str(&self.hand.hash("email", customer.email.as_bytes()));
        input.push_str(r#""},"currency":"#);
        push_json_string(&mut input, currency);
        input.push_str(r#","limit":"[confidential]"}"#);
        let mut print = DefaultHasher::new();
        (customer.id, &customer.email, currency, limit).hash(&mut print);
        self.call(&BALANCE, input, print.finish(), || {
            black_box((customer.id, currency.len() as u64, limit)).2
        })
    }

    pub(crate) fn measure(&self, text: &str) -> u64 {
        const SHOWN: usize = 8 * 1024;
        let mut input = String::with_capacity(128);
        input.push_str(r#"{"text":"#);
        // What is too large is shown as its beginning and its size.
        let escapes = text
            .bytes()
            .filter(|byte| *byte < 32 || matches!(byte, b'"' | b'\\'));
        if text.len() + 2 + 5 * escapes.count() <= SHOWN {
            push_json_string(&mut input, text);
        } else {
            let json = serde_json::to_string(text).unwrap_or_default();
            if json.len() <= SHOWN {
                input.push_str(&json);
            } else {
                let end = (0..=1024 - "…".len())
                    .rev()
                    .find(|end| json.is_char_boundary(*end))
                    .unwrap_or(0);
                let shown = format!("{}… [{} bytes]", &json[..end], json.len());
                push_json_string(&mut input, &shown);
            }
        }
        input.push('}');
        let mut print = DefaultHasher::new();
        text.hash(&mut print);
        self.call(&MEASURE, input, print.finish(), || {
            black_box(text.len() as u64)
        })
    }

    fn shape_hash(&self, shape: &'static str) -> StringValue {
        let mut latest = lock(&self.shape);
        match &*latest {
            Some((known, hash)) if *known == shape => hash.clone(),
            _ => {
                let hash = Arc::<str>::from(self.hand.hash("shape", shape.as_bytes()));
                let hash = StringValue::from(hash);
                *latest = Some((shape, hash.clone()));
                hash
            }
        }
    }

    fn call(&self, tool: &Tool, input: String, print: u64, body: impl FnOnce() -> u64) -> u64 {
        let started = SystemTime::now();
        let step = i64::from(self.steps.fetch_add(1, Relaxed));
        // Room for those of its end too.
        let mut attributes = Vec::with_capacity(36);
        attributes.extend([
            KeyValue::new("session.id", self.session.clone()),
            KeyValue::new("agentscope.layer", "tool"),
            KeyValue::new("code.function.name", tool.function),
            KeyValue::new("agentscope.step.index", step),
            KeyValue::new("agentscope.step.path", step.to_string()),
            KeyValue::new("gen_ai.operation.name", "execute_tool"),
            KeyValue::new("gen_ai.tool.name", tool.name),
            KeyValue::new("gen_ai.tool.type", "function"),
            KeyValue::new("gen_ai.tool.description", tool.description),
            KeyValue::new("agentscope.tool.effect", "read"),
            KeyValue::new("gen_ai.agent.name", "agent"),
            KeyValue::new("agentscope.call.reason", tool.reason),
            KeyValue::new("agentscope.call.reason.source", "stated"),
            KeyValue::new("agentscope.tool.schema.hash", tool.schema_hash),
            KeyValue::new(
                "agentscope.tool.args.shape.hash",
                self.shape_hash(tool.shape),
            ),
            KeyValue::new("agentscope.agent.id", self.agent.clone()),
            KeyValue::new("input.value", input),
            KeyValue::new("input.mime_type", "application/json"),
        ]);
        let builder = SpanBuilder::from_name(tool.span_name)
            .with_kind(SpanKind::Internal)
            .with_start_time(started)
            .with_attributes(attributes);
        let span = self.hand.tracer.build_with_context(builder, &self.parent);
        let context = span.span_context().clone();
        let cx = self.parent.with_span(span);
        for totals in [&self.of_agent, &self.of_session] {
            totals.calls.fetch_add(1, Relaxed);
        }
        let is_retry = lock(&self.known).failures.contains(&print);
        let severity = if is_retry {
            Severity::Warn
        } else {
            Severity::Info
        };
        self.log(
            "agentscope.tool.called",
            severity,
            tool,
            &context,
            started,
            step,
            false,
        );
        let result = {
            let _entered = cx.clone().attach();
            body()
        };
        let ended = SystemTime::now();
        let nanos = ended.duration_since(started).unwrap_or_default().as_nanos() as u64;
        for totals in [&self.of_agent, &self.of_session] {
            totals.nanos.fetch_add(nanos, Relaxed);
        }
        self.hand.tool_duration.record(
            nanos as f64 / 1e9,
            &[
                KeyValue::new("gen_ai.tool.name", tool.name),
                KeyValue::new("gen_ai.tool.type", "function"),
                KeyValue::new("gen_ai.agent.name", "agent"),
            ],
        );
        let output = result.to_string();
        let mut known = lock(&self.known);
        known.failures.retain(|failure| *failure != print);
        known.took_step(tool.name);
        drop(known);
        self.log(
            "agentscope.tool.returned",
            Severity::Info,
            tool,
            &context,
            ended,
            step,
            true,
        );
        let span = cx.span();
        span.set_attributes([
            KeyValue::new("agentscope.tool.status", "success"),
            KeyValue::new("agentscope.tool.response.size", output.len() as i64),
            KeyValue::new(
                "agentscope.tool.response.hash",
                self.hand.hash("response", output.as_bytes()),
            ),
            KeyValue::new("output.value", output),
            KeyValue::new("output.mime_type", "application/json"),
            KeyValue::new("agentscope.data.classification", tool.highest_class),
            KeyValue::new("agentscope.redaction.count", tool.hidden),
            KeyValue::new("agentscope.outcome", "ok"),
            KeyValue::new("agentscope.level", "INFO"),
        ]);
        span.end_with_timestamp(ended);
        result
    }

    #[expect(clippy::too_many_arguments, reason = "what a log record says")]
    fn log(
        &self,
        event: &'static str,
        severity: Severity,
        tool: &Tool,
        span: &SpanContext,
        time: SystemTime,
        step: i64,
        returned: bool,
    ) {
        let mut record = self.hand.logger.create_log_record();
        record.set_event_name(event);
        record.set_timestamp(time);
        record.set_severity_number(severity);
        record.set_severity_text("INFO");
        record.set_trace_context(span.trace_id(), span.span_id(), Some(span.trace_flags()));
        let text = |text: &StringValue| AnyValue::String(text.clone());
        let known = lock(&self.known);
        let (memory, memory_source) = (text(&known.memory), known.memory_source);
        drop(known);
        record.add_attributes([
            ("session.id", text(&self.session)),
            ("agentscope.level", AnyValue::from("INFO")),
            (
                "agentscope.iteration.count",
                AnyValue::from(i64::from(self.iterations.load(Relaxed))),
            ),
            ("agentscope.agent.id", text(&self.agent)),
            ("gen_ai.agent.name", AnyValue::from("agent")),
            ("gen_ai.tool.name", AnyValue::from(tool.name)),
            (
                "agentscope.tool.schema.hash",
                AnyValue::from(tool.schema_hash),
            ),
            ("agentscope.call.reason", AnyValue::from(tool.reason)),
            ("agentscope.memory.summary", memory),
            ("agentscope.memory.source", AnyValue::from(memory_source)),
            ("agentscope.step.index", AnyValue::from(step)),
        ]);
        if returned {
            record.add_attributes([
                ("agentscope.outcome", AnyValue::from("ok")),
                ("agentscope.tool.status", AnyValue::from("success")),
            ]);
        }
        self.hand.logger.emit(record);
    }
}

impl Known {
    /// Tells of the latest six steps.
    fn took_step(&mut self, tool: &'static str) {
        if self.memory_source != "derived" {
            return;
        }
        self.step_count += 1;
        if self.latest.len() == 6 {
            self.latest.pop_front();
        }
        self.latest.push_back(tool);
        let mut memory = String::with_capacity(160);
        push_number(&mut memory, self.step_count as u64);
        memory.push_str(match self.step_count {
            1 => " step done, the latest: ",
            _ => " steps done, the latest: ",
        });
        for (index, tool) in self.latest.iter().enumerate() {
            memory.push_str(if index == 0 { "" } else { ", " });
            memory.push_str(tool);
            memory.push_str(" success");
        }
        self.memory = Arc::<str>::from(memory).into();
    }
}

fn push_number(text: &mut String, number: u64) {
    use std::fmt::Write as _;
    // Writing to a String cannot fail.
    let _ = write!(text, "{number}");
}

fn push_json_string(json: &mut String, text: &str) {
    if text
        .bytes()
        .any(|byte| byte < 32 || matches!(byte, b'"' | b'\\'))
    {
        json.push_str(&serde_json::to_string(text).unwrap_or_default());
    } else {
        json.extend(["\"", text, "\""]);
    }
}
