//! What is measured: one tool call recorded in full, and what it is compared to.

use std::hint::black_box;
use std::sync::Arc;

use agentscope::{Classify, Snapshot, SnapshotSink, agent, because, inference, tool};
use agentscope_collector::{Console, Guard};
use async_openai::types::chat::{
    CreateChatCompletionRequest as Request, CreateChatCompletionResponse as Response,
};
use opentelemetry::logs::LoggerProvider as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::logs::{SdkLogger, SdkLoggerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::hand_written::{Hand, HandAgent};
use crate::instructions::Counted;
use crate::telemetry::{InPlace, Kept, keep, lines};

#[derive(Debug, serde::Serialize, schemars::JsonSchema, Classify)]
pub(crate) struct Customer {
    #[sensitivity(internal)]
    pub(crate) id: u64,
    #[sensitivity(pii, kind = "email")]
    pub(crate) email: String,
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

/// Count the bytes of a text.
#[tool(effect = read, output = internal)]
fn measure(#[sensitivity(internal)] text: &str) -> u64 {
    black_box(text.len() as u64)
}

/// Asks a model, which has answered already.
#[inference(provider = "openai", default = confidential)]
fn infer(request: &Request, answer: &Response) -> Response {
    black_box(request);
    answer.clone()
}

/// `balance`, of a program that has only `tracing`.
#[tracing::instrument]
fn instrumented(customer: &Customer, currency: &str, limit: u64) -> u64 {
    black_box((customer.id, currency.len() as u64, limit)).2
}

#[tracing::instrument(skip_all)]
fn inside_a_span<R>(run: impl FnOnce() -> R) -> R {
    run()
}

/// The least that can be recorded with `tracing`.
#[tracing::instrument]
#[inline(never)]
fn small_instrumented(n: u64) -> u64 {
    black_box(n) + 1
}

#[fastrace::trace]
fn fast_traced(n: u64) -> u64 {
    black_box(n) + 1
}

#[agent(name = "agent", default = secret)]
fn inside_an_agent<R>(run: impl FnOnce() -> R) -> R {
    agentscope::memory("nothing yet");
    run()
}

/// The memory is what the runtime derives of the steps, as where nobody has stated one.
#[agent(name = "agent", default = secret)]
fn inside_an_agent_of_steps<R>(run: impl FnOnce() -> R) -> R {
    run()
}

/// One of the things that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    HandWritten,
    Annotated,
    HandWrittenOfSteps,
    AnnotatedOfSteps,
    BareInstrument,
    SmallInstrument,
    Fastrace,
    HandWrittenInference,
    AnnotatedInference,
    HandWrittenText(usize),
    AnnotatedText(usize),
}

impl Subject {
    /// By the name that the command line has for it.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "hand-written" => Self::HandWritten,
            "annotated" | "annotated-in-place" => Self::Annotated,
            "hand-written-of-steps" => Self::HandWrittenOfSteps,
            "annotated-of-steps" => Self::AnnotatedOfSteps,
            "bare-instrument" => Self::BareInstrument,
            "small-instrument" => Self::SmallInstrument,
            "fastrace" => Self::Fastrace,
            "hand-written-inference" => Self::HandWrittenInference,
            "inference" => Self::AnnotatedInference,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HandWritten => "hand-written",
            Self::Annotated => "annotated",
            Self::HandWrittenOfSteps => "hand-written-of-steps",
            Self::AnnotatedOfSteps => "annotated-of-steps",
            Self::BareInstrument => "bare-instrument",
            Self::SmallInstrument => "small-instrument",
            Self::Fastrace => "fastrace",
            Self::HandWrittenInference => "hand-written-inference",
            Self::AnnotatedInference => "inference",
            Self::HandWrittenText(_) => "hand-written-text",
            Self::AnnotatedText(_) => "annotated-text",
        }
    }

    /// In `once`.
    pub(crate) fn counted(self) -> Counted {
        Counted {
            name: self.name(),
            inside: "agentscope_benches::once",
            step: 600,
        }
    }

    pub(crate) fn log_records(self) -> u64 {
        match self {
            Self::BareInstrument | Self::SmallInstrument | Self::Fastrace => 0,
            Self::HandWrittenInference | Self::AnnotatedInference => 1,
            _ => 2,
        }
    }
}

/// Everything that the subjects need, once a process.
pub(crate) struct SetUp {
    /// Stops the thread of the snapshots when it is dropped.
    _guard: Guard,
    _scrubber: agentscope::ScrubLater,
    hand: Hand,
    logger: SdkLogger,
    subscriber: tracing::Dispatch,
    customer: Customer,
    request: Request,
    answer: Response,
}

/// Emits snapshots on the agent's thread, as with the application's own logger provider.
struct EmitInPlace(SdkLogger);

impl SnapshotSink for EmitInPlace {
    fn record(&self, snapshot: Snapshot) -> bool {
        agentscope::emit(&self.0, snapshot);
        true
    }
}

impl SetUp {
    /// As `agentscope_collector::init()` sets a program up: snapshots are queued for its thread, and
    /// values are scrubbed where they are exported. Nothing is exported here, so what that costs is
    /// not in these figures: it is the case `scrub`.
    pub(crate) fn new() -> Self {
        let logs = SdkLoggerProvider::builder()
            .with_log_processor(InPlace)
            .build();
        let provider = SdkTracerProvider::builder().with_span_processor(InPlace);
        let (provider, guard) = agentscope_collector::builder()
            .console(Console::Off)
            .logs_to(&logs)
            .attach(provider)
            .expect("nothing else is set up");
        let provider = provider.build();
        opentelemetry::global::set_tracer_provider(provider.clone());
        fastrace::set_reporter(Discard, fastrace::collector::Config::default());
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
        let key = std::env::var(KEY).expect("main() sets it");
        let logger = logs.logger("bench");
        Self {
            _guard: guard,
            _scrubber: agentscope::scrub_later(),
            hand: Hand::new(provider.tracer("bench"), logger.clone(), key.as_bytes()),
            logger,
            subscriber: tracing::Dispatch::new(tracing_subscriber::registry().with(layer)),
            customer: Customer {
                id: 7,
                email: "alice@example.com".into(),
            },
            request: of_json(json!({
                "model": "gpt-4o",
                "temperature": 0.25,
                "max_completion_tokens": 500,
                "messages": [
                    {"role": "system", "content": "You answer questions about orders."},
                    {"role": "user", "content": "Where is my order?"},
                ],
            })),
            answer: of_json(json!({
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": "gpt-4o-2024-08-06",
                "choices": [{"index": 0, "finish_reason": "stop", "message": {
                    "role": "assistant", "content": "It was sent this morning.",
                }}],
                "usage": {"prompt_tokens": 40, "completion_tokens": 7, "total_tokens": 47},
            })),
        }
    }

    /// From now on snapshots are emitted on the agent's thread.
    pub(crate) fn emit_in_place(&self) {
        agentscope::set_snapshot_sink(Some(Arc::new(EmitInPlace(self.logger.clone()))));
    }

    /// Makes `calls` calls of a subject; `measured` runs around them, inside of what they need.
    pub(crate) fn run<R>(
        &self,
        subject: Subject,
        calls: u32,
        measured: impl FnOnce(&mut dyn FnMut()) -> R,
    ) -> R {
        let repeat = |call: &mut dyn FnMut(u64) -> u64| {
            for n in 0..u64::from(calls) {
                black_box(call(n));
            }
        };
        let hand = || self.hand.agent(SESSION, AGENT);
        match subject {
            Subject::HandWritten => {
                let agent = hand();
                measured(&mut || repeat(&mut |n| agent.balance(&self.customer, "EUR", n)))
            }
            Subject::Annotated => {
                inside_an_agent(|| measured(&mut || repeat(&mut |n| annotated(&self.customer, n))))
            }
            Subject::HandWrittenOfSteps => {
                let agent = self.hand.agent_of_steps(SESSION, AGENT);
                measured(&mut || repeat(&mut |n| agent.balance(&self.customer, "EUR", n)))
            }
            Subject::AnnotatedOfSteps => inside_an_agent_of_steps(|| {
                measured(&mut || repeat(&mut |n| annotated(&self.customer, n)))
            }),
            Subject::BareInstrument => tracing::dispatcher::with_default(&self.subscriber, || {
                let call = |n| instrumented(&self.customer, "EUR", n);
                inside_a_span(|| measured(&mut || repeat(&mut { call })))
            }),
            Subject::SmallInstrument => tracing::dispatcher::with_default(&self.subscriber, || {
                measured(&mut || repeat(&mut small_instrumented))
            }),
            Subject::Fastrace => measured(&mut || {
                // Its spans are collected under a root, and those of a root are limited.
                let mut left = calls;
                while left > 0 {
                    let root =
                        fastrace::Span::root("root", fastrace::prelude::SpanContext::random());
                    let _parent = root.set_local_parent();
                    for n in 0..left.min(1_000) {
                        black_box(fast_traced(n.into()));
                    }
                    left -= left.min(1_000);
                }
            }),
            Subject::HandWrittenInference => {
                let agent = hand();
                let infer = |_| agent.infer(&self.request, &self.answer).created.into();
                measured(&mut || repeat(&mut { infer }))
            }
            Subject::AnnotatedInference => inside_an_agent(|| {
                let infer = |_| infer(&self.request, &self.answer).created.into();
                measured(&mut || repeat(&mut { infer }))
            }),
            Subject::HandWrittenText(bytes) => {
                let (agent, text) = (hand(), text(bytes));
                measured(&mut || repeat(&mut |_| agent.measure(&text)))
            }
            Subject::AnnotatedText(bytes) => {
                let text = text(bytes);
                inside_an_agent(|| measured(&mut || repeat(&mut |_| annotated_text(&text))))
            }
        }
    }

    /// Differences between what the annotated and the hand-written call emit, ids and times apart;
    /// none, or the comparison says nothing.
    pub(crate) fn differences(&self) -> Vec<String> {
        let customer = &self.customer;
        let balance = |hand: &HandAgent| hand.balance(customer, "EUR", 12);
        let mut differences = self.between(
            [1, 2],
            &inside_an_agent(|| keep(2, || annotated(customer, 12))),
            Hand::agent,
            balance,
        );
        // More than are told of.
        const STEPS: u64 = 8;
        let steps = || {
            keep(2 * STEPS, || {
                (0..STEPS).map(|_| annotated(customer, 12)).sum()
            })
        };
        differences.extend(self.between(
            [STEPS, 2 * STEPS],
            &inside_an_agent_of_steps(steps),
            Hand::agent_of_steps,
            |hand| (0..STEPS).map(|_| balance(hand)).sum(),
        ));
        for bytes in [1_000, 100_000] {
            let text = text(bytes);
            differences.extend(self.between(
                [1, 2],
                &inside_an_agent(|| keep(2, || annotated_text(&text))),
                Hand::agent,
                |hand| hand.measure(&text),
            ));
        }
        let (request, answer) = (&self.request, &self.answer);
        differences.extend(self.between(
            [1, 1],
            &inside_an_agent(|| keep(1, || infer(request, answer).created.into())),
            Hand::agent,
            |hand| hand.infer(request, answer).created.into(),
        ));
        differences
    }

    /// Between so many spans and log records that were kept, and what is emitted by hand.
    fn between(
        &self,
        [spans, logs]: [u64; 2],
        kept: &Kept,
        agent: fn(&Hand, &str, &str) -> HandAgent,
        by_hand: impl FnOnce(&HandAgent) -> u64,
    ) -> Vec<String> {
        let (session_id, agent_id) = ids(kept);
        let hand = agent(&self.hand, &session_id, &agent_id);
        let other = keep(logs, || by_hand(&hand));
        let (ours, theirs) = (lines(kept), lines(&other));
        let only = |mark: &'static str, ours: &[String], theirs: &[String]| {
            let lines = ours.iter().filter(|line| !theirs.contains(line));
            lines
                .map(|line| format!("{mark} {line}"))
                .collect::<Vec<_>>()
        };
        let mut differences = only("annotated only:", &ours, &theirs);
        differences.extend(only("hand-written only:", &theirs, &ours));
        let counts = [kept.spans.len() as u64, kept.logs.len() as u64];
        if counts != [spans, logs] {
            differences.push(format!("{} spans, {} logs", counts[0], counts[1]));
        }
        differences
    }
}

/// Ids of a hand-written session and agent.
const SESSION: &str = "0123456789abcdef0123456789abcdef";
const AGENT: &str = "0123456789abcdef";

fn of_json<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).expect("of the type")
}

/// Names the key of all keyed hashes, so that both sides' are equal.
pub(crate) const KEY: &str = "AGENTSCOPE_KEY";

fn annotated(customer: &Customer, n: u64) -> u64 {
    because("a refund needs the balance", || balance(customer, "EUR", n))
}

fn annotated_text(text: &str) -> u64 {
    because("the text must fit", || measure(text))
}

/// Prose with line breaks and quotation marks, as tools are given it.
fn text(bytes: usize) -> String {
    let sentence = "The customer writes: \"where is my order?\" and wants an answer today.\n";
    sentence.chars().cycle().take(bytes).collect()
}

/// Session and agent of the span that was kept.
fn ids(kept: &Kept) -> (String, String) {
    let value = |key: &str| {
        let attributes = kept.spans.iter().flat_map(|span| &span.attributes);
        let mut found = attributes.filter(|attribute| attribute.key.as_str() == key);
        found
            .next()
            .map(|attribute| attribute.value.as_str().into_owned())
    };
    let of = |key| value(key).unwrap_or_default();
    (of("session.id"), of("agentscope.agent.id"))
}

/// fastrace's counterpart of processors that drop in place.
struct Discard;

impl fastrace::collector::Reporter for Discard {
    fn report(&mut self, spans: Vec<fastrace::prelude::SpanRecord>) {
        drop(black_box(spans));
    }
}
