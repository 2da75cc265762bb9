//! What is asked of a store: sessions, trees, calls, where to look first.

use std::process::Stdio;

use serde_json::Value;

use crate::Place;
use crate::support::serving::agentscope;

#[test]
fn sessions_are_found_by_what_is_in_them() {
    let place = Place::with_sessions();
    let find = |more: &[&str]| place.ids(&[&["sessions"], more].concat());
    assert_eq!(find(&["--tool", "get_balance"]), ["shop-2", "shop-1"]);
    assert_eq!(find(&["--level", "WARN"]), ["shop-2"]);
    assert_eq!(find(&["--state", "running"]), [""; 0]);
    assert_eq!(find(&["--limit", "1"]), ["desk-1"]);
    assert_eq!(find(&["--since", "10m"]), [""; 0]);
    assert_eq!(find(&["--until", "2h"]), [""; 0]);
    assert_eq!(find(&["--tenant", "acme"]), [""; 0]);
    let said = place.text(&["sessions", "--since", "10m"]);
    assert!(
        said.contains("no such sessions") && said.contains("the latest session that there is"),
        "{said}"
    );
    let (code, said) = place.fails(&["sessions", "--level", "LOUD"]);
    assert!(code == 2 && said.contains("WARN"), "{said}");
    let (code, said) = place.fails(&["sessions", "--since", "yesterday"]);
    assert!(code == 2 && said.contains("2h"), "{said}");
}

#[test]
fn the_beginning_of_an_id_is_enough_where_one_session_begins_so() {
    let place = Place::with_sessions();
    assert_eq!(place.json(&["tree", "desk"])["id"], "desk-1");
    let (code, said) = place.fails(&["tree", "shop"]);
    assert_eq!(code, 1);
    assert!(said.contains("shop-1") && said.contains("shop-2"), "{said}");
    let (code, said) = place.fails(&["tree", "nobody"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("\"nobody\"") && said.contains("agentscope sessions"),
        "{said}"
    );
}

#[test]
fn calls_of_a_tool_are_found_by_step_outcome_and_status() {
    let place = Place::with_sessions();
    let find = |more: &[&str]| place.ids(&[&["tool"], more].concat());
    assert_eq!(find(&["get_balance", "--step", "3"]), ["shop-2", "shop-1"]);
    assert_eq!(find(&["--outcome", "error"]), ["shop-2"]);
    assert_eq!(find(&["--status", "empty"]), ["desk-1"]);
    assert_eq!(find(&["--session", "shop-1"]), ["shop-1"]);
    assert_eq!(find(&["get_balance", "--step", "4"]), [""; 0]);
    let said = place.text(&["tool", "get_balance"]);
    assert!(said.contains("Timeout"), "{said}");
}

#[test]
fn triage_privacy_and_schema_say_where_to_look() {
    let place = Place::with_sessions();
    let triage = place.json(&["triage"]);
    assert_eq!(triage["sessions"], 3);
    assert_eq!(triage["errors"][0][0], "Timeout");
    let text = place.text(&["triage"]);
    assert!(
        text.contains("get_balance") && text.contains("Timeout"),
        "{text}"
    );

    let blind = place.json(&["privacy"]);
    assert_eq!(
        (&blind[0]["tool"], &blind[0]["blind"]),
        (&"refund".into(), &1.into())
    );
    assert_eq!(blind.as_array().expect("a list").len(), 1);
    assert!(place.text(&["privacy"]).contains("#[sensitivity("));

    let hashes = |arguments: &[&str]| -> Vec<String> {
        let seen = place.json(arguments);
        let seen = seen.as_array().expect("a list").iter();
        seen.map(|it| it["hash"].as_str().expect("a hash").to_owned())
            .collect()
    };
    assert_eq!(hashes(&["schema"]).len(), 3);
    assert_eq!(hashes(&["schema", "--changed"]), ["aaaa", "bbbb"]);
    assert_eq!(hashes(&["schema", "refund"]), ["cccc"]);
}

#[test]
fn a_verdict_shows_in_the_list_and_in_the_tree() {
    let place = Place::with_sessions();
    place.text(&["verdict", "shop-2", "failure", "--source", "ticket 12"]);
    assert_eq!(place.ids(&["sessions", "--verdict", "failure"]), ["shop-2"]);
    assert!(place.text(&["sessions"]).contains("failure"));
    assert!(place.text(&["tree", "shop-2"]).contains("failure"));
    // The latest word counts.
    place.text(&["verdict", "shop-2", "success", "--source", "ticket 13"]);
    assert_eq!(place.ids(&["sessions", "--verdict", "failure"]), [""; 0]);
    let (code, _) = place.fails(&["verdict", "nobody", "failure", "--source", "x"]);
    assert_eq!(code, 1);
}

#[test]
fn every_command_gives_a_program_one_document() {
    let place = Place::with_sessions();
    let commands: [&[&str]; 10] = [
        &["sessions"],
        &["tree", "shop-1"],
        &["tool"],
        &["triage"],
        &["schema"],
        &["privacy"],
        &["verdict", "shop-1", "success", "--source", "x"],
        &["store", "ls"],
        &["store", "prune"],
        &["doctor"],
    ];
    for command in commands {
        let output = agentscope(&place.store)
            .arg("--json")
            .args(command)
            .output();
        let output = output.expect("it runs");
        let document = serde_json::from_slice::<Value>(&output.stdout);
        assert!(document.is_ok(), "{command:?}: {document:?}");
        let empty = agentscope(&Place::with_sessions().store)
            .args(["--json", "--tenant", "nobody"])
            .args(command)
            .output();
        let empty = empty.expect("it runs").stdout;
        let is_one = empty.is_empty() || serde_json::from_slice::<Value>(&empty).is_ok();
        assert!(is_one, "{command:?} of nobody");
    }
}

#[cfg(unix)]
#[test]
fn who_stops_reading_has_seen_enough() {
    let place = Place::with_sessions();
    for command in [&["sessions"][..], &["tree", "shop-1"], &["export"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let child = agentscope(&place.store)
            .args(command)
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn();
        let output = child.expect("it runs").wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success() && said.is_empty(),
            "{command:?}: {said}"
        );
    }
}

#[test]
fn a_list_that_was_cut_says_so() {
    let place = Place::with_sessions();
    let said = place.text(&["tool", "--limit", "2"]);
    assert!(
        said.ends_with("the latest 2; --limit 0 shows all\n"),
        "{said}"
    );
    assert!(!place.text(&["tool"]).contains("--limit"));
    let one = place.text(&["triage", "--until", "30m"]);
    assert!(one.starts_with("3 sessions since "), "{one}");
    let help = place.text(&["sessions", "--help"]);
    assert!(
        help.contains("SEMANTIC_WARN") && help.contains("[default: 7d]"),
        "{help}"
    );
}

/// It was `running` beside a verdict.
#[test]
fn a_session_whose_root_has_ended_is_settling() {
    let place = Place::new();
    let address = place.store.to_str().expect("UTF-8");
    let store =
        agentscope_collector::store::open(address, agentscope_collector::store::Access::Write);
    let ingest =
        agentscope_collector::ingest::Ingest::new(store.expect("opened"), Default::default());
    let ingest = ingest.expect("nothing is there");
    let sender = agentscope_collector::ingest::Sender::Application;
    for line in crate::records::lines(1).lines() {
        ingest.line(&sender, line).expect("taken");
    }
    drop(ingest);
    let text = place.text(&["sessions"]);
    assert_eq!(text.matches("  settling  ").count(), 3, "{text}");
    assert!(text.contains("\nsettling: "), "{text}");
}
