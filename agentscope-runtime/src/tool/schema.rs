//! The declared schema of a tool's arguments, and its hash.
//!
//! The hash is SHA-256 over the RFC 8785 canonical form of the JSON Schema, without annotations
//! (`title`, `description`, `$schema`, `default`, `examples`, `x-agentscope-*`) and with `required`
//! sorted: it changes when the structure changes, not when a comment does. A type without
//! `JsonSchema` contributes its signature and is listed as opaque; so does every type that mentions a
//! generic parameter without a `JsonSchema` bound, for nothing is known about it.
//!
//! What `#[serde(default)]` falls back to is a value, made by the user's code at run time: it may be a
//! secret, and another one on the next machine. So it is in no schema at all, nor are examples.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use once_cell::race::OnceBox;
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::hash::key::push_hex;
use crate::privacy::classification::{self, Types};
use crate::privacy::classify::Classify;
use crate::site::{Meta, Param};

/// The schema of one function, or of one instantiation of a generic one.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) hash: &'static str,
    /// Names of the arguments whose type has no JSON Schema.
    pub(crate) opaque: Vec<&'static str>,
    /// Those of them that nobody can write as JSON either.
    pub(crate) handles: Vec<&'static str>,
    /// The schema itself, annotations included, values not.
    pub(crate) document: Value,
    /// Each value with its class.
    pub(crate) classes: BTreeMap<String, String>,
}

/// The schemas of one annotated function, one for each instantiation.
///
/// A static inside a generic function is shared by all its instantiations, hence the key: the
/// name of the argument types. `OnceBox` because an initialiser must never block.
#[derive(Default)]
pub(crate) struct Cache {
    first: OnceBox<(&'static str, &'static Schema)>,
    others: Mutex<Vec<(&'static str, &'static Schema)>>,
}

impl Cache {
    pub(crate) const fn new() -> Self {
        Self {
            first: OnceBox::new(),
            others: Mutex::new(Vec::new()),
        }
    }

    pub(crate) fn get(&self, types: &'static str) -> Option<&'static Schema> {
        let (first, schema) = self.first.get()?;
        // The key is empty where a function is not generic. To compare nothing with nothing takes longer
        // than all the rest, on processors whose `memcmp` then reads from nowhere.
        if first.len() == types.len() && (types.is_empty() || *first == types) {
            return Some(schema);
        }
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        others
            .iter()
            .find(|(key, _)| *key == types)
            .map(|(_, schema)| *schema)
    }

    fn put(&self, types: &'static str, schema: &'static Schema) {
        if self.first.set(Box::new((types, schema))).is_err() {
            let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
            others.push((types, schema));
        }
    }
}

/// Collects the schemas of a function's arguments; expansions fill it once per instantiation.
pub struct SchemaBuilder {
    params: &'static [Param],
    generator: SchemaGenerator,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    opaque: Vec<&'static str>,
    handles: Vec<&'static str>,
    types: Types,
}

impl SchemaBuilder {
    pub(crate) fn new(params: &'static [Param]) -> Self {
        Self {
            params,
            // The contract of the caller: what may be passed in.
            generator: SchemaSettings::draft2020_12()
                .for_deserialize()
                .into_generator(),
            properties: Map::new(),
            required: Vec::new(),
            opaque: Vec::new(),
            handles: Vec::new(),
            types: Types::new(),
        }
    }

    /// Adds an argument whose type says its classes.
    pub(crate) fn classified<T: JsonSchema + Classify + ?Sized>(&mut self, index: usize) {
        self.declared::<T>(index);
        let name = self.param(index).name;
        self.types.extend(T::type_meta().map(|meta| (name, meta)));
    }

    pub(crate) fn declared<T: JsonSchema + ?Sized>(&mut self, index: usize) {
        let schema = self.generator.subschema_for::<T>();
        let schema = schema.to_value();
        let optional = allows_null(&schema);
        self.put(self.param(index).name, schema, optional);
    }

    pub(crate) fn opaque(&mut self, index: usize) {
        let Param {
            name, signature, ..
        } = self.param(index);
        self.opaque.push(name);
        self.put(name, json!({ "x-opaque": signature }), false);
    }

    /// An argument that is the program's own, for no JSON can be read as its type.
    pub(crate) fn handle(&mut self, index: usize) {
        self.opaque(index);
        self.handles.push(self.param(index).name);
    }

    fn param(&self, index: usize) -> &'static Param {
        Param::at(self.params, index)
    }

    /// The schema of one type that is the whole of the arguments.
    pub(crate) fn document_of<T: JsonSchema>() -> Value {
        let generator = SchemaSettings::draft2020_12()
            .for_deserialize()
            .into_generator();
        generator.into_root_schema_for::<T>().to_value()
    }

    fn put(&mut self, name: &'static str, schema: Value, optional: bool) {
        self.properties.insert(name.to_owned(), schema);
        if !optional {
            self.required.push(name);
        }
    }

    pub(crate) fn store(
        mut self,
        meta: &Meta,
        cache: &Cache,
        types: &'static str,
    ) -> &'static Schema {
        let definitions = self.generator.take_definitions(true);
        let mut document = json!({
            "type": "object",
            "properties": self.properties,
            "required": self.required,
            "$defs": definitions,
        });
        strip_values(&mut document);
        classification::annotate(&mut document, meta, &self.types);
        // Its cache is a static: it would never be dropped, nor need the count of who has it.
        let schema: &'static Schema = Box::leak(Box::new(Schema {
            hash: hash(document.clone()).leak(),
            opaque: self.opaque,
            handles: self.handles,
            document,
            classes: classification::of(meta, &self.types),
        }));
        cache.put(types, schema);
        schema
    }
}

/// An argument that may be null may be left out: that is how schemars writes an `Option`.
fn allows_null(schema: &Value) -> bool {
    let is_null = |kind: &Value| kind == "null";
    match (&schema["type"], &schema["anyOf"]) {
        (Value::Array(kinds), _) => kinds.iter().any(is_null),
        (_, Value::Array(choices)) => choices.iter().any(|choice| is_null(&choice["type"])),
        (kind, _) => is_null(kind),
    }
}

/// `sha256:` and the hash of the schema's canonical form.
pub(crate) fn hash(mut schema: Value) -> String {
    strip_annotations(&mut schema);
    // Only NaN has no canonical form, and JSON has no NaN.
    let canonical = serde_json_canonicalizer::to_vec(&schema).unwrap_or_default();
    let mut text = String::from("sha256:");
    push_hex(&mut text, &Sha256::digest(canonical));
    text
}

/// Keywords whose value maps names (of properties, of definitions) to schemas.
const MAPS_OF_SCHEMAS: &[&str] = &[
    "properties",
    "$defs",
    "definitions",
    "patternProperties",
    "dependentSchemas",
];

/// Keywords whose value is data, in which `title` is a word like any other.
const DATA: &[&str] = &["const", "enum"];

/// Removes annotations, but only in schema position: a *property* may be called `title`.
pub(crate) fn strip_annotations(schema: &mut Value) {
    let is_annotation = |keyword: &str| {
        matches!(keyword, "title" | "description" | "$schema")
            || is_value(keyword)
            || keyword.starts_with("x-agentscope-")
    };
    in_schemas(schema, &|keywords| {
        keywords.retain(|keyword, _| !is_annotation(keyword));
        if let Some(required) = keywords.get_mut("required") {
            sort_words(required);
        }
    });
}

/// Removes the values that the user's code has made.
fn strip_values(schema: &mut Value) {
    in_schemas(schema, &|keywords| {
        keywords.retain(|keyword, _| !is_value(keyword));
    });
}

fn is_value(keyword: &str) -> bool {
    matches!(keyword, "default" | "examples")
}

/// Goes through a schema and all in it.
fn in_schemas(schema: &mut Value, change: &dyn Fn(&mut Map<String, Value>)) {
    match schema {
        Value::Object(keywords) => {
            change(keywords);
            for (keyword, value) in keywords.iter_mut() {
                match value {
                    Value::Object(named) if MAPS_OF_SCHEMAS.contains(&&**keyword) => {
                        let schemas = named.values_mut();
                        schemas.for_each(|schema| in_schemas(schema, change));
                    }
                    value if !DATA.contains(&&**keyword) => in_schemas(value, change),
                    _ => {}
                }
            }
        }
        Value::Array(schemas) => schemas
            .iter_mut()
            .for_each(|schema| in_schemas(schema, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn sort_words(value: &mut Value) {
    if let Value::Array(words) = value {
        words.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_and_order_do_not_change_the_hash_but_a_property_of_their_name_does() {
        let plain = json!({"properties": {"a": {"type": "string"}}, "required": ["a", "b"]});
        let noted = json!({
            "title": "T", "description": "d", "x-agentscope-class": "pii", "$schema": "s",
            "required": ["b", "a"],
            "properties": {
                "a": {"type": "string", "description": "x", "examples": ["y"], "default": "z"},
            },
        });
        assert_eq!(hash(plain.clone()), hash(noted));
        for name in ["title", "default", "examples"] {
            let mut named = plain.clone();
            named["properties"][name] = json!({"type": "string"});
            assert_ne!(hash(plain.clone()), hash(named), "{name}");
        }
    }

    #[test]
    fn the_hash_of_a_known_schema_is_known() {
        let known = hash(json!({"type": "object", "properties": {}, "required": [], "$defs": {}}));
        let mut expected = String::from("sha256:");
        let canonical = br#"{"$defs":{},"properties":{},"required":[],"type":"object"}"#;
        push_hex(&mut expected, &Sha256::digest(canonical));
        assert_eq!(known, expected);
    }

    #[test]
    fn instantiations_keep_their_own_schema() {
        const ONE: &[Param] = &[Param {
            name: "a",
            signature: "T",
            sensitivity: None,
        }];
        let cache = Cache::new();
        let mut one = SchemaBuilder::new(ONE);
        one.declared::<String>(0);
        let one = one.store(&Meta::TOOL, &cache, "String");
        let mut other = SchemaBuilder::new(ONE);
        other.opaque(0);
        let other = other.store(&Meta::TOOL, &cache, "Opaque");
        assert_ne!(one.hash, other.hash);
        assert_eq!(
            cache.get("String").map(|schema| schema.hash),
            Some(one.hash)
        );
        assert_eq!(
            cache.get("Opaque").map(|schema| schema.opaque.clone()),
            Some(vec!["a"])
        );
    }
}
