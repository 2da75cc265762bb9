//! The schema hash over generated schemas, and known answers: it must be equal in every run, on every
//! machine, whatever features other crates turn on.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::tool::schema::{SchemaBuilder, hash};

/// A JSON Schema of random structure, as schemars would write one.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "boolean"})),
        Just(json!({"type": ["integer", "null"], "format": "int64"})),
        Just(json!({"enum": ["title", "description"]})),
        Just(json!({"type": "number", "minimum": 0.5})),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let fields = prop::collection::btree_map(
            "[a-z]{1,4}|title|description|examples",
            inner.clone(),
            1..4,
        );
        prop_oneof![
            inner
                .clone()
                .prop_map(|items| json!({"type": "array", "items": items})),
            inner.prop_map(|one| json!({"anyOf": [one, {"type": "null"}]})),
            fields.prop_map(|fields| {
                let required: Vec<_> = fields.keys().collect();
                json!({"type": "object", "properties": fields, "required": required})
            }),
        ]
    })
}

/// The same structure with every annotation, and with `required` the other way round.
fn annotated(schema: &Value) -> Value {
    let Value::Object(keywords) = schema else {
        return schema.clone();
    };
    let mut out = Map::new();
    out.insert("title".into(), json!("A title"));
    out.insert("description".into(), json!("What it is."));
    out.insert("examples".into(), json!([1]));
    out.insert("x-agentscope-sensitivity".into(), json!("pii"));
    // Backwards: where keys keep their order, this one differs.
    for (keyword, value) in keywords.iter().rev() {
        let value = match (keyword.as_str(), value) {
            ("properties", Value::Object(fields)) => fields
                .iter()
                .rev()
                .map(|(name, field)| (name.clone(), annotated(field)))
                .collect(),
            ("items", field) => annotated(field),
            ("anyOf", Value::Array(choices)) => choices.iter().map(annotated).collect(),
            ("required", Value::Array(names)) => names.iter().rev().cloned().collect(),
            (_, other) => other.clone(),
        };
        out.insert(keyword.clone(), value);
    }
    Value::Object(out)
}

/// Every schema that differs from this one in a single place.
fn changed(schema: &Value) -> Vec<Value> {
    let mut changes = vec![json!({"type": "array", "items": schema})];
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (name, field) in properties {
            let mut without = schema.clone();
            let fields = without["properties"].as_object_mut().expect("an object");
            fields.remove(name);
            changes.push(without.clone());
            without["properties"][format!("{name}_")] = field.clone();
            changes.push(without);
            for field in changed(field) {
                let mut with = schema.clone();
                with["properties"][name] = field;
                changes.push(with);
            }
            let mut optional = schema.clone();
            let required = optional["required"].as_array_mut().expect("a list");
            required.retain(|required| required != name);
            changes.push(optional);
        }
    }
    changes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn annotations_and_order_never_change_the_hash(schema in schema()) {
        prop_assert_eq!(hash(annotated(&schema)), hash(schema));
    }

    #[test]
    fn every_change_of_structure_changes_the_hash(schema in schema()) {
        let before = hash(schema.clone());
        for change in changed(&schema) {
            prop_assert_ne!(hash(change.clone()), before.clone(), "{} became {}", schema, change);
        }
    }
}

#[derive(schemars::JsonSchema)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct Order {
    id: u64,
    lines: Vec<Line>,
    note: Option<String>,
}

#[derive(schemars::JsonSchema)]
#[expect(dead_code, reason = "only its schema is looked at")]
enum Line {
    Article { name: String, count: u32 },
    Voucher(String),
}

/// If one of these changes, so does every lock file and every comparison with recorded telemetry:
/// raise the version of the lock file.
#[test]
fn known_answers() {
    let answers = [
        (
            SchemaBuilder::document_of::<String>(),
            "sha256:00404e686415370f1711c4d7acfa2905444d3cf23cef2e10c47d445ebe690f96",
        ),
        (
            SchemaBuilder::document_of::<Option<Vec<u32>>>(),
            "sha256:504bbbbc2e1043d68cbaa0d9d8bc4a09b7feb366f8bcb923a772e58c5622c228",
        ),
        (
            SchemaBuilder::document_of::<Order>(),
            "sha256:e53fa51bbb894ff77bfb8a0e42ebd04e5301ebec7677a326c2ebca4df8485110",
        ),
    ];
    for (document, answer) in answers {
        assert_eq!(hash(document.clone()), answer, "{document}");
    }
}
