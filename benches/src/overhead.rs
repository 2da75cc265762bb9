//! What an annotated call costs where nothing is recorded, and where everything is.

use std::hint::black_box;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::SystemTime;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use agentscope::{Classify, Snapshot, SnapshotSink, agent, because, tool};
use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity};
use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanKind, TraceContextExt as _, Tracer as _, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogProcessor, SdkLogRecord, SdkLoggerProvider};
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanProcessor};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::measure::{Budget, Case, Outcome, interleaved};

/// All cases: first those without a provider, then those with one.
pub(crate) fn run() -> Vec<Outcome> {
    let mut outcomes = off();
    outcomes.extend(recorded());
    outcomes
}

#[inline(never)]
fn plain(n: u64) -> u64 {
    black_box(n) + 1
}

#[tool(default = internal)]
#[inline(never)]
fn annotated(n: u64) -> u64 {
    black_box(n) + 1
}

#[tracing::instrument]
#[inline(never)]
fn instrumented(n: u64) -> u64 {
    black_box(n) + 1
}

async fn plain_later(n: u64) -> u64 {
    black_box(n) + 1
}

#[tool(default = internal)]
async fn annotated_later(n: u64) -> u64 {
    black_box(n) + 1
}

#[tracing::instrument]
async fn instrumented_later(n: u64) -> u64 {
    black_box(n) + 1
}

fn now<T>(future: impl Future<Output = T>) -> T {
    let mut cx = TaskContext::from_waker(Waker::noop());
    match std::pin::pin!(future).poll(&mut cx) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("nothing in here waits"),
    }
}

fn repeat(mut call: impl FnMut(u64) -> u64) -> impl FnMut(u32) {
    move |calls| {
        for n in 0..u64::from(calls) {
            black_box(call(n));
        }
    }
}

fn off() -> Vec<Outcome> {
    const CALLS: u32 = 1_000_000;
    let measure = || {
        interleaved(
            [
                Case::new(repeat(plain)),
                Case::new(repeat(annotated)),
                Case::new(repeat(instrumented)),
                Case::new(repeat(|n| now(plain_later(n)))),
                Case::new(repeat(|n| now(annotated_later(n)))),
                Case::new(repeat(|n| now(instrumented_later(n)))),
            ],
            CALLS,
        )
    };
    // A program starts on automatic; once switched it never is again.
    let idle = measure();
    agentscope::disable();
    let off = measure();
    let mut outcomes = Vec::new();
    for (sync, later, [plain, ours, _, plain_later, ours_later, instrument_later]) in [
        ("sync, switched off", "async, switched off", off),
        ("sync, no provider", "async, no provider", idle),
    ] {
        let plain_call = ("the plain call", plain);
        outcomes.push(Outcome::new(
            "overhead",
            (sync, ours),
            plain_call,
            Budget::Added(2.0),
        ));
        let mut added = (ours_later, instrument_later);
        added.0.median -= plain_later.median;
        added.1.median -= plain_later.median;
        let instrument = ("what #[instrument] without subscriber adds", added.1);
        outcomes.push(Outcome::new(
            "overhead",
            (later, added.0),
            instrument,
            Budget::Ratio(1.0),
        ));
    }
    outcomes
}

#[derive(serde::Serialize, schemars::JsonSchema, Classify)]
struct Customer {
    #[sensitivity(internal)]
    id: u64,
    #[sensitivity(pii, kind = "email")]
    email: String,
}

/// Look up a customer's balance.
#[tool(effect = read, output = internal)]
fn balance(
    customer: &Customer,
    #[sensitivity(public)] currency: &str,
    #[sensitivity(confidential)] limit: u64,
) -> u64 {
    black_box((customer.id, currency.len() as u64, limit)).2
}

/// Best hand-written code for the same telemetry: cached tracer, attributes at build, two log
/// records, the keyed hashes of the e-mail and of the result. It knows the shape of its arguments
/// and their schema, so those two hashes are constants.
struct HandWritten {
    mac: Hmac<Sha256>,
    tracer: opentelemetry_sdk::trace::SdkTracer,
    logger: opentelemetry_sdk::logs::SdkLogger,
    parent: Context,
}

impl HandWritten {
    fn balance(&self, customer: &Customer, currency: &str, limit: u64) -> u64 {
        let input = format!(
            r#"{{"customer":{{"id":{},"email":"{}"}},"currency":"{currency}","limit":"[confidential]"}}"#,
            customer.id,
            self.hash("email", customer.email.as_bytes()),
        );
        let attributes = vec![
            KeyValue::new("session.id", "0123456789abcdef0123456789abcdef"),
            KeyValue::new("agentscope.layer", "tool"),
            KeyValue::new("agentscope.step.index", 7),
            KeyValue::new("code.function.name", "benches::balance"),
            KeyValue::new("gen_ai.operation.name", "execute_tool"),
            KeyValue::new("gen_ai.tool.name", "balance"),
            KeyValue::new("gen_ai.tool.type", "function"),
            KeyValue::new("gen_ai.tool.description", "Look up a customer's balance."),
            KeyValue::new("agentscope.tool.effect", "read"),
            KeyValue::new("gen_ai.agent.name", "bench"),
            KeyValue::new("agentscope.call.reason", "a refund needs the balance"),
            KeyValue::new("agentscope.call.reason.source", "stated"),
            KeyValue::new(
                "agentscope.tool.schema.hash",
                "sha256:0123456789abcdef0123456789abcdef",
            ),
            KeyValue::new(
                "agentscope.tool.args.shape.hash",
                "h01234567:0123456789abcdef",
            ),
            KeyValue::new("input.value", input),
            KeyValue::new("input.mime_type", "application/json"),
            KeyValue::new("agentscope.agent.id", "0123456789abcdef"),
        ];
        let builder = SpanBuilder::from_name("execute_tool balance")
            .with_kind(SpanKind::Internal)
            .with_attributes(attributes);
        let mut span = self.tracer.build_with_context(builder, &self.parent);
        self.log(span.span_context().clone(), "agentscope.tool.called");
        let result = black_box((customer.id, currency.len() as u64, limit)).2;
        let output = result.to_string();
        span.set_attributes([
            KeyValue::new("agentscope.tool.status", "success"),
            KeyValue::new("agentscope.tool.response.size", 1),
            KeyValue::new(
                "agentscope.tool.response.hash",
                self.hash("response", output.as_bytes()),
            ),
            KeyValue::new("output.value", output),
            KeyValue::new("output.mime_type", "application/json"),
            KeyValue::new("agentscope.outcome", "ok"),
        ]);
        self.log(span.span_context().clone(), "agentscope.tool.returned");
        span.end();
        result
    }

    fn hash(&self, domain: &str, bytes: &[u8]) -> String {
        let mut mac = self.mac.clone();
        mac.update(domain.as_bytes());
        mac.update(&[0]);
        mac.update(bytes);
        let mut text = String::with_capacity(42);
        text.push_str("h01234567:");
        for byte in &mac.finalize().into_bytes()[..16] {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
            }
        }
        text
    }

    fn log(&self, span: opentelemetry::trace::SpanContext, event: &'static str) {
        let mut record = self.logger.create_log_record();
        record.set_event_name(event);
        record.set_timestamp(SystemTime::now());
        record.set_severity_number(Severity::Info);
        record.set_severity_text("INFO");
        record.set_trace_context(span.trace_id(), span.span_id(), Some(span.trace_flags()));
        record.add_attributes([
            (
                "session.id",
                AnyValue::from("0123456789abcdef0123456789abcdef"),
            ),
            ("agentscope.level", AnyValue::from("INFO")),
            ("agentscope.iteration.count", AnyValue::from(1)),
            ("agentscope.agent.id", AnyValue::from("0123456789abcdef")),
            ("gen_ai.agent.name", AnyValue::from("bench")),
            ("gen_ai.tool.name", AnyValue::from("balance")),
            (
                "agentscope.tool.schema.hash",
                AnyValue::from("sha256:0123456789abcdef0123456789abcdef"),
            ),
            (
                "agentscope.call.reason",
                AnyValue::from("a refund needs the balance"),
            ),
            ("agentscope.memory.summary", AnyValue::from("nothing yet")),
            ("agentscope.step.index", AnyValue::from(7)),
            ("agentscope.token.budget.remaining", AnyValue::from(100)),
        ]);
        self.logger.emit(record);
    }
}

/// Drops what it gets in place, so that what is measured is the making of it.
#[derive(Debug)]
struct InPlace;

impl SpanProcessor for InPlace {
    fn on_start(&self, _: &mut opentelemetry_sdk::trace::Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        black_box(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: std::time::Duration) -> OTelSdkResult {
        Ok(())
    }

    fn set_resource(&mut self, _: &Resource) {}
}

impl LogProcessor for InPlace {
    fn emit(&self, record: &mut SdkLogRecord, _: &opentelemetry::InstrumentationScope) {
        black_box(record);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }
}

/// The snapshot is emitted in place too, so that no thread hides a part of the cost.
struct EmitInPlace(opentelemetry_sdk::logs::SdkLogger);

impl SnapshotSink for EmitInPlace {
    fn record(&self, snapshot: Snapshot) -> bool {
        agentscope::emit(&self.0, snapshot);
        true
    }
}

fn recorded() -> Vec<Outcome> {
    const CALLS: u32 = 20_000;
    let set_up = SetUp::new();
    let [hand_written, ours, bare_span] = inside_an_agent(|| {
        interleaved(
            [
                Case::new(|calls| set_up.hand_written(calls)),
                Case::new(|calls| set_up.annotated(calls)),
                Case::new(|calls| set_up.bare_instrument(calls)),
            ],
            CALLS,
        )
    });
    let ours = ("tool call recorded in full", ours);
    vec![
        Outcome::new(
            "overhead",
            ours,
            ("hand-written SDK code", hand_written),
            Budget::Ratio(1.0),
        ),
        Outcome::new(
            "overhead",
            ours,
            (
                "a bare #[instrument] span through tracing-opentelemetry",
                bare_span,
            ),
            Budget::Ratio(1.0),
        ),
    ]
}

/// One subject alone, for a tool that counts instructions; false if there is none of that name.
pub(crate) fn once(subject: &str, calls: u32) -> bool {
    let set_up = SetUp::new();
    inside_an_agent(|| {
        match subject {
            "hand-written" => set_up.hand_written(calls),
            "annotated" => set_up.annotated(calls),
            "bare-instrument" => set_up.bare_instrument(calls),
            _ => return false,
        }
        true
    })
}

struct SetUp {
    customer: Customer,
    hand: HandWritten,
    subscriber: tracing::Dispatch,
}

impl SetUp {
    fn new() -> Self {
        let provider = SdkTracerProvider::builder()
            .with_span_processor(InPlace)
            .build();
        let logs = SdkLoggerProvider::builder()
            .with_log_processor(InPlace)
            .build();
        opentelemetry::global::set_tracer_provider(provider.clone());
        agentscope::set_snapshot_sink(Some(Arc::new(EmitInPlace(logs.logger("bench")))));
        agentscope::enable();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
        let root = provider.tracer("bench").start("root");
        Self {
            customer: Customer {
                id: 7,
                email: "alice@example.com".into(),
            },
            hand: HandWritten {
                tracer: provider.tracer("bench"),
                logger: logs.logger("bench"),
                parent: Context::new().with_span(root),
                mac: Hmac::new_from_slice(b"a key of some length").expect("any length is a key"),
            },
            subscriber: tracing::Dispatch::new(tracing_subscriber::registry().with(layer)),
        }
    }

    fn hand_written(&self, calls: u32) {
        repeat(|n| self.hand.balance(&self.customer, "EUR", n))(calls);
    }

    fn annotated(&self, calls: u32) {
        let customer = &self.customer;
        repeat(|n| because("a refund needs the balance", || balance(customer, "EUR", n)))(calls);
    }

    fn bare_instrument(&self, calls: u32) {
        tracing::dispatcher::with_default(&self.subscriber, || repeat(instrumented)(calls));
    }
}

#[agent(default = secret)]
fn inside_an_agent<R>(run: impl FnOnce() -> R) -> R {
    agentscope::memory("nothing yet");
    run()
}
