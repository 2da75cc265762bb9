//! What the attributes of a span, a log record or a metric must be: the names table decides.

use std::collections::BTreeSet;

use agentscope::names::{self, Kind, Source};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};

use crate::receiver::text;

/// The value of an attribute.
pub fn value<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    let attribute = attributes.iter().find(|attribute| attribute.key == key)?;
    attribute.value.as_ref()?.value.as_ref()
}

/// Every key is in the table, stands once, and has a value of its type.
pub fn attributes(attributes: &[KeyValue]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for attribute in attributes {
        let key = attribute.key.as_str();
        if !seen.insert(key) {
            wrong.push(format!("twice: {key}"));
        }
        let Some(name) = names::find(key) else {
            wrong.push(format!("unknown: {key}"));
            continue;
        };
        if key.starts_with("gen_ai.") && name.source != Source::GenAi {
            wrong.push(format!("invented: {key}"));
        }
        let value = attribute
            .value
            .as_ref()
            .and_then(|value| value.value.as_ref());
        if !value.is_some_and(|value| has_kind(value, name.kind)) {
            wrong.push(format!("type: {key} is {value:?}, not {:?}", name.kind));
        }
    }
    wrong
}

fn has_kind(value: &Value, kind: Kind) -> bool {
    match (kind, value) {
        (Kind::Text, Value::StringValue(text)) => !text.is_empty(),
        (Kind::OneOf(words), Value::StringValue(text)) => words.contains(&text.as_str()),
        (Kind::Json, Value::StringValue(text)) => {
            serde_json::from_str::<serde_json::Value>(text).is_ok()
        }
        (Kind::Int, Value::IntValue(_)) | (Kind::Boolean, Value::BoolValue(_)) => true,
        (Kind::Double, Value::DoubleValue(number)) => number.is_finite(),
        (Kind::Texts, Value::ArrayValue(list)) => list
            .values
            .iter()
            .all(|item| matches!(item.value, Some(Value::StringValue(_)))),
        _ => false,
    }
}

/// Arguments and results are JSON; arguments are one object.
pub fn json(attributes: &[KeyValue], wrong: &mut Vec<String>) {
    let parse = |key| {
        Some(serde_json::from_str::<serde_json::Value>(text(
            attributes, key,
        )?))
    };
    match parse(names::INPUT_VALUE) {
        None => {}
        Some(Ok(arguments)) if arguments.is_object() => {}
        Some(other) => wrong.push(format!("json: {} is {other:?}", names::INPUT_VALUE)),
    }
    if let Some(Err(error)) = parse(names::OUTPUT_VALUE) {
        wrong.push(format!("json: {}: {error}", names::OUTPUT_VALUE));
    }
}

/// `sha256:` and 64 hex digits.
pub fn is_sha256(hash: &str) -> bool {
    hash.strip_prefix("sha256:")
        .is_some_and(|hex| is_hex(hex, 64))
}

/// `h`, the id of the key, a colon, 32 hex digits.
pub fn is_keyed_hash(hash: &str) -> bool {
    let parts = hash.strip_prefix('h').and_then(|rest| rest.split_once(':'));
    parts.is_some_and(|(key, hex)| is_hex(key, 8) && is_hex(hex, 32))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
