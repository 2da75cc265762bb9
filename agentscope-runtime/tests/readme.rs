//! The README's attribute reference is the names table.

use agentscope_runtime::names::{Profile, Source, TABLE};

fn rows() -> String {
    let row = |name: &agentscope_runtime::names::Name| {
        let source = match name.source {
            Source::GenAi => "OpenTelemetry GenAI",
            Source::OpenTelemetry => "OpenTelemetry",
            Source::OpenInference => "OpenInference",
            Source::Agentscope => "agentscope",
        };
        let next = match name.key_in(Profile::Next) {
            same if same == name.key => String::new(),
            next => format!("; to become `{next}`"),
        };
        let (key, kind, meaning) = (name.key, name.kind.as_str(), name.meaning);
        format!("| `{key}` | {kind} | {source} | {meaning}{next} |\n")
    };
    TABLE.iter().map(row).collect()
}

#[test]
fn the_attribute_reference_is_the_names_table() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"))
        .expect("the README stands beside the crates");
    let rows = rows();
    assert!(
        readme.contains(&rows),
        "put these rows into README.md:\n{rows}"
    );
}
