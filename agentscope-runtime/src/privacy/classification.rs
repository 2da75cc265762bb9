//! The classes of a function's values: in the JSON Schema of its arguments, and as a hash.
//!
//! A relabel is no change of the interface, so the classes are no part of the schema's hash; but it
//! must be seen, so they have a hash of their own.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::hash::key::push_hex;
use crate::privacy::class::Sensitivity;
use crate::privacy::classify::{FieldMeta, TypeMeta};
use crate::site::Meta;

/// Where the class stands in a schema.
const KEYWORD: &str = "x-agentscope-sensitivity";

/// Schemas that hold one another are followed so deep.
const DEPTH: usize = 16;

/// The types of the arguments that say their classes.
pub(crate) type Types = BTreeMap<&'static str, &'static TypeMeta>;

/// Each value of a function with its class, kind and treatment: `customer.email` is `pii email hmac`.
pub(crate) fn of(meta: &Meta, types: &Types) -> BTreeMap<String, String> {
    let mut classes = BTreeMap::new();
    for param in meta.params {
        match (&param.sensitivity, types.get(param.name)) {
            (Some(here), _) => drop(classes.insert(param.name.to_owned(), words(here))),
            (None, Some(nested)) => of_type(param.name, nested, &mut Vec::new(), &mut classes),
            (None, None) => drop(classes.insert(param.name.to_owned(), "by type".to_owned())),
        }
    }
    let output = meta.output.as_ref().map_or("by type".to_owned(), words);
    classes.insert("output".to_owned(), output);
    classes
}

fn of_type(
    path: &str,
    meta: &'static TypeMeta,
    inside: &mut Vec<&'static TypeMeta>,
    classes: &mut BTreeMap<String, String>,
) {
    // A type that holds itself is said once.
    if inside.iter().any(|outer| std::ptr::eq(*outer, meta)) {
        return;
    }
    inside.push(meta);
    for field in meta.fields {
        let variant = field.variant.map(|variant| format!(".{variant}"));
        let path = format!("{path}{}.{}", variant.unwrap_or_default(), field.wire_name);
        match (&field.sensitivity, nested(field)) {
            (Some(here), _) => drop(classes.insert(path, words(here))),
            (None, Some(nested)) => of_type(&path, nested, inside, classes),
            (None, None) => drop(classes.insert(path, "by type".to_owned())),
        }
    }
    inside.pop();
}

fn nested(field: &FieldMeta) -> Option<&'static TypeMeta> {
    field.nested?()
}

fn words(sensitivity: &Sensitivity) -> String {
    let kind = sensitivity.kind.map(|kind| format!(" {}", kind.as_str()));
    let (class, treatment) = (sensitivity.class, sensitivity.treatment());
    format!(
        "{}{} {}",
        class.as_str(),
        kind.unwrap_or_default(),
        treatment.as_str()
    )
}

/// `sha256:` and the hash over all of them.
pub(crate) fn hash(classes: &BTreeMap<String, String>) -> String {
    let mut digest = Sha256::new();
    for (path, words) in classes {
        digest.update(path);
        digest.update([0]);
        digest.update(words);
        digest.update([0]);
    }
    let mut text = String::from("sha256:");
    push_hex(&mut text, &digest.finalize());
    text
}

/// Says in a schema of arguments what the class of each value is.
pub(crate) fn annotate(document: &mut Value, meta: &Meta, types: &Types) {
    let Some(mut definitions) = document.get_mut("$defs").map(Value::take) else {
        return;
    };
    for param in meta.params {
        let Some(property) = document["properties"].get_mut(param.name) else {
            continue;
        };
        match (&param.sensitivity, types.get(param.name)) {
            (Some(here), _) => mark(property, here),
            (None, Some(nested)) => {
                let definitions = definitions.as_object_mut();
                annotate_type(property, nested, definitions, DEPTH);
            }
            (None, None) => {}
        }
    }
    document["$defs"] = definitions;
}

/// Takes out what [`annotate`] put in.
pub(crate) fn remove(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            keywords.remove(KEYWORD);
            keywords.values_mut().for_each(remove);
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(remove),
        _ => {}
    }
}

fn mark(schema: &mut Value, sensitivity: &Sensitivity) {
    // `true` is the schema of anything.
    if *schema == Value::Bool(true) {
        *schema = json!({});
    }
    let mut said = json!({
        "class": sensitivity.class.as_str(),
        "treatment": sensitivity.treatment().as_str(),
    });
    if let Some(kind) = sensitivity.kind {
        said["kind"] = kind.as_str().into();
    }
    if let Some(schema) = schema.as_object_mut() {
        schema.insert(KEYWORD.to_owned(), said);
    }
}

/// Through references, lists, options and variants to where the fields are.
fn annotate_type(
    schema: &mut Value,
    meta: &'static TypeMeta,
    mut definitions: Option<&mut Map<String, Value>>,
    depth: usize,
) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    let reference = schema.get("$ref").and_then(Value::as_str);
    let name = reference.and_then(|it| it.strip_prefix("#/$defs/"));
    if let Some((name, definitions)) = name.zip(definitions.as_deref_mut()) {
        // Taken out while it is worked on, so that a type that holds itself comes to an end.
        if let Some(mut definition) = definitions.remove(name) {
            annotate_type(&mut definition, meta, Some(definitions), depth);
            definitions.insert(name.to_owned(), definition);
        }
    }
    for (keyword, inner) in schema.iter_mut() {
        match (keyword.as_str(), inner) {
            ("items" | "additionalProperties", inner) => {
                annotate_type(inner, meta, definitions.as_deref_mut(), depth);
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(choices)) => {
                for choice in choices {
                    annotate_type(choice, meta, definitions.as_deref_mut(), depth);
                }
            }
            ("properties", Value::Object(properties)) => {
                let definitions = definitions.as_deref_mut();
                annotate_fields(properties, meta.fields, definitions, depth);
            }
            _ => {}
        }
    }
}

fn annotate_fields(
    properties: &mut Map<String, Value>,
    fields: &'static [FieldMeta],
    mut definitions: Option<&mut Map<String, Value>>,
    depth: usize,
) {
    for field in fields {
        // The fields of a variant are in an object of its name, or beside a tag.
        let inside = field.variant.and_then(|variant| properties.get(variant));
        let is_inside = inside.is_some_and(|it| it["properties"].is_object());
        let properties = match field.variant.filter(|_| is_inside) {
            Some(variant) => properties[variant]["properties"].as_object_mut(),
            None => Some(&mut *properties),
        };
        let Some(property) = properties.and_then(|it| it.get_mut(field.wire_name)) else {
            continue;
        };
        match (&field.sensitivity, nested(field)) {
            (Some(here), _) => mark(property, here),
            (None, Some(nested)) => {
                annotate_type(property, nested, definitions.as_deref_mut(), depth);
            }
            (None, None) => {}
        }
    }
}
