//! How a span ended.

use std::borrow::Cow;

use opentelemetry::KeyValue;

use crate::names;
use crate::privacy::redacted::{Redacted, attribute};

/// How an annotated call ended; every span ends with exactly one of these.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// assert_eq!(agentscope::Outcome::Cancelled.as_str(), "cancelled");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It returned, and not an `Err`.
    Ok,
    /// It returned an `Err`.
    Error,
    /// Its future was dropped before it finished: a timeout, a lost `select!` branch, an abort.
    Cancelled,
    /// It panicked.
    Panicked,
}

impl Outcome {
    /// All of them.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::Outcome;
    ///
    /// let read = |word| Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == word);
    /// assert_eq!(read("panicked"), Some(Outcome::Panicked));
    /// ```
    pub const ALL: [Self; 4] = [Self::Ok, Self::Error, Self::Cancelled, Self::Panicked];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
            Self::Panicked => "panicked",
        }
    }
}

/// What has come of a tool's call that has ended by itself: see [`names::TOOL_STATUS`].
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// assert_eq!(agentscope::ToolStatus::Empty.as_str(), "empty");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ToolStatus {
    /// A value; what cannot be judged is one too.
    Success,
    /// `()`, `None`, `null`, `""`, `[]` or `{}`, through `Ok` and `Some`.
    Empty,
    /// An `Err`, or a panic.
    Error,
}

impl ToolStatus {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Empty => "empty",
            Self::Error => "error",
        }
    }
}

/// What a call ended with: its outcome and, where it failed, the type of the error.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
    pub(crate) error_type: Option<Cow<'static, str>>,
}

impl Ending {
    pub(crate) const OK: Self = Self {
        outcome: Outcome::Ok,
        error_type: None,
    };
    pub(crate) const CANCELLED: Self = Self {
        outcome: Outcome::Cancelled,
        error_type: None,
    };
    pub(crate) const PANICKED: Self = Self {
        outcome: Outcome::Panicked,
        error_type: Some(Cow::Borrowed("panic")),
    };

    /// The type of the error: never its text, which may carry values.
    pub(crate) fn error_attribute(&self) -> Option<KeyValue> {
        let error_type = self.error_type.clone()?;
        Some(attribute(names::ERROR_TYPE, Redacted::of_code(error_type)))
    }
}

/// Whether a session did what it was for; said with [`Session::verdict`](crate::Session::verdict).
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// assert_eq!(agentscope::Verdict::Failure.as_str(), "failure");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Somebody, or a rule, said so.
    Success,
    /// The entry agent did not end `ok`, a guardrail failed, a budget ran out, or somebody said so.
    Failure,
    /// Nobody can tell.
    Unknown,
}

impl Verdict {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Unknown => "unknown",
        }
    }
}
