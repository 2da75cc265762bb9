//! The tables of the documentation are those of the code.

use agentscope_runtime::Kind;
use agentscope_runtime::names::{Profile, Source, TABLE};

fn page(name: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/").to_owned() + name;
    std::fs::read_to_string(path).expect("the docs stand beside the crates")
}

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
    let (page, rows) = (page("names.md"), rows());
    assert!(
        page.contains(&rows),
        "put these rows into docs/names.md:\n{rows}"
    );
}

fn kinds() -> String {
    let header = "| `kind` | at least | shown as | GDPR | PCI DSS 4.0.1 | HIPAA |\n|---|---|---|---|---|---|\n";
    let row = |kind: Kind| {
        let law = kind.regulation();
        let [gdpr, pci, hipaa] = [law.gdpr, law.pci_dss, law.hipaa].map(Option::unwrap_or_default);
        let (word, least) = (kind.as_str(), kind.least_class().as_str());
        let shown = kind.treatment().as_str();
        format!("| `{word}` | {least} | {shown} | {gdpr} | {pci} | {hipaa} |\n")
    };
    header.to_owned() + &Kind::all().map(row).collect::<String>()
}

#[test]
fn the_table_of_kinds_is_that_of_the_code() {
    let (page, kinds) = (page("privacy.md"), kinds());
    assert!(
        page.contains(&kinds),
        "put this into docs/privacy.md:\n{kinds}"
    );
}
