//! What the analysis reads: spans and log records as OpenTelemetry describes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::facts::Scalar;

/// The value of an attribute.
///
/// ```
/// use agentscope_analysis::Value;
/// assert_eq!(Value::from("EUR").as_str(), Some("EUR"));
/// assert_eq!(Value::from(3).as_int(), Some(3));
/// assert_eq!(Value::from("3").as_int(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Text.
    String(String),
    /// A whole number.
    Int(i64),
    /// A number.
    Double(f64),
    /// True or false.
    Bool(bool),
    /// Several values.
    Array(Vec<Value>),
}

impl Value {
    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The value as facts are read from it.
    pub fn scalar(&self) -> Scalar<'_> {
        match self {
            Self::String(text) => Scalar::Text(text),
            Self::Int(number) => Scalar::Int(*number),
            Self::Double(number) => Scalar::Double(*number),
            Self::Bool(flag) => Scalar::Bool(*flag),
            Self::Array(_) => Scalar::Other,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Double(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

/// Attributes by their name on the wire.
pub type Attributes = BTreeMap<String, Value>;

/// On which side of which kind of call a span stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// Work inside the process.
    #[default]
    Internal,
    /// An incoming request.
    Server,
    /// An outgoing request.
    Client,
    /// A message was sent.
    Producer,
    /// A message was received.
    Consumer,
}

/// How a span says it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It says nothing; with agentscope that is success or cancellation.
    #[default]
    Unset,
    /// Success, said by hand.
    Ok,
    /// Failure, with a description that may be empty.
    Error(String),
}

/// Something that happened during a span.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SpanEvent {
    /// What happened.
    pub name: String,
    /// When, in nanoseconds since the Unix epoch.
    pub time: u64,
    /// More about it.
    pub attributes: Attributes,
}

/// Another span that a span refers to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Link {
    /// Trace of the other span.
    pub trace_id: u128,
    /// The other span.
    pub span_id: u64,
    /// More about the relation.
    pub attributes: Attributes,
}

/// One ended span.
///
/// ```
/// use agentscope_analysis::SpanRecord;
/// let span = SpanRecord { start: 1_000, end: 4_000, ..SpanRecord::new(1, 2, "execute_tool add") };
/// assert_eq!(span.end - span.start, 3_000);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpanRecord {
    /// Trace.
    pub trace_id: u128,
    /// Span; unique in its trace.
    pub span_id: u64,
    /// The span it happened in.
    pub parent_span_id: Option<u64>,
    /// Whether that parent belongs to another process.
    pub parent_is_remote: bool,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: SpanKind,
    /// Begin, in nanoseconds since the Unix epoch.
    pub start: u64,
    /// End, in nanoseconds since the Unix epoch.
    pub end: u64,
    /// Status.
    pub status: Status,
    /// Attributes.
    pub attributes: Attributes,
    /// Events, oldest first.
    pub events: Vec<SpanEvent>,
    /// Links.
    pub links: Vec<Link>,
    /// The process that it is from: `service.name` of its resource, where that is known.
    pub service: Option<Arc<str>>,
}

impl SpanRecord {
    /// A span without parent, times and attributes.
    pub fn new(trace_id: u128, span_id: u64, name: impl Into<String>) -> Self {
        Self {
            trace_id,
            span_id,
            name: name.into(),
            ..Self::default()
        }
    }

    /// The same span, inside another span of its trace.
    pub fn child_of(mut self, parent: u64) -> Self {
        self.parent_span_id = Some(parent);
        self
    }

    /// The same span with one attribute more.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.attributes.insert(key.to_owned(), value.into());
        self
    }

    /// The text of an attribute.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.attributes.get(key)?.as_str()
    }

    /// The whole number of an attribute.
    pub fn int(&self, key: &str) -> Option<i64> {
        self.attributes.get(key)?.as_int()
    }

    /// The number of an attribute.
    pub fn number(&self, key: &str) -> Option<f64> {
        match self.attributes.get(key)? {
            Value::Int(number) => Some(*number as f64),
            Value::Double(number) => Some(*number),
            _ => None,
        }
    }

    /// The texts of an attribute that is a list.
    pub fn texts(&self, key: &str) -> Vec<String> {
        let Some(Value::Array(values)) = self.attributes.get(key) else {
            return Vec::new();
        };
        let texts = values.iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    /// Whether an attribute is there and true.
    pub fn flag(&self, key: &str) -> bool {
        self.attributes
            .get(key)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }
}

/// One log record. Execution-state snapshots are log records with an event name.
///
/// ```
/// use agentscope_analysis::LogRecord;
/// let record = LogRecord::new("agentscope.warned", 1, 2).with("agentscope.warning", "retry");
/// assert_eq!(record.text("agentscope.warning"), Some("retry"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogRecord {
    /// What happened; empty for a plain log line.
    pub event_name: String,
    /// When, in nanoseconds since the Unix epoch.
    pub time: u64,
    /// Severity, 1 to 24; 0 where none was given.
    pub severity_number: u8,
    /// Severity as the source spells it.
    pub severity_text: String,
    /// Trace; 0 for none.
    pub trace_id: u128,
    /// Span; 0 for none.
    pub span_id: u64,
    /// Attributes.
    pub attributes: Attributes,
}

impl LogRecord {
    /// A record without time, severity and attributes.
    pub fn new(event_name: impl Into<String>, trace_id: u128, span_id: u64) -> Self {
        Self {
            event_name: event_name.into(),
            trace_id,
            span_id,
            ..Self::default()
        }
    }

    /// The same record with one attribute more.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.attributes.insert(key.to_owned(), value.into());
        self
    }

    /// The text of an attribute.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.attributes.get(key)?.as_str()
    }

    /// The whole number of an attribute.
    pub fn int(&self, key: &str) -> Option<i64> {
        self.attributes.get(key)?.as_int()
    }

    /// The number of an attribute.
    pub fn double(&self, key: &str) -> Option<f64> {
        match self.attributes.get(key)? {
            Value::Double(number) => Some(*number),
            _ => None,
        }
    }
}
