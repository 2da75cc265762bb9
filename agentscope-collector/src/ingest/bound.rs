//! Cuts what is too long, with a mark, and finds what is nested too deeply.

use agentscope_runtime::names;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};

use super::limits::Limits;

/// Whether a value has more levels than it may have. The decoders bound the levels too, so that this
/// does not overflow the stack.
pub(super) fn is_too_deep(value: Option<&AnyValue>, left: usize) -> bool {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::ArrayValue(list)) => {
            left == 0
                || list
                    .values
                    .iter()
                    .any(|item| is_too_deep(Some(item), left - 1))
        }
        Some(Value::KvlistValue(map)) => left == 0 || are_too_deep(&map.values, left - 1),
        _ => false,
    }
}

/// The same for attributes.
pub(super) fn are_too_deep(attributes: &[KeyValue], left: usize) -> bool {
    let mut values = attributes.iter().map(|it| it.value.as_ref());
    values.any(|value| is_too_deep(value, left))
}

/// Bounds attributes: their number, which is counted, and what each holds. Those stay first that
/// something is read from. Whether something was
/// cut.
pub(super) fn attributes(
    attributes: &mut Vec<KeyValue>,
    dropped: &mut u32,
    limits: &Limits,
) -> bool {
    if attributes.len() > limits.attributes {
        attributes.sort_by_key(|attribute| rank(&attribute.key));
    }
    let mut cut = shorten(attributes, dropped, limits.attributes);
    for attribute in attributes {
        let mut left = limits.value_bytes;
        cut |= text(&mut attribute.key, &mut left.clone());
        cut |= any(attribute.value.as_mut(), &mut left);
    }
    cut
}

/// What decides whose a record is, and what it is, stays before what nobody knows.
fn rank(key: &str) -> u8 {
    match key {
        key if agentscope_analysis::is_fact(key) => 0,
        key if names::find(key).is_some() => 1,
        _ => 2,
    }
}

/// Keeps the first, and counts the rest.
pub(super) fn shorten<T>(items: &mut Vec<T>, dropped: &mut u32, most: usize) -> bool {
    let more = items.len().saturating_sub(most);
    items.truncate(most);
    *dropped = dropped.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
    more > 0
}

/// Bounds a value to the bytes that are left.
pub(super) fn any(value: Option<&mut AnyValue>, left: &mut usize) -> bool {
    match value.and_then(|value| value.value.as_mut()) {
        Some(Value::StringValue(said)) => text(said, left),
        Some(Value::BytesValue(bytes)) => {
            let cut = bytes.len() > *left;
            bytes.truncate(*left);
            *left -= bytes.len();
            cut
        }
        Some(Value::ArrayValue(list)) => {
            let mut cut = false;
            for item in &mut list.values {
                cut |= any(Some(item), left);
            }
            cut | end(&mut list.values, left)
        }
        Some(Value::KvlistValue(map)) => {
            let mut cut = false;
            for item in &mut map.values {
                cut |= text(&mut item.key, left);
                cut |= any(item.value.as_mut(), left);
            }
            cut | end(&mut map.values, left)
        }
        _ => {
            *left = left.saturating_sub(8);
            false
        }
    }
}

/// Of a list that has used up everything nothing follows that would be empty anyway.
fn end<T>(items: &mut Vec<T>, left: &usize) -> bool {
    // An item takes some room even where it says nothing.
    const LEAST: usize = 1_024;
    let cut = *left == 0 && items.len() > LEAST;
    if cut {
        items.truncate(LEAST);
    }
    cut
}

/// Cuts a text, and says in it how long it was.
pub(super) fn text(said: &mut String, left: &mut usize) -> bool {
    let length = said.len();
    if length <= *left {
        *left -= length;
        return false;
    }
    let is_between = |end: &usize| said.is_char_boundary(*end);
    let end = (0..=*left).rev().find(is_between).unwrap_or(0);
    said.truncate(end);
    said.shrink_to_fit();
    said.push_str(&format!("…[cut: {length} bytes]"));
    *left = 0;
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str) -> AnyValue {
        AnyValue {
            value: Some(Value::StringValue(text.to_owned())),
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_how_long_it_was() {
        let mut said = "äöü".repeat(10);
        assert!(text(&mut said, &mut 5));
        assert_eq!(said, "äö…[cut: 60 bytes]");
    }

    #[test]
    fn all_texts_of_a_list_share_its_room() {
        let values = vec![string("123456"), string("123456"), string("123456")];
        let mut list = AnyValue {
            value: Some(Value::ArrayValue(
                opentelemetry_proto::tonic::common::v1::ArrayValue { values },
            )),
        };
        assert!(any(Some(&mut list), &mut 8));
        let Some(Value::ArrayValue(list)) = list.value else {
            panic!("a list");
        };
        let texts = ["123456", "12…[cut: 6 bytes]", "…[cut: 6 bytes]"].map(string);
        assert_eq!(list.values, texts);
    }
}
