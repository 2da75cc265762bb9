//! The official conventions, where their data stands beside the workspace.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use agentscope::names::{Kind, Profile, Source, TABLE};
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value as Sent};
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric::Data};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode};
use serde_json::{Value, json};

/// The data's directory; `None`, and a word about it, where it is not there.
pub fn data() -> Option<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/semconv");
    if data.join("check.py").exists() {
        return Some(data);
    }
    // Written past the capture of the test, so that a skipped check is seen.
    let message = "skipped: the data of the official conventions is not beside the workspace";
    writeln!(std::io::stderr(), "{message}").expect("standard error is open");
    None
}

/// What the official checker says of the spans: its verdict and its lines.
pub fn check(data: &Path, spans: &[Span]) -> (bool, String) {
    let file = scratch().join("spans.json");
    let samples: Vec<_> = spans.iter().map(sample).collect();
    std::fs::write(&file, Value::from(samples).to_string()).expect("the target directory is ours");
    let checked = Command::new(python())
        .arg(data.join("check.py"))
        .arg(data.join("resolved.json"))
        .arg(data.join("registry/genai-main-2026-08-03/model/gen-ai"))
        .arg(&file)
        .output()
        .expect("Python runs");
    let said =
        [checked.stdout, checked.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    (checked.status.success(), said.concat())
}

/// A directory of this test below the target directory.
fn scratch() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance");
    std::fs::create_dir_all(&directory).expect("the target directory is ours");
    directory
}

/// A Python that has the checker's one dependency: the system's, or one of our own.
fn python() -> PathBuf {
    let has_dependency = |python: &Path| {
        let import = Command::new(python)
            .args(["-c", "import jsonschema"])
            .output();
        import.is_ok_and(|import| import.status.success())
    };
    let system = PathBuf::from("python3");
    if has_dependency(&system) {
        return system;
    }
    let directory = scratch().join("python");
    let python = directory.join("bin/python");
    if !has_dependency(&python) {
        let run = |command: &mut Command| {
            let output = command.output().expect("the checker needs `python3`");
            assert!(
                output.status.success(),
                "the checker needs the Python package `jsonschema`, which the system's Python does not have and \
                 which could not be installed below the target directory either: {command:?}\n{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        };
        run(Command::new(&system).args(["-m", "venv"]).arg(&directory));
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "jsonschema"]));
    }
    python
}

/// A span in the form that the checker reads.
fn sample(span: &Span) -> Value {
    let kind = match span.kind() {
        SpanKind::Client => "client",
        SpanKind::Server => "server",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
        SpanKind::Internal | SpanKind::Unspecified => "internal",
    };
    let status = span.status.clone().unwrap_or_default();
    let code = match status.code() {
        StatusCode::Unset => "unset",
        StatusCode::Ok => "ok",
        StatusCode::Error => "error",
    };
    let attributes: Vec<_> = span
        .attributes
        .iter()
        .map(|attribute| json!({ "name": attribute.key, "value": plain(attribute.value.as_ref()) }))
        .collect();
    json!({ "span": {
        "name": span.name,
        "kind": kind,
        "status": { "code": code, "message": status.message },
        "span_events": [],
        "span_links": [],
        "attributes": attributes,
    } })
}

/// Where the boundaries of our histograms, and their labels, are not those of the official helper.
pub fn metrics_against_golden(data: &Path, metrics: &[Metric]) -> Vec<String> {
    let text = std::fs::read_to_string(data.join("samples/golden_content.json"));
    let golden: Value = serde_json::from_str(&text.expect("the data is whole")).expect("JSON");
    let golden = golden["metrics"].as_array().expect("a list");
    let mut wrong = Vec::new();
    for metric in metrics {
        let Some(Data::Histogram(ours)) = &metric.data else {
            continue;
        };
        let of_name = |name: &str| golden.iter().find(|golden| golden["name"] == name);
        let Some(theirs) = of_name(&metric.name) else {
            continue;
        };
        let points = theirs["points"].as_array().expect("a list");
        let bounds = |point: &Value| -> Vec<f64> {
            let bounds = point["bounds"].as_array().expect("a list").iter();
            bounds.filter_map(Value::as_f64).collect()
        };
        let labels = points
            .iter()
            .filter_map(|point| point["attributes"].as_object());
        let labels: BTreeSet<_> = labels.flat_map(|labels| labels.keys()).collect();
        for point in &ours.data_points {
            if point.explicit_bounds != bounds(&points[0]) {
                wrong.push(format!("{}: other boundaries", metric.name));
            }
            let more = point
                .attributes
                .iter()
                .filter(|label| !labels.contains(&label.key));
            wrong.extend(more.map(|label| format!("{}: {}", metric.name, label.key)));
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

fn plain(value: Option<&AnyValue>) -> Value {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Sent::StringValue(text)) => json!(text),
        Some(Sent::BoolValue(flag)) => json!(flag),
        Some(Sent::IntValue(number)) => json!(number),
        Some(Sent::DoubleValue(number)) => json!(number),
        Some(Sent::ArrayValue(list)) => list.values.iter().map(|item| plain(Some(item))).collect(),
        Some(other) => panic!("no attribute of ours is {other:?}"),
        None => Value::Null,
    }
}

/// Where the names that we take from OpenTelemetry differ from a state of its conventions.
pub fn table_against(resolved: &Path, profile: Profile) -> Vec<String> {
    let text = std::fs::read_to_string(resolved).expect("the data is whole");
    let resolved: Value = serde_json::from_str(&text).expect("JSON");
    let taken = TABLE
        .iter()
        .filter(|name| matches!(name.source, Source::GenAi | Source::OpenTelemetry));
    let mut wrong = Vec::new();
    for name in taken {
        let key = name.key_in(profile);
        if name.kind == Kind::Event {
            if resolved["events"][key].is_null() {
                wrong.push(format!("{key}: no event of the conventions"));
            }
            continue;
        }
        if let Kind::Histogram(unit) = name.kind {
            let official = &resolved["metrics"][key];
            if official["instrument"] != "histogram" || official["unit"] != unit {
                wrong.push(format!("{key}: no histogram of the conventions in {unit}"));
            }
            continue;
        }
        let official = &resolved["attributes"][key];
        if official.is_null() {
            wrong.push(format!("{key}: not in the conventions"));
            continue;
        }
        if !official["deprecated"].is_null() {
            wrong.push(format!("{key}: deprecated"));
        }
        let of_kind = official["type"].as_str().expect("a type");
        // The words of an open list are texts to us.
        let as_ours = if of_kind == "enum(str)" {
            "string"
        } else {
            of_kind
        };
        if as_ours != name.kind.as_str() {
            wrong.push(format!("{key}: {of_kind}, not {}", name.kind.as_str()));
        }
        if let (Kind::OneOf(words), Some(official)) = (name.kind, official["values"].as_array()) {
            let unknown = words.iter().filter(|word| !official.contains(&json!(word)));
            wrong.extend(unknown.map(|word| format!("{key}: {word} is no value of it")));
        }
    }
    wrong
}
