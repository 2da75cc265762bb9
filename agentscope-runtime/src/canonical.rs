//! A value as canonical JSON: what response sizes and response hashes are taken over.

use serde::Serialize;
use serde_json::Value;

/// RFC 8785 numbers are doubles, which hold integers exactly up to 2^53 only.
const EXACT: u64 = 1 << 53;

/// The canonical JSON (RFC 8785) of a value and whether it is empty; `None` if it cannot be
/// serialised.
///
/// Integers beyond 2^53 go as tagged strings, so that two of them never look alike.
pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> Option<(Vec<u8>, bool)> {
    let mut value = serde_json::to_value(value).ok()?;
    let empty = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    tag_large_integers(&mut value);
    Some((serde_json_canonicalizer::to_vec(&value).ok()?, empty))
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
    use serde_json::json;

    #[test]
    fn the_form_is_sorted_and_large_integers_stay_apart() {
        let (bytes, empty) = of(&json!({"b": 1.0, "a": [true, null]})).expect("JSON");
        assert_eq!(
            (bytes.as_slice(), empty),
            (br#"{"a":[true,null],"b":1}"#.as_slice(), false)
        );
        let [one, other] = [9_007_199_254_740_993_u64, 9_007_199_254_740_992].map(|n| of(&n));
        assert_ne!(one, other);
    }

    #[test]
    fn emptiness_is_that_of_the_design() {
        for empty in [json!(null), json!(""), json!([]), json!({})] {
            assert!(of(&empty).expect("JSON").1, "{empty}");
        }
        assert!(of(&()).expect("JSON").1 && of(&None::<u8>).expect("JSON").1);
        for full in [json!(0), json!(false), json!([null])] {
            assert!(!of(&full).expect("JSON").1, "{full}");
        }
    }
}
