//! The labelled texts that stand beside the workspace.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;

use agentscope_runtime::__private::scrub::Kind;
use serde_json::Value;

use crate::score::{Gold, Score};

const KINDS: [Kind; 6] = [
    Kind::Card,
    Kind::Email,
    Kind::Iban,
    Kind::Ip,
    Kind::Phone,
    Kind::Ssn,
];

fn kind(label: &str) -> Option<Kind> {
    Some(match label {
        "CREDIT_CARD" => Kind::Card,
        "EMAIL" | "EMAIL_ADDRESS" => Kind::Email,
        "IBAN_CODE" => Kind::Iban,
        "IP_ADDRESS" => Kind::Ip,
        "PHONE_NUMBER" => Kind::Phone,
        "US_SSN" => Kind::Ssn,
        _ => return None,
    })
}

/// Spans count characters, finds bytes.
fn spans(text: &str, row: &Value) -> Vec<Gold> {
    let places: Vec<usize> = text
        .char_indices()
        .map(|(place, _)| place)
        .chain([text.len()])
        .collect();
    let place = |value: &Value| places[usize::try_from(value.as_u64().unwrap()).unwrap()];
    let spans = row["spans"].as_array().unwrap().iter();
    spans
        .filter_map(|span| {
            Some(Gold {
                range: place(&span["start"])..place(&span["end"]),
                kind: kind(span["label"].as_str().unwrap())?,
            })
        })
        .collect()
}

fn kinds(row: &Value) -> Vec<Kind> {
    match row["only"].as_array() {
        Some(only) => only
            .iter()
            .filter_map(|label| kind(label.as_str().unwrap()))
            .collect(),
        None => KINDS.to_vec(),
    }
}

#[test]
fn the_corpus_is_found() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/pii_corpus.dev.jsonl");
    let Ok(lines) = std::fs::read_to_string(file) else {
        // Written past the capture of the test, so that a skipped check is seen.
        let message = "skipped: the labelled texts are not beside the workspace";
        writeln!(std::io::stderr(), "{message}").unwrap();
        return;
    };
    let rows: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // Some rows stand for what their tool does when it runs out of time: the same text is labelled
    // in one row and not in another. It has in it what any row says it has.
    let mut most: HashMap<&str, usize> = HashMap::new();
    let mut score = Score::default();
    let mut as_is = Score::default();
    for row in &rows {
        let labelled = most.entry(row["text"].as_str().unwrap()).or_default();
        *labelled = (*labelled).max(row["spans"].as_array().unwrap().len());
    }
    for row in &rows {
        let text = row["text"].as_str().unwrap();
        let (spans, kinds) = (spans(text, row), kinds(row));
        as_is.add(text, &spans, &kinds);
        if row["spans"].as_array().unwrap().len() == most[text] {
            score.add(text, &spans, &kinds);
        }
    }
    println!(
        "{}\nas it is, with rows that contradict others:\n{}",
        score.figures(),
        as_is.figures()
    );
    println!("{}", score.misses.join("\n"));
    for kind in [Kind::Email, Kind::Card, Kind::Iban, Kind::Ssn] {
        score.require(kind, 0.98, 0.98);
    }
    score.require(Kind::Ip, 0.95, 0.95);
    score.require(Kind::Phone, 0.70, 0.95);
}
