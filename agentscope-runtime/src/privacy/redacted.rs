//! Values that telemetry may carry, as a type: whatever is put on a span or into a log record has
//! been one of these.

use std::{fmt, iter};

use opentelemetry::logs::AnyValue;
use opentelemetry::{KeyValue, StringValue, Value};

use crate::frame::Frame;
use crate::hash::key::KeyedHash;
use crate::privacy::text::{IntoText, TEXT_LIMIT};

/// What telemetry may show of a text: made by redaction and by nothing else.
///
/// There is no way from a `String` to one of these: the text says its class, with
/// [`internal`](crate::internal) and the like, and becomes what the policy shows of it. What must be
/// shown although its class forbids it goes through [`declassify`](crate::declassify), with a reason.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Redacted, confidential, internal};
///
/// assert_eq!(Redacted::from("a literal is code").as_str(), "a literal is code");
/// assert_eq!(Redacted::from(internal(format!("{} rows", 3))).as_str(), "3 rows");
/// assert_eq!(Redacted::from(confidential("the price")).as_str(), "[confidential]");
/// ```
///
/// ```compile_fail
/// # extern crate agentscope_runtime as agentscope;
/// let question = String::from("What does alice@example.com owe?");
/// let redacted = agentscope::Redacted::from(question); // has no class
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Redacted(StringValue);

impl Redacted {
    /// A text that is code, or made of such: names of functions and types, our own words and ids.
    pub(crate) fn of_code(text: impl Into<StringValue>) -> Self {
        Self(text.into())
    }

    /// What the strategies and [`declassify`](crate::declassify) leave of a value.
    pub(crate) fn shown(text: impl Into<StringValue>) -> Self {
        Self(text.into())
    }

    /// What is shown.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// A hash is by the key of the tenant whose session is running.
impl<T: IntoText> From<T> for Redacted {
    fn from(text: T) -> Self {
        let frame = Frame::of_current_context();
        let hasher = frame.map(|frame| frame.session.hasher().clone());
        text.into_text()
            .redacted(TEXT_LIMIT, &hasher.unwrap_or_default())
    }
}

impl From<KeyedHash> for Redacted {
    fn from(hash: KeyedHash) -> Self {
        Self(hash.as_str().to_owned().into())
    }
}

impl From<Redacted> for StringValue {
    fn from(redacted: Redacted) -> Self {
        redacted.0
    }
}

impl From<Redacted> for Value {
    fn from(redacted: Redacted) -> Self {
        Self::String(redacted.0)
    }
}

impl From<Redacted> for AnyValue {
    fn from(redacted: Redacted) -> Self {
        Self::String(redacted.0)
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// What an attribute may be: redacted text, code, a measure.
pub(crate) trait Recordable: Into<Value> {}

impl Recordable for Redacted {}
impl Recordable for KeyedHash {}
impl Recordable for &'static str {}
impl Recordable for i64 {}
impl Recordable for f64 {}
impl Recordable for bool {}
impl Recordable for Words {}
impl Recordable for Labels {}

/// Names that are code.
pub(crate) struct Words(pub(crate) Vec<&'static str>);

impl From<Words> for Value {
    fn from(words: Words) -> Self {
        let words: Vec<StringValue> = words.0.into_iter().map(StringValue::from).collect();
        Self::Array(words.into())
    }
}

/// Names that came at run time.
pub(crate) struct Labels(pub(crate) Vec<Redacted>);

impl From<Labels> for Value {
    fn from(labels: Labels) -> Self {
        let labels: Vec<StringValue> = labels.0.into_iter().map(StringValue::from).collect();
        Self::Array(labels.into())
    }
}

impl From<Labels> for AnyValue {
    fn from(labels: Labels) -> Self {
        labels.0.into_iter().map(StringValue::from).collect()
    }
}

/// The one way to an attribute.
#[allow(
    clippy::disallowed_methods,
    reason = "this is what is to be used instead"
)]
pub(crate) fn attribute(key: &'static str, value: impl Recordable) -> KeyValue {
    KeyValue::new(key, value)
}

/// A list of attributes.
pub(crate) trait Put {
    /// Adds one, made where it will lie: `Vec::push` makes it elsewhere and copies it at once, and the
    /// copy waits until the processor has written all of it.
    fn put(&mut self, key: &'static str, value: impl Recordable);
}

impl Put for Vec<KeyValue> {
    #[inline]
    fn put(&mut self, key: &'static str, value: impl Recordable) {
        self.extend(iter::once_with(|| attribute(key, value)));
    }
}
