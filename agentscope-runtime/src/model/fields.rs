//! Reads fields of JSON that may be missing, null or of another type.

use std::borrow::Cow;

use serde_json::Value;

/// The text of a field; an empty one is none, for streams and proxies write that where they have nothing.
pub(super) fn text<'a>(of: &'a Value, field: &str) -> Option<&'a str> {
    of.get(field)?.as_str().filter(|text| !text.is_empty())
}

/// A count. Some providers write whole numbers with a point.
pub(super) fn count(of: &Value, field: &str) -> Option<u64> {
    as_count(of.get(field))
}

pub(super) fn as_count(value: Option<&Value>) -> Option<u64> {
    let number = value?;
    number.as_u64().or_else(|| {
        let float = number.as_f64().filter(|float| *float >= 0.0)?;
        // Saturates, and what is behind the point was never a token.
        Some(float as u64)
    })
}

/// The elements of a field that is a list.
pub(super) fn list<'a>(of: &'a Value, field: &str) -> &'a [Value] {
    match of.get(field) {
        Some(Value::Array(elements)) => elements,
        _ => &[],
    }
}

/// The elements whose `type` is this.
pub(super) fn typed<'a>(of: &'a Value, field: &str, is: &str) -> impl Iterator<Item = &'a Value> {
    of_type(list(of, field), is)
}

pub(super) fn of_type<'a>(elements: &'a [Value], is: &str) -> impl Iterator<Item = &'a Value> {
    let elements = elements.iter();
    elements.filter(move |element| text(element, "type") == Some(is))
}

/// The texts as one, without a copy where there is only one; `None` where that would be empty.
pub(super) fn joined<'a>(mut pieces: Vec<&'a str>, between: &str) -> Option<Cow<'a, str>> {
    pieces.retain(|piece| !piece.is_empty());
    match pieces.as_slice() {
        [] => None,
        [piece] => Some(Cow::Borrowed(piece)),
        pieces => Some(Cow::Owned(pieces.join(between))),
    }
}

/// Arguments, which are a text or the JSON itself.
pub(super) fn arguments(arguments: Option<&Value>) -> Cow<'_, str> {
    match arguments {
        None | Some(Value::Null) => Cow::Borrowed(""),
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(json) => Cow::Owned(json.to_string()),
    }
}
