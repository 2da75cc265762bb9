//! A server that is killed has lost nothing that it has acknowledged.

mod support;

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;
use reqwest::blocking::Client;
use support::serving::Serving;
use support::{attribute, json, send_logs, send_spans, text};

const ROUNDS: u64 = 10;

#[test]
fn what_a_killed_server_acknowledged_is_there_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = directory.path().join("store");
    let client = Client::new();
    let random = RandomState::new();
    let mut acknowledged: BTreeSet<u64> = BTreeSet::new();
    let mut next = 1;
    let mut unanswered = None;
    for round in 0..ROUNDS {
        let server = Serving::start(&store, &[]);
        let alive = Duration::from_micros(20_000 + random.hash_one(round) % 400_000);
        let dead = AtomicBool::new(false);
        let killed = Instant::now() + alive;
        let left = unanswered.take();
        let (client, dead, mut from) = (&client, &dead, next);
        let (new, after, batch) = std::thread::scope(|scope| {
            let http = server.http.clone();
            let sending = scope.spawn(move || {
                let mut acknowledged = Vec::new();
                // As an exporter does: what was not answered is sent again as it was.
                let mut batch = left.unwrap_or_else(|| new_batch(&mut from));
                while !dead.load(Relaxed) {
                    if send_spans(client, &http, batch.clone()) {
                        acknowledged.extend(batch.iter().map(id_of));
                        batch = new_batch(&mut from);
                    }
                }
                (acknowledged, from, batch)
            });
            std::thread::sleep(killed.saturating_duration_since(Instant::now()));
            server.kill();
            dead.store(true, Relaxed);
            sending.join().expect("the sender ended")
        });
        acknowledged.extend(new);
        (next, unanswered) = (after, Some(batch));
    }
    assert!(
        acknowledged.len() > 100,
        "only {} spans got through",
        acknowledged.len()
    );

    let exported = text(&store, &["export"]);
    let mut stored = Vec::new();
    for line in exported.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        for group in line["resourceSpans"].as_array().into_iter().flatten() {
            for scope in group["scopeSpans"].as_array().into_iter().flatten() {
                for span in scope["spans"].as_array().into_iter().flatten() {
                    let id = span["spanId"].as_str().expect("an id");
                    stored.push(u64::from_str_radix(id, 16).expect("an id"));
                }
            }
        }
    }
    let different: BTreeSet<u64> = stored.iter().copied().collect();
    assert_eq!(different.len(), stored.len(), "a span is there twice");
    let lost: Vec<_> = acknowledged.difference(&different).collect();
    assert!(lost.is_empty(), "acknowledged and not there: {lost:?}");
    let listed = json(&store, &["sessions", "--limit", "0"]);
    let counted: u64 = listed
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| it["spans"].as_u64().expect("a count"))
        .sum();
    assert_eq!(
        counted,
        stored.len() as u64,
        "the sums agree with what is there"
    );
}

/// Sixteen spans of two sessions.
fn new_batch(next: &mut u64) -> Vec<Span> {
    let begin = now();
    let ids = *next..*next + 16;
    *next = ids.end;
    let spans = ids.map(|id| {
        // Two side by side, and new ones all the time.
        let session = id / 320 * 2 + id % 2;
        Span {
            trace_id: u128::from(session + 1).to_be_bytes().to_vec(),
            span_id: id.to_be_bytes().to_vec(),
            name: "execute_tool add".to_owned(),
            start_time_unix_nano: begin,
            end_time_unix_nano: begin + 1_000,
            attributes: vec![
                attribute("agentscope.layer", "tool"),
                attribute("session.id", &format!("session-{session}")),
            ],
            ..Span::default()
        }
    });
    spans.collect()
}

fn id_of(span: &Span) -> u64 {
    u64::from_be_bytes(span.span_id.as_slice().try_into().expect("eight bytes"))
}

fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    u64::try_from(since.as_nanos()).expect("before 2500")
}

#[test]
fn sessions_that_were_open_when_a_server_was_killed_end_after_it_is_back() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = directory.path().join("store");
    let config = directory.path().join("agentscope.toml");
    std::fs::write(
        &config,
        "[limits]\nidle_seconds = 1\nabandoned_seconds = 2\n",
    )
    .expect("written");
    let config = ["--config", config.to_str().expect("a path in UTF-8")];
    let client = Client::new();
    let server = Serving::start(&store, &config);
    // One agent has ended; the other's process was killed while a tool ran.
    assert!(send_spans(
        &client,
        &server.http,
        vec![session_span("whole")]
    ));
    assert!(send_logs(
        &client,
        &server.http,
        vec![called("cut-off", "refund")]
    ));
    let running = json(&store, &["sessions"]);
    for session in running.as_array().expect("a list") {
        assert_eq!(session["state"], "running", "{session}");
    }
    let tree = text(&store, &["tree", "cut-off"]);
    assert!(
        tree.contains("refund") && tree.contains("running"),
        "visible while it runs: {tree}"
    );
    server.kill();

    let server = Serving::start(&store, &config);
    let deadline = Instant::now() + Duration::from_secs(30);
    let state = |session: &str| {
        let listed = json(&store, &["sessions"]);
        let sessions = listed.as_array().expect("a list");
        let found = sessions
            .iter()
            .find(|it| it["id"] == session)
            .expect("it is there");
        found["state"].as_str().expect("a word").to_owned()
    };
    while [state("whole"), state("cut-off")].contains(&"running".to_owned()) {
        assert!(
            Instant::now() < deadline,
            "they do not end: {}",
            json(&store, &["sessions"])
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(
        (state("whole").as_str(), state("cut-off").as_str()),
        ("ended", "abandoned")
    );
    let tree = json(&store, &["tree", "cut-off"]);
    let nodes = tree["nodes"].as_array().expect("nodes");
    let refund = nodes
        .iter()
        .find(|node| node["name"] == "refund")
        .expect("the call");
    assert_eq!(refund["outcome"], "cancelled");
    drop(server);
}

fn session_span(session: &str) -> Span {
    Span {
        trace_id: 7_u128.to_be_bytes().to_vec(),
        span_id: 1_u64.to_be_bytes().to_vec(),
        name: "invoke_workflow refunds".to_owned(),
        start_time_unix_nano: now(),
        end_time_unix_nano: now(),
        attributes: vec![
            attribute("agentscope.layer", "session"),
            attribute("session.id", session),
        ],
        ..Span::default()
    }
}

fn called(session: &str, tool: &str) -> LogRecord {
    LogRecord {
        time_unix_nano: now(),
        severity_number: 9,
        severity_text: "INFO".to_owned(),
        event_name: "agentscope.tool.called".to_owned(),
        trace_id: 8_u128.to_be_bytes().to_vec(),
        span_id: 2_u64.to_be_bytes().to_vec(),
        attributes: vec![
            attribute("agentscope.level", "INFO"),
            attribute("session.id", session),
            attribute("gen_ai.tool.name", tool),
        ],
        ..LogRecord::default()
    }
}
