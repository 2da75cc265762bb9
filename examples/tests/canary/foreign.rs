//! Spans and log records of other libraries, with a canary wherever one can be that nobody has
//! redacted.

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use agentscope::Class;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message as _;

use crate::canaries::Canary;

/// Names under which words are, in the conventions and in what libraries made up.
const SAID: &[&str] = &[
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.prompt",
    "gen_ai.prompt.0.content",
    "gen_ai.completion.0.content",
    "gen_ai.content.prompt",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.retrieval.query.text",
    "llm.input_messages.0.message.content",
    "llm.prompts",
    "input.value",
    "output.value",
    "tool.parameters",
    "retrieval.documents.0.document.content",
    "traceloop.entity.input",
    "traceloop.entity.output",
    "traceloop.association.properties.user_id",
    "langfuse.observation.input",
    "ai.prompt",
    "ai.toolCall.args",
    "exception.message",
    "exception.stacktrace",
    "agentscope.call.reason",
    "agentscope.note",
    "db.query.text",
    "http.request.body",
    "user_question",
    "app.prompt_text",
    "baggage.prompt",
];

/// Names that hold a label, into which somebody has put an address or a credential.
const LABELS: &[&str] = &[
    "gen_ai.conversation.id",
    "gen_ai.agent.name",
    "gen_ai.request.model",
    "gen_ai.provider.name",
    "error.type",
    "user.email",
    "enduser.id",
    "url.full",
    "app.contact",
    "baggage",
    "baggage.customer",
    "baggage.authorization",
];

/// What is in the messages.
pub(crate) struct Planted {
    pub(crate) hidden: Vec<Canary>,
    pub(crate) public: Vec<Canary>,
    messages: Vec<(&'static str, Vec<u8>)>,
}

/// Plants words, and writes them down.
#[derive(Default)]
struct Planting(RefCell<Vec<Canary>>);

impl Planting {
    fn word(&self, place: &str) -> String {
        let canary = Canary::word(Class::Confidential, &format!("foreign/{place}"));
        let text = canary.text.clone();
        self.0.borrow_mut().push(canary);
        text
    }

    fn email(&self, place: &str) -> String {
        format!("{}@shop.example", self.word(place))
    }

    /// An address, and a credential.
    fn label(&self, place: &str) -> String {
        let email = self.email(place);
        let token = self.word(&format!("{place}/token"));
        format!("{email} https://{token}:{token}@h.example/")
    }

    fn attributes(&self, place: &str) -> Vec<KeyValue> {
        let said = SAID.iter().map(|key| {
            let text = self.word(&format!("{place}/{key}"));
            attribute(key, string(format!("my name is {text}")))
        });
        let labels = LABELS
            .iter()
            .map(|key| attribute(key, string(self.label(&format!("{place}/{key}")))));
        let mut attributes: Vec<_> = said.chain(labels).collect();
        let text = |what: &str| string(self.word(&format!("{place}/{what}")));
        let list = Value::ArrayValue(ArrayValue {
            values: vec![
                text("list"),
                any(Value::BytesValue(
                    self.word(&format!("{place}/bytes")).into_bytes(),
                )),
            ],
        });
        let map = Value::KvlistValue(KeyValueList {
            values: vec![attribute(
                &self.email(&format!("{place}/key of a map")),
                text("map"),
            )],
        });
        attributes.push(attribute("app.messages", any(list)));
        attributes.push(attribute("app.input", any(map)));
        attributes.push(attribute(
            "app.made_up",
            string(format!(
                "{} {}",
                self.word(&format!("{place}/long")),
                "and so on ".repeat(9)
            )),
        ));
        attributes.push(attribute(
            &self.email(&format!("{place}/key")),
            string("x".to_owned()),
        ));
        attributes
    }
}

fn any(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn string(text: String) -> AnyValue {
    any(Value::StringValue(text))
}

fn attribute(key: &str, value: AnyValue) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(value),
        ..KeyValue::default()
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since.expect("after 1970").as_nanos()).expect("before 2500")
}

impl Planted {
    pub(crate) fn new() -> Self {
        let planting = Planting::default();
        let public = Canary::word(Class::Public, "foreign/tool");
        let mut messages = Vec::new();
        // A library of somebody else's, and one that says that it is ours.
        for (number, library) in ["openinference", "agentscope"].into_iter().enumerate() {
            let place = |what: &str| format!("{library}/{what}");
            let (trace, number) = (vec![number as u8 + 1; 16], number as u64);
            let span = span(&planting, library, &trace, &public);
            let resource = Some(Resource {
                attributes: vec![
                    attribute("service.name", string(planting.email(&place("service")))),
                    attribute("owner", string(planting.label(&place("resource")))),
                    attribute(
                        "process.command_args",
                        string(planting.label(&place("arguments"))),
                    ),
                ],
                ..Resource::default()
            });
            let scope = Some(InstrumentationScope {
                name: library.to_owned(),
                version: planting.email(&place("version")),
                attributes: vec![attribute("scope", string(planting.label(&place("scope"))))],
                ..InstrumentationScope::default()
            });
            let scope_spans = vec![ScopeSpans {
                scope: scope.clone(),
                spans: vec![span],
                ..ScopeSpans::default()
            }];
            let resource_spans = vec![ResourceSpans {
                resource: resource.clone(),
                scope_spans,
                ..ResourceSpans::default()
            }];
            messages.push((
                "traces",
                ExportTraceServiceRequest { resource_spans }.encode_to_vec(),
            ));
            let scope_logs = vec![ScopeLogs {
                scope: scope.clone(),
                log_records: logs(&planting, library, &trace, number),
                ..ScopeLogs::default()
            }];
            let resource_logs = vec![ResourceLogs {
                resource: resource.clone(),
                scope_logs,
                ..ResourceLogs::default()
            }];
            messages.push((
                "logs",
                ExportLogsServiceRequest { resource_logs }.encode_to_vec(),
            ));
            let exemplar = Exemplar {
                filtered_attributes: planting.attributes(&place("exemplar")),
                ..Exemplar::default()
            };
            let point = NumberDataPoint {
                attributes: planting.attributes(&place("metric")),
                exemplars: vec![exemplar],
                ..NumberDataPoint::default()
            };
            let metrics = vec![Metric {
                name: planting.email(&place("metric")),
                description: planting.label(&place("metric's description")),
                unit: planting.email(&place("metric's unit")),
                metadata: planting.attributes(&place("metadata")),
                data: Some(Data::Gauge(Gauge {
                    data_points: vec![point],
                })),
            }];
            let resource_metrics = vec![ResourceMetrics {
                resource,
                scope_metrics: vec![ScopeMetrics {
                    scope: scope.clone(),
                    metrics,
                    ..ScopeMetrics::default()
                }],
                ..ResourceMetrics::default()
            }];
            messages.push((
                "metrics",
                ExportMetricsServiceRequest { resource_metrics }.encode_to_vec(),
            ));
        }
        Self {
            hidden: planting.0.into_inner(),
            public: vec![public],
            messages,
        }
    }

    /// Each with the signal that it is of.
    pub(crate) fn messages(&self) -> Vec<(&'static str, Vec<u8>)> {
        self.messages.clone()
    }
}

fn span(planting: &Planting, library: &str, trace: &[u8], tool: &Canary) -> Span {
    let place = |what: &str| format!("{library}/{what}");
    let mut attributes = vec![
        attribute("openinference.span.kind", string("TOOL".to_owned())),
        attribute("gen_ai.operation.name", string("execute_tool".to_owned())),
        attribute("gen_ai.tool.name", string(tool.text.clone())),
        attribute("session.id", string(planting.email(&place("session")))),
    ];
    attributes.extend(planting.attributes(&place("span")));
    Span {
        trace_id: trace.to_vec(),
        span_id: vec![1; 8],
        trace_state: format!("shop={}", planting.email(&place("trace state"))),
        name: format!("execute_tool {}", planting.email(&place("name"))),
        start_time_unix_nano: now(),
        end_time_unix_nano: now(),
        attributes,
        events: vec![Event {
            time_unix_nano: now(),
            name: planting.email(&place("event's name")),
            attributes: planting.attributes(&place("event")),
            ..Event::default()
        }],
        links: vec![Link {
            trace_id: vec![9; 16],
            span_id: vec![9; 8],
            trace_state: format!("shop={}", planting.email(&place("link's trace state"))),
            attributes: planting.attributes(&place("link")),
            ..Link::default()
        }],
        status: Some(Status {
            message: planting.word(&place("status")),
            code: 2,
        }),
        ..Span::default()
    }
}

/// One of the span, one of a session that it names itself, one that cannot be taken.
fn logs(planting: &Planting, library: &str, trace: &[u8], number: u64) -> Vec<LogRecord> {
    let place = |what: &str| format!("{library}/log/{what}");
    let record = |what: &str, body: AnyValue| LogRecord {
        time_unix_nano: now() + number,
        severity_number: 17,
        severity_text: planting.email(&place("severity")),
        event_name: planting.email(&place("event")),
        body: Some(body),
        attributes: planting.attributes(&place(what)),
        trace_id: trace.to_vec(),
        span_id: vec![1; 8],
        ..LogRecord::default()
    };
    let map = any(Value::KvlistValue(KeyValueList {
        values: vec![attribute("content", string(planting.word(&place("map"))))],
    }));
    let mut own = record("of a session", map);
    let id = planting.email(&place("session"));
    own.trace_id = vec![number as u8 + 5; 16];
    own.attributes.push(attribute("session.id", string(id)));
    let mut refused = record("refused", string(planting.word(&place("refused body"))));
    (refused.trace_id, refused.span_id) = (Vec::new(), Vec::new());
    refused
        .attributes
        .retain(|it| it.key != "gen_ai.conversation.id");
    let of_span = record("of the span", string(planting.word(&place("body"))));
    vec![of_span, own, refused]
}
