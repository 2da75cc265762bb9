//! The same of texts and values that proptest makes up.

use agentscope_runtime::__private::scrub::scrub_json;
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::check::check;

fn planted() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("bob@example.com"),
        Just("4111 1111 1111 1111"),
        Just("DE89370400440532013000"),
        Just("2001:db8::8a2e:370:7334"),
        Just("536-90-4399"),
        Just("+41 79 123 45 67"),
        Just("ghp_0123456789abcdefghijABCDEFGHIJ012345"),
    ]
}

/// Values with what is planted in strings, in names of fields and as numbers.
fn value() -> impl Strategy<Value = Value> {
    let text = (".{0,12}", planted(), "[ \n\t\"',;!]{1,3}").prop_map(|(before, planted, space)| {
        Value::from(format!("{before}{space}{planted}{space}"))
    });
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::from(4_111_111_111_111_111_u64)),
        ".{0,20}".prop_map(Value::from),
        text,
        planted().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[a-z]{1,6}", inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Whether two values differ in no more than texts, and numbers that became texts.
fn is_alike(value: &Value, scrubbed: &Value) -> bool {
    match (value, scrubbed) {
        (Value::Array(values), Value::Array(others)) => {
            values.len() == others.len()
                && values
                    .iter()
                    .zip(others)
                    .all(|(one, other)| is_alike(one, other))
        }
        (Value::Object(values), Value::Object(others)) => {
            values.len() == others.len()
                && values
                    .values()
                    .zip(others.values())
                    .all(|(one, other)| is_alike(one, other))
        }
        (Value::String(_), Value::String(_)) => true,
        (Value::Number(_), Value::String(text)) => text.starts_with('[') && text.ends_with(']'),
        (one, other) => one == other,
    }
}

const PLANTED: [&str; 8] = [
    "bob@example.com",
    "4111 1111 1111 1111",
    "4111111111111111",
    "DE89370400440532013000",
    "2001:db8::8a2e:370:7334",
    "536-90-4399",
    "79 123 45 67",
    "ghp_0123456789",
];

proptest! {
    #[test]
    fn any_text_is_scrubbed_for_good(text in ".{0,200}") {
        check(&text);
    }

    #[test]
    fn so_is_one_that_is_nearly_something(text in "([0-9]{1,4}[ .:/()+-]{0,2}|[a-f]{1,3}:{1,2}|[a-z]{1,5}[@.]|tel |ssn |card: |\\\\n|é|[A-Z]{2}[0-9]{2}){0,40}") {
        check(&text);
    }

    #[test]
    fn json_keeps_its_form_and_loses_what_was_planted(value in value()) {
        let json = value.to_string();
        let scrubbed = scrub_json(&json);
        let read: Value = serde_json::from_str(&scrubbed).unwrap();
        prop_assert!(is_alike(&value, &read), "{json} → {scrubbed}");
        for planted in PLANTED {
            prop_assert!(!scrubbed.contains(planted), "{json} → {scrubbed}");
        }
    }
}
