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

/// One unreadable file took all findings with it, and with `--json` the document.
#[test]
fn one_unreadable_segment_is_a_finding_beside_all_others() {
    let place = Place::with_sessions();
    place.spoil_a_segment();
    let (code, findings) = doctor(&place, &[]);
    assert_eq!(code, 1, "{findings:#?}");
    has(&findings, "problem", "is damaged");
    has(&findings, "ok", "MB in");
}

/// Readers took another store than the one that is meant, and `doctor` was content.
#[test]
fn a_configuration_that_cannot_be_read_is_a_problem() {
    let place = Place::with_sessions();
    let missing = place.path("missing.toml");
    let (code, findings) = doctor(&place, &[("AGENTSCOPE_CONFIG", &missing)]);
    assert_eq!(code, 1);
    has(&findings, "problem", "missing.toml");
    has(&findings, "ok", "set here: AGENTSCOPE_CONFIG");
    assert!(place.text(&["doctor"]).starts_with("ok       environment "));
    place.file("agentscope.toml", b"store = \"elsewhere\nshare = 1\n");
    let (code, findings) = doctor(&place, &[]);
    assert_eq!(code, 1);
    has(&findings, "problem", "agentscope.toml: line 1");
    // Without a named store there is none to be read.
    let output = place
        .unnamed()
        .env("AGENTSCOPE_CONFIG", &missing)
        .arg("sessions")
        .output();
    let output = output.expect("it runs");
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(
        !output.status.success() && said.contains("missing.toml"),
        "{said}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_store_that_cannot_be_written_to_is_a_problem() {
    let place = Place::with_sessions();
    // As on a full disk: no file of its process may grow further.
    let shell = "ulimit -f 8; trap '' XFSZ; exec \"$0\" \"$@\"";
    let command = agentscope(&place.store);
    let output = std::process::Command::new("sh")
        .args(["-c", shell])
        .arg(command.get_program())
        .args(command.get_args())
        .arg("doctor")
        .output();
    let said = String::from_utf8(output.expect("it runs").stdout).expect("text");
    assert!(said.contains("cannot be written to: "), "{said}");
    let left = std::fs::read_dir(&place.store).expect("listed").flatten();
    assert!(left.count() == 2, "nothing is left of the attempt");
}
