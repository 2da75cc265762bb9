//! The registry in `semconv/` is the names table.

use std::collections::BTreeMap;

use agentscope_runtime::names::{Kind, Source, TABLE};
use yaml_rust2::{Yaml, YamlLoader};

/// What the registry or the table says of a name, in words that can be compared.
type Entries = BTreeMap<String, String>;

fn load(file: &str) -> Yaml {
    let path = format!("{}/../semconv/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the registry stands beside the crates");
    let mut documents = YamlLoader::load_from_str(&text).expect("YAML");
    assert_eq!(documents.len(), 1, "{file}");
    documents.remove(0)
}

fn text<'a>(entry: &'a Yaml, field: &str) -> &'a str {
    let found = entry[field].as_str();
    found.unwrap_or_else(|| panic!("`{field}` is no text in {entry:?}"))
}

fn items<'a>(entry: &'a Yaml, field: &str) -> &'a [Yaml] {
    entry[field]
        .as_vec()
        .unwrap_or_else(|| panic!("`{field}` is no list in {entry:?}"))
}

/// The type of an attribute and, where it has members, their values.
fn attribute_type(entry: &Yaml) -> String {
    if let Some(word) = entry["type"].as_str() {
        return word.to_owned();
    }
    let members = items(&entry["type"], "members").iter();
    let values: Vec<_> = members.map(|member| text(member, "value")).collect();
    format!("one of {values:?}")
}

fn has_type(example: &Yaml, type_: &Yaml) -> bool {
    match type_.as_str() {
        Some("int") => example.as_i64().is_some(),
        Some("double") => matches!(example, Yaml::Real(_)),
        Some("boolean") => example.as_bool().is_some(),
        Some("string[]") => example
            .as_vec()
            .is_some_and(|texts| texts.iter().all(|text| text.as_str().is_some())),
        Some("string") => example.as_str().is_some(),
        Some(_) => false,
        None => items(type_, "members")
            .iter()
            .any(|member| member["value"] == *example),
    }
}

fn registry(registry: &Yaml) -> Entries {
    let attributes = items(registry, "attributes").iter().map(|entry| {
        let described = format!("{}: {}", attribute_type(entry), text(entry, "brief"));
        (text(entry, "key").to_owned(), described)
    });
    let events = items(registry, "events").iter().map(|entry| {
        let described = format!("event: {}", text(entry, "brief"));
        (text(entry, "name").to_owned(), described)
    });
    let metrics = items(registry, "metrics").iter().map(|entry| {
        let (instrument, unit) = (text(entry, "instrument"), text(entry, "unit"));
        let described = format!("{instrument} in {unit}: {}", text(entry, "brief"));
        (text(entry, "name").to_owned(), described)
    });
    let mut entries = Entries::new();
    for (name, described) in attributes.chain(events).chain(metrics) {
        let twice = entries.insert(name.clone(), described);
        assert_eq!(twice, None, "{name} stands twice in semconv/registry.yaml");
    }
    entries
}

fn table() -> Entries {
    let ours = TABLE
        .iter()
        .filter(|name| name.source == Source::Agentscope);
    ours.map(|name| {
        let kind = match name.kind {
            Kind::OneOf(words) => format!("one of {words:?}"),
            Kind::Counter(unit) => format!("counter in {unit}"),
            Kind::Histogram(unit) => format!("histogram in {unit}"),
            other => other.as_str().to_owned(),
        };
        (name.key.to_owned(), format!("{kind}: {}", name.meaning))
    })
    .collect()
}

/// One line for each name that the two do not say the same of.
fn differences(registry: &Entries, table: &Entries) -> String {
    let names = registry
        .keys()
        .chain(table.keys().filter(|name| !registry.contains_key(*name)));
    let different = names.filter(|name| registry.get(*name) != table.get(*name));
    let absent = || "absent".to_owned();
    different
        .map(|name| {
            let (yaml, code) = (registry.get(name), table.get(name));
            let (yaml, code) = (
                yaml.cloned().unwrap_or_else(absent),
                code.cloned().unwrap_or_else(absent),
            );
            format!("{name}\n  semconv/registry.yaml: {yaml}\n  agentscope::names:     {code}\n")
        })
        .collect()
}

#[test]
fn the_registry_is_the_names_table() {
    let differences = differences(&registry(&load("registry.yaml")), &table());
    assert!(differences.is_empty(), "they differ:\n{differences}");
}

#[test]
fn the_registry_has_the_form_of_an_opentelemetry_registry() {
    let registry = load("registry.yaml");
    assert_eq!(text(&registry, "file_format"), "definition/2");
    for list in ["attributes", "events", "metrics"] {
        for entry in items(&registry, list) {
            assert_eq!(text(entry, "stability"), "development", "{entry:?}");
        }
    }
    for entry in items(&registry, "attributes") {
        let examples = items(entry, "examples");
        assert!(!examples.is_empty(), "{entry:?}");
        for example in examples {
            assert!(
                has_type(example, &entry["type"]),
                "{example:?} in {entry:?}"
            );
        }
    }
    let manifest = load("manifest.yaml");
    assert_eq!(text(&manifest, "name"), "agentscope");
    assert_eq!(items(&manifest, "dependencies").len(), 1);
}

#[test]
fn a_difference_is_told_with_the_name_and_both_sides() {
    let mut changed = table();
    changed.insert("agentscope.outcome".into(), "string: how it ended".into());
    changed.remove("agentscope.goal");
    let told = differences(&changed, &table());
    assert_eq!(told.lines().count(), 6, "{told}");
    assert!(
        told.contains("agentscope.outcome\n  semconv/registry.yaml: string: how it ended\n"),
        "{told}"
    );
    assert!(
        told.contains("agentscope.goal\n  semconv/registry.yaml: absent\n"),
        "{told}"
    );
}
