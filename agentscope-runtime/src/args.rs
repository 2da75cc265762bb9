//! Parse the arguments that a model wrote, without letting their values into an error.

use std::fmt;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::agent;
use crate::privacy::redacted::Redacted;
use crate::tool::result_schema::Misfit;
use crate::tool::schema::{self, SchemaBuilder};

/// Why arguments did not fit: where and how, never what they were.
///
/// serde's own message would quote the offending value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArgsError {
    /// JSON Pointer (RFC 6901) to the value that does not fit; empty for the whole. A key that the
    /// schema does not declare is `*`: the model wrote it.
    pub pointer: String,
    /// How it does not fit.
    pub violation: Violation,
    /// Line of the JSON text, from 1.
    pub line: usize,
    /// Column of the JSON text, from 1.
    pub column: usize,
    /// Hash of the schema that the arguments should have had: `sha256:` and 64 hex digits.
    pub schema_hash: String,
}

/// How arguments do not fit their type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// The text is no JSON.
    Syntax,
    /// The text ends too early.
    Truncated,
    /// A value is missing, of the wrong type, or not one of those allowed.
    Data,
}

impl Violation {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Truncated => "truncated",
            Self::Data => "data",
        }
    }
}

impl fmt::Display for ArgsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = match self.violation {
            Violation::Syntax => "is no JSON",
            Violation::Truncated => "ends too early",
            Violation::Data => "does not fit its schema",
        };
        let Self {
            pointer,
            line,
            column,
            ..
        } = self;
        match pointer.as_str() {
            "" => write!(
                f,
                "the arguments: their JSON {problem} at line {line}, column {column}"
            ),
            _ => write!(
                f,
                "the argument at {pointer} {problem} (line {line}, column {column})"
            ),
        }
    }
}

impl std::error::Error for ArgsError {}

/// Parses the arguments of a tool call from the JSON text that a model wrote.
///
/// # Errors
///
/// [`ArgsError`] says where the text departs from `A`, and carries no value. Inside a session it is
/// recorded as an ERROR snapshot too.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::args;
///
/// #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
/// struct Order { id: u64, lines: Vec<Line> }
/// #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
/// struct Line { article: String, count: u32 }
///
/// let text = r#"{"id": 7, "lines": [{"article": "tea", "count": "alice@example.com"}]}"#;
/// let error = args::parse::<Order>(text).expect_err("`count` is a number");
/// assert_eq!(error.pointer, "/lines/0/count");
/// assert!(!error.to_string().contains("alice"));
/// ```
pub fn parse<A: DeserializeOwned + JsonSchema>(text: &str) -> Result<A, ArgsError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = serde_path_to_error::deserialize(&mut deserializer);
    let (path, error) = match parsed {
        Ok(arguments) => match deserializer.end() {
            Ok(()) => return Ok(arguments),
            Err(error) => (None, error),
        },
        Err(error) => (Some(error.path().clone()), error.into_inner()),
    };
    let document = SchemaBuilder::document_of::<A>();
    let pointer = path
        .map(|path| pointer(&path, &document))
        .unwrap_or_default();
    let error = ArgsError {
        pointer,
        violation: match error.classify() {
            serde_json::error::Category::Data => Violation::Data,
            serde_json::error::Category::Eof => Violation::Truncated,
            _ => Violation::Syntax,
        },
        line: error.line(),
        column: error.column(),
        schema_hash: schema::hash(document),
    };
    record(&error);
    Err(error)
}

fn record(error: &ArgsError) {
    agent::warn_of_arguments(Misfit {
        pointer: Redacted::of_code(error.pointer.clone()),
        violation: error.violation,
        schema_hash: Redacted::of_code(error.schema_hash.clone()),
    });
}

/// Names that the schema declares are code; every other key was written by the model, so it is `*`.
pub(crate) fn pointer(path: &serde_path_to_error::Path, document: &Value) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } if declares(document, key) => {
                key.replace('~', "~0").replace('/', "~1")
            }
            Segment::Map { .. } => "*".to_owned(),
            // The variant is not part of the JSON's structure in every representation.
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}

/// Whether a property of this name is declared anywhere in the schema.
fn declares(schema: &Value, name: &str) -> bool {
    match schema {
        Value::Object(keywords) => {
            let properties = keywords.get("properties").and_then(Value::as_object);
            properties.is_some_and(|properties| properties.contains_key(name))
                || keywords.values().any(|inner| declares(inner, name))
        }
        Value::Array(schemas) => schemas.iter().any(|inner| declares(inner, name)),
        _ => false,
    }
}
