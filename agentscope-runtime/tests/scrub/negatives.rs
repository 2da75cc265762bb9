//! What agents' telemetry is full of, and nothing is to be found in.

use std::collections::BTreeSet;

use agentscope_runtime::__private::scrub::{finds, scrub, scrub_json};

const LINES: &str = include_str!("../data/scrub_negatives.txt");

fn lines() -> impl Iterator<Item = &'static str> {
    LINES.lines().filter(|line| !line.starts_with("#: "))
}

#[test]
fn nothing_is_found_in_what_agents_log() {
    let distinct: BTreeSet<&str> = lines().collect();
    assert_eq!(distinct.len(), lines().count(), "a line stands twice");
    println!("{} negatives", distinct.len());
    assert!(distinct.len() >= 350);
    let wrong: Vec<String> = lines()
        .filter(|line| !finds(line).is_empty())
        .map(|line| format!("{line}\n  {}", scrub(line)))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} lines:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn nor_in_json_of_it() {
    for line in lines() {
        let json = serde_json::json!({ "message": line, "lines": [line] }).to_string();
        assert_eq!(scrub_json(&json), json);
        if serde_json::from_str::<serde_json::Value>(line).is_ok() {
            assert_eq!(scrub_json(line), line);
        }
    }
}

/// A log is one text: what stands in the line before must not make a find of the next.
#[test]
fn nor_where_they_follow_one_another() {
    for separator in ["\n", " | ", "\t"] {
        let all: Vec<&str> = lines().collect();
        let text = all.join(separator);
        let found: Vec<&str> = finds(&text)
            .iter()
            .map(|find| &text[find.range.clone()])
            .collect();
        assert_eq!(found, <Vec<&str>>::new(), "{separator:?}");
    }
}
