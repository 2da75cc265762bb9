//! A value as canonical JSON: what response sizes and response hashes are taken over.

use serde::Serialize;
use serde_json::Value;

use crate::json;

/// RFC 8785 numbers are doubles, which hold integers exactly up to 2^53 only.
const EXACT: u64 = 1 << 53;

/// The canonical JSON (RFC 8785) of a value; `None` if it cannot be serialised or is too large for
/// the thread of the agent.
///
/// Integers beyond 2^53 go as tagged strings, so that two of them never look alike.
pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> Option<Vec<u8>> {
    let mut value = json::fits(value).then(|| serde_json::to_value(value).ok())??;
    tag_large_integers(&mut value);
    serde_json_canonicalizer::to_vec(&value).ok()
}

fn tag_large_integers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let magnitude = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
            if magnitude.is_some_and(|magnitude| magnitude > EXACT) {
                *value = Value::String(format!("integer:{number}"));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tag_large_integers),
        Value::Object(fields) => fields.values_mut().for_each(tag_large_integers),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::LARGEST;
    use serde_json::json;

    #[test]
    fn the_form_is_sorted_and_large_integers_stay_apart() {
        let bytes = of(&json!({"b": 1.0, "a": [true, null]})).expect("JSON");
        assert_eq!(bytes, br#"{"a":[true,null],"b":1}"#);
        let [one, other] = [9_007_199_254_740_993_u64, 9_007_199_254_740_992].map(|n| of(&n));
        assert_ne!(one, other);
    }

    #[test]
    fn a_value_that_is_too_large_is_left_alone() {
        assert!(of(&"x".repeat(LARGEST - 2)).is_some());
        assert!(of(&"x".repeat(LARGEST)).is_none());
    }
}
