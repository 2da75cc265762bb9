//! `doctor` ends with 1 where something is wrong.

use serde_json::Value;

use crate::Place;
use crate::support::serving::agentscope;

/// Its exit code, and what it found: state and text.
fn doctor(place: &Place, variables: &[(&str, &str)]) -> (i32, Vec<(String, String)>) {
    let mut command = agentscope(&place.store);
    let output = command
        .args(["--json", "doctor"])
        .envs(variables.iter().copied())
        .output();
    let output = output.expect("it runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |it: &Value, key: &str| it[key].as_str().expect(key).to_owned();
    let findings = report["findings"].as_array().expect("a list").iter();
    let findings = findings.map(|it| (text(it, "state"), text(it, "what")));
    (output.status.code().expect("it ended"), findings.collect())
}

fn has(findings: &[(String, String)], state: &str, words: &str) {
    let is_there = findings
        .iter()
        .any(|(found, what)| found == state && what.contains(words));
    assert!(is_there, "{state} {words}: {findings:#?}");
}

#[test]
fn it_is_content_with_a_store_that_has_everything() {
    let place = Place::with_sessions();
    let (code, findings) = doctor(&place, &[]);
    assert_eq!(code, 0, "{findings:#?}");
    has(&findings, "ok", "3 sessions");
    has(&findings, "note", "refund");
    let text = place.text(&["doctor"]);
    assert!(
        text.contains("RECEIVED") && !text.contains("PROBLEM"),
        "{text}"
    );
}

#[test]
fn it_says_what_is_wrong_and_what_to_do() {
    let place = Place::with_sessions();
    let (code, findings) = doctor(
        &place,
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")],
    );
    assert_eq!(code, 1);
    has(&findings, "problem", "agentscope serve");
    let (code, findings) = doctor(&Place::new(), &[]);
    assert_eq!(code, 1);
    has(&findings, "problem", "--store");
}
