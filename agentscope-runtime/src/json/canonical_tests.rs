//! The canonical form, and that both ways to it lead to the same bytes.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn of<T: Serialize + ?Sized>(value: &T) -> Option<Vec<u8>> {
    let mut out = Ordered::default();
    write(&mut out, value).then_some(out.text)
}

fn text<T: Serialize + ?Sized>(value: &T) -> String {
    String::from_utf8(of(value).expect("JSON")).expect("UTF-8")
}

/// What the writer gives without help.
fn in_one_pass<T: Serialize + ?Sized>(value: &T) -> Option<Vec<u8>> {
    let mut out = Ordered::default();
    let mut writer = Writer {
        out: &mut out,
        room: LARGEST,
        depth: 0,
    };
    value.serialize(&mut writer).is_ok().then_some(out.text)
}

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

#[derive(serde::Serialize)]
enum Order {
    Open,
    Paid { z: f32, a: i64 },
    Many(u8, char),
    One((u64, Option<()>)),
}

#[derive(serde::Serialize)]
struct Unit;

#[test]
fn every_kind_of_value_has_the_form_that_its_json_value_has() {
    let orders = [
        Order::Open,
        Order::Paid {
            z: 0.1,
            a: i64::MIN,
        },
        Order::Many(1, '"'),
        Order::One((u64::MAX, None)),
    ];
    let keys = HashMap::from([(3, "c"), (-20, "b"), (100, "a")]);
    let accents = BTreeMap::from([
        ("\u{fb33}", 1),
        ("\u{1f600}", 2),
        ("ä", 3),
        ("a b", 4),
        ("a", 5),
    ]);
    let numbers = [
        1e21,
        1e-7,
        -0.0,
        1e20,
        f64::NAN,
        9_007_199_254_740_993.0,
        0.1,
    ];
    let bytes = serde_bytes_like(b"ab");
    assert_eq!(of(&orders), with_care(&orders));
    assert_eq!(of(&keys), with_care(&keys));
    assert_eq!(of(&accents), with_care(&accents));
    assert_eq!(of(&numbers), with_care(&numbers));
    assert_eq!(of(&bytes), with_care(&bytes));
    assert_eq!(
        of(&(Unit, (), "\u{8}\n\u{7f}/ü")),
        with_care(&(Unit, (), "\u{8}\n\u{7f}/ü"))
    );
    assert_eq!(of(&u128::MAX), None);
    assert_eq!(text(&7_u128), "7");
    assert!(in_one_pass(&orders).is_some() && in_one_pass(&keys).is_some());
}

fn serde_bytes_like(bytes: &[u8]) -> impl Serialize {
    struct Bytes(Vec<u8>);
    impl Serialize for Bytes {
        fn serialize<S: ser::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
            to.serialize_bytes(&self.0)
        }
    }
    Bytes(bytes.to_vec())
}

/// A map says a key twice: the last one counts, as in a JSON value.
#[test]
fn a_key_that_comes_twice_counts_once() {
    struct Twice;
    impl Serialize for Twice {
        fn serialize<S: ser::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
            to.collect_map([("b", 1), ("a", 2), ("b", 3)])
        }
    }
    assert_eq!(text(&Twice), r#"{"a":2,"b":3}"#);
}

fn values() -> impl Strategy<Value = Value> {
    let leaves = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaves.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[ -~]{0,3}|.{0,3}", inner), 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn both_ways_lead_to_the_same_bytes(value in values()) {
        let careful = with_care(&value);
        prop_assert_eq!(of(&value), careful.clone());
        if let Some(bytes) = in_one_pass(&value) {
            prop_assert_eq!(Some(bytes), careful);
        }
    }
}
