//! What a store keeps whatever happens to its process, and for how long.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use agentscope_collector::store::{
    self, Access, Batch, Binding, CallFilter, Period, Retention, SessionFilter, SessionId, Store,
    StoreError, Tenant, Tier,
};
use opentelemetry_proto::tonic::trace::v1::Span;
use proptest::prelude::*;
use support::records::*;

mod support {
    #[allow(dead_code, reason = "not every file of tests needs every helper")]
    pub(crate) mod records;
}

fn open(dir: &Path, access: Access) -> Arc<dyn Store> {
    store::open(dir.to_str().expect("plain"), access).expect("opened")
}

fn tenant() -> Tenant {
    Tenant::default()
}

/// Spans, and ids of log records by time, of every session.
fn everything(store: &dyn Store) -> BTreeMap<String, (Vec<u64>, Vec<u64>)> {
    let sessions = store
        .sessions(&tenant(), &SessionFilter::default())
        .expect("listed");
    let mut all = BTreeMap::new();
    for summary in sessions {
        let stored = store
            .session(&tenant(), &summary.id)
            .expect("read")
            .expect("there");
        let id =
            |span: &Span| u64::from_be_bytes(span.span_id.as_slice().try_into().expect("8 bytes"));
        let mut spans: Vec<_> = stored.spans.iter().map(|span| id(&span.record)).collect();
        let mut logs: Vec<_> = stored
            .logs
            .iter()
            .map(|log| log.record.time_unix_nano)
            .collect();
        spans.sort_unstable();
        logs.sort_unstable();
        // What is summed up on the way in is what is there.
        assert_eq!(
            (summary.spans, summary.logs),
            (spans.len() as u64, logs.len() as u64)
        );
        assert_eq!(stored.summary, summary);
        all.insert(summary.id, (spans, logs));
    }
    all
}

/// One record of a session: the number says what it is.
fn one(session: u8, number: u8, days_ago: u64) -> Batch {
    let (trace, id) = (u128::from(session) + 1, u64::from(number) + 1);
    let begin = noon(days_ago) + id;
    let level = ["INFO", "DEBUG", "ERROR", "TRACE", "WARN"][usize::from(number % 5)];
    let name = SessionId::named(format!("session-{session}"));
    match number % 3 {
        0 => logs(&name, vec![log(trace, id, begin, level)]),
        1 => spans(
            &name,
            vec![
                tool(trace, id, begin, "get_order", i64::from(number))
                    .with("agentscope.level", level),
            ],
        ),
        _ => spans(&name, vec![span(trace, id, begin)]),
    }
}

fn join(batches: impl IntoIterator<Item = Batch>) -> Batch {
    let mut joined = Batch::default();
    for batch in batches {
        joined.spans.extend(batch.spans);
        joined.logs.extend(batch.logs);
    }
    joined
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_record_is_there_once_in_whatever_order_and_how_often_it_comes(
        batches in proptest::collection::vec(
            (proptest::collection::vec((0..4_u8, 0..40_u8), 1..20), any::<bool>()),
            1..12,
        ),
    ) {
        let dir = tempfile::tempdir().expect("a directory");
        let mut expected: BTreeMap<String, (Vec<u64>, Vec<u64>)> = BTreeMap::new();
        let mut store = open(dir.path(), Access::Write);
        let mut new = 0;
        for (records, starts_again) in &batches {
            let batch = join(records.iter().map(|(session, number)| {
                // Half of the sessions go on over midnight.
                one(*session, *number, 1 + u64::from(number % 2) * u64::from(session % 2))
            }));
            let written = store.write(&tenant(), batch).expect("written");
            let count = (records.len()) as u64;
            let (duplicates, kept) = (written.duplicate_spans + written.duplicate_logs, written.spans + written.logs);
            prop_assert_eq!(duplicates + kept, count);
            new += kept;
            for (session, number) in records {
                let (spans, logs) = expected.entry(format!("session-{session}")).or_default();
                let id = u64::from(*number) + 1;
                let days_ago = 1 + u64::from(number % 2) * u64::from(session % 2);
                let (list, entry) = match number % 3 {
                    0 => (logs, noon(days_ago) + id),
                    _ => (spans, id),
                };
                if !list.contains(&entry) {
                    list.push(entry);
                    list.sort_unstable();
                }
            }
            if *starts_again {
                drop(store);
                store = open(dir.path(), Access::Write);
            }
        }
        let found = everything(&*store);
        let kept: usize = expected.values().map(|(spans, logs)| spans.len() + logs.len()).sum();
        prop_assert_eq!(new, kept as u64);
        prop_assert_eq!(found, expected);
    }
}

const DIR: &str = "AGENTSCOPE_TEST_STORE";
const FIRST: &str = "AGENTSCOPE_TEST_FIRST";

/// Not a test by itself: the process that is killed. Says the number of each batch that was
/// acknowledged.
#[test]
fn writes_until_it_is_killed() {
    let Some(dir) = std::env::var_os(DIR) else {
        return;
    };
    let first: u64 = std::env::var(FIRST)
        .expect("set")
        .parse()
        .expect("a number");
    let store = open(Path::new(&dir), Access::Write);
    let mut out = std::io::stdout();
    for number in first.. {
        store.write(&tenant(), numbered(number)).expect("written");
        writeln!(out, "acknowledged {number}")
            .and_then(|()| out.flush())
            .expect("told");
    }
}

/// A batch that nothing else is like: spans of two sessions in three segments.
fn numbered(number: u64) -> Batch {
    let spans_of = |name: &str, level: &str, days_ago| {
        let id = SessionId::named(format!("{name}-{}", number / 10));
        let span = span(
            u128::from(number / 10) + 1,
            number + 1,
            noon(days_ago) + number,
        );
        spans(&id, vec![span.with("agentscope.level", level)])
    };
    let mut batch = join([
        spans_of("one", "INFO", 1),
        spans_of("one", "ERROR", 2),
        spans_of("other", "DEBUG", 1),
    ]);
    // Two spans of one session must differ.
    for (place, span) in batch.spans.iter_mut().enumerate() {
        span.record.span_id = (number * 3 + place as u64 + 1).to_be_bytes().to_vec();
    }
    batch
}

#[test]
fn what_was_acknowledged_is_there_once_after_the_process_was_killed() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut acknowledged = Vec::new();
    for round in 0..10_u64 {
        let first = acknowledged.last().map_or(0, |last| last + 1);
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "writes_until_it_is_killed", "--nocapture"])
            .env(DIR, dir.path())
            .env(FIRST, first.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        // Killed in the midst of a batch: which, is a matter of chance, how many before is not.
        for line in lines.by_ref() {
            let line = line.expect("text");
            let Some(number) = line.strip_prefix("acknowledged ") else {
                continue;
            };
            acknowledged.push(number.parse::<u64>().expect("a number"));
            if acknowledged.len() as u64 >= (round + 1) * 7 {
                break;
            }
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
        // It may have said more before it died.
        for line in lines {
            if let Some(number) = line
                .ok()
                .as_deref()
                .and_then(|line| line.strip_prefix("acknowledged "))
            {
                acknowledged.push(number.parse().expect("a number"));
            }
        }
        let store = open(dir.path(), Access::Write);
        let last = acknowledged.last().copied().expect("one at least");
        // The sender was not answered, and sends again.
        store.write(&tenant(), numbered(last + 1)).expect("written");
        acknowledged.push(last + 1);
        let mut expected: BTreeMap<String, (Vec<u64>, Vec<u64>)> = BTreeMap::new();
        for number in &acknowledged {
            for span in numbered(*number).spans {
                let id =
                    u64::from_be_bytes(span.record.span_id.as_slice().try_into().expect("8 bytes"));
                let (spans, _) = expected
                    .entry(span.session.as_str().to_owned())
                    .or_default();
                spans.push(id);
                spans.sort_unstable();
            }
        }
        assert_eq!(everything(&*store), expected, "round {round}");
    }
}

#[test]
fn readers_see_whole_batches_while_somebody_writes() {
    let dir = tempfile::tempdir().expect("a directory");
    let writer = open(dir.path(), Access::Write);
    let id = SessionId::named("busy");
    let batch = |number: u64| {
        let first = number * 5 + 1;
        spans(
            &id,
            (first..first + 5)
                .map(|id| span(1, id, noon(1) + id))
                .collect(),
        )
    };
    writer.write(&tenant(), batch(0)).expect("written");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let reader = open(dir.path(), Access::Read);
                let mut before = 0;
                while !done.load(Ordering::Relaxed) {
                    let stored = reader
                        .session(&tenant(), "busy")
                        .expect("read")
                        .expect("there");
                    let count = stored.spans.len();
                    assert_eq!(count % 5, 0);
                    assert!(count >= before);
                    assert_eq!(stored.summary.spans, count as u64);
                    before = count;
                }
            });
        }
        for number in 1..200 {
            writer.write(&tenant(), batch(number)).expect("written");
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(everything(&*writer)["busy"].0.len(), 1000);
}

#[test]
fn each_tier_is_dropped_when_its_days_are_over_and_sessions_are_remembered() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), Access::Write);
    let id = SessionId::named("chat");
    let (begin, level) = (noon(3), "agentscope.level");
    let all = vec![
        session(1, 1, begin, "refunds of orders"),
        below(tool(1, 2, begin, "get_order", 0).with(level, "TRACE"), 1),
        below(tool(1, 3, begin, "get_order", 1).with(level, "DEBUG"), 1),
        below(tool(1, 4, begin, "get_order", 2).with(level, "WARN"), 1),
        below(
            tool(1, 5, begin, "refund", 3).with(level, "SEMANTIC_WARN"),
            1,
        ),
    ];
    store.write(&tenant(), spans(&id, all)).expect("written");
    let before = store
        .sessions(&tenant(), &SessionFilter::default())
        .expect("listed");
    let retention = Retention::default();
    // The clock of the test: so many days after the records began.
    let left_after = |days: u64| {
        let mut dropped = Vec::new();
        store
            .prune(&retention, begin + days * DAY, &mut |segment| {
                dropped.extend(segment.tier)
            })
            .expect("pruned");
        let stored = store
            .session(&tenant(), "chat")
            .expect("read")
            .expect("there");
        assert_eq!(stored.summary, before[0]);
        assert_eq!(
            store
                .sessions(&tenant(), &SessionFilter::default())
                .expect("listed"),
            before
        );
        (dropped, stored.spans.len())
    };
    assert_eq!(left_after(7), (vec![], 5));
    assert_eq!(left_after(8), (vec![Tier::Trace], 4));
    assert_eq!(left_after(30), (vec![], 4));
    assert_eq!(left_after(31), (vec![Tier::Debug], 3));
    assert_eq!(left_after(90), (vec![], 3));
    assert_eq!(left_after(91), (vec![Tier::Step], 1));
    assert_eq!(left_after(400), (vec![], 1));
    assert_eq!(left_after(401), (vec![Tier::Warn], 0));
    let files = store.segments(&tenant()).expect("found");
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(
        store
            .triage(&tenant(), &Period::default())
            .expect("counted")
            .sessions,
        1
    );
    assert!(
        store
            .calls(&tenant(), &CallFilter::default())
            .expect("found")
            .is_empty()
    );
    // One more of that day is added to what is remembered.
    let late = spans(&id, vec![below(tool(1, 6, begin, "refund", 4), 1)]);
    store.write(&tenant(), late).expect("written");
    let summary = &store
        .sessions(&tenant(), &SessionFilter::default())
        .expect("listed")[0];
    assert_eq!((summary.spans, summary.tools), (6, 5));
}

#[test]
fn a_segment_that_was_folded_but_not_yet_removed_counts_once() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), Access::Write);
    let id = SessionId::of_trace(7);
    store
        .write(&tenant(), spans(&id, vec![span(7, 1, noon(3))]))
        .expect("written");
    drop(store);
    let file = |path: &Path| {
        let entries = std::fs::read_dir(path).expect("listed").flatten();
        entries
            .map(|it| it.path())
            .find(|path| path.to_string_lossy().ends_with("step.db"))
            .expect("a segment")
    };
    let segment = file(&dir.path().join("default"));
    let copy = std::fs::read(&segment).expect("read");
    let store = open(dir.path(), Access::Write);
    store
        .prune(&Retention::default(), noon(3) + 100 * DAY, &mut |_| {})
        .expect("pruned");
    drop(store);
    // As if the process had been killed after the fold and before the file was removed.
    std::fs::write(&segment, copy).expect("written");
    let sessions =
        rusqlite::Connection::open(dir.path().join("default/sessions.db")).expect("opened");
    let name = segment
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    sessions
        .execute("INSERT INTO dropped VALUES (?1)", [name])
        .expect("marked");
    drop(sessions);
    let count = |store: &dyn Store| {
        store
            .sessions(&tenant(), &SessionFilter::default())
            .expect("listed")[0]
            .spans
    };
    assert_eq!(count(&*open(dir.path(), Access::Read)), 1);
    // Whoever writes next finishes it, and what is learnt of the session goes to what is kept.
    let store = open(dir.path(), Access::Write);
    let named = SessionId::named("chat");
    let mut late = spans(&named, vec![span(7, 2, noon(2))]);
    late.bindings.push(Binding {
        trace_id: 7,
        session: named,
    });
    store.write(&tenant(), late).expect("written");
    assert!(!segment.exists());
    let sessions = store
        .sessions(&tenant(), &SessionFilter::default())
        .expect("listed");
    assert_eq!(
        (sessions.len(), sessions[0].id.as_str(), sessions[0].spans),
        (1, "chat", 2)
    );
}

#[test]
fn sessions_are_found_again_after_sessions_db_has_lost_its_last_moments() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), Access::Write);
    store.write(&tenant(), one(1, 1, 1)).expect("written");
    store.write(&tenant(), one(2, 2, 2)).expect("written");
    // What a loss of power may leave: the segments, of another moment than the rest.
    let after = tempfile::tempdir().expect("a directory");
    let copy = after.path().join("default");
    std::fs::create_dir(&copy).expect("made");
    for entry in std::fs::read_dir(dir.path().join("default"))
        .expect("listed")
        .flatten()
    {
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with("sessions.db") {
            std::fs::copy(entry.path(), copy.join(name)).expect("copied");
        }
    }
    drop(store);
    let store = open(after.path(), Access::Write);
    store.write(&tenant(), one(3, 1, 1)).expect("written");
    let found: Vec<String> = everything(&*store).into_keys().collect();
    assert_eq!(found, ["session-1", "session-2", "session-3"]);
}

#[test]
fn a_damaged_file_is_called_by_its_name() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), Access::Write);
    store.write(&tenant(), one(1, 1, 1)).expect("written");
    drop(store);
    let segments = std::fs::read_dir(dir.path().join("default"))
        .expect("listed")
        .flatten();
    let segment = segments
        .map(|it| it.path())
        .find(|path| path.to_string_lossy().contains("debug.db"))
        .expect("a segment");
    std::fs::write(&segment, [0x5a; 5000]).expect("overwritten");
    let name = segment
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    let store = open(dir.path(), Access::Write);
    let read = store.session(&tenant(), "session-1").expect_err("damaged");
    let written = store.write(&tenant(), one(1, 1, 1)).expect_err("damaged");
    for error in [read, written] {
        assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
        assert!(error.to_string().contains(&name), "{error}");
    }
    // Others are not held up by it, and it is dropped when its time is over.
    store.write(&tenant(), one(2, 2, 1)).expect("written");
    store
        .prune(&Retention::default(), noon(1) + 50 * DAY, &mut |_| {})
        .expect("pruned");
    assert!(!segment.exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_store_that_cannot_write_says_so_and_acknowledges_nothing() {
    // Every write to a file of this process beyond that size fails, as on a full disk.
    let dir = tempfile::tempdir().expect("a directory");
    let output = Command::new("sh")
        .args([
            "-c",
            "ulimit -f 400; trap '' XFSZ; exec \"$0\" --exact writes_until_it_fails --nocapture",
        ])
        .arg(std::env::current_exe().expect("this program"))
        .env(DIR, dir.path())
        .output()
        .expect("run");
    let said = String::from_utf8_lossy(&output.stdout);
    let error = said.lines().find_map(|line| line.strip_prefix("failed: "));
    let error = error.unwrap_or_else(|| panic!("it never failed: {said}"));
    assert!(error.contains(".db"), "{error}");
    let acknowledged = said
        .lines()
        .filter(|line| line.starts_with("acknowledged "))
        .count();
    assert!(acknowledged > 0, "{said}");
    let found = everything(&*open(dir.path(), Access::Write));
    let spans: usize = found.values().map(|(spans, _)| spans.len()).sum();
    assert!(
        spans >= 3 * acknowledged,
        "{spans} of {acknowledged} batches"
    );
}

/// Not a test by itself: the process on a full disk.
#[test]
#[allow(clippy::print_stdout, reason = "it is asked for")]
fn writes_until_it_fails() {
    let Some(dir) = std::env::var_os(DIR) else {
        return;
    };
    if std::env::var_os(FIRST).is_some() {
        return;
    }
    let store = open(Path::new(&dir), Access::Write);
    for number in 0..100_000 {
        let mut batch = numbered(number);
        for span in &mut batch.spans {
            let noise: String = (0..300_u64)
                .map(|place| {
                    format!(
                        "{:x}",
                        (number * 300 + place).wrapping_mul(0x9e37_79b9_7f4a_7c15)
                    )
                })
                .collect();
            span.record
                .attributes
                .push(attribute("input.value", noise.as_str()));
        }
        match store.write(&tenant(), batch) {
            Ok(_) => println!("acknowledged {number}"),
            Err(error) => {
                println!("failed: {error}");
                return;
            }
        }
    }
}

#[test]
fn a_directory_that_cannot_be_made_is_called_by_its_name() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("file");
    std::fs::write(&file, "no directory").expect("written");
    let below = file.join("store");
    let error = store::open(below.to_str().expect("plain"), Access::Write)
        .map(drop)
        .expect_err("no directory");
    assert!(
        matches!(&error, StoreError::File { path, .. } if *path == below),
        "{error}"
    );
}

#[test]
fn without_a_damaged_file_that_was_moved_away_all_others_are_read() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), Access::Write);
    for day in [1, 2] {
        store.write(&tenant(), one(day, day, 1)).expect("written");
    }
    drop(store);
    let files = std::fs::read_dir(dir.path().join("default")).expect("listed");
    let mut segments: Vec<_> = files.flatten().map(|it| it.path()).collect();
    segments.retain(|path| path.to_string_lossy().ends_with("debug.db"));
    segments.sort();
    std::fs::write(&segments[0], [0x5a; 5000]).expect("overwritten");
    let store = open(dir.path(), Access::Read);
    let error = store
        .sessions(&tenant(), &SessionFilter::default())
        .expect_err("damaged");
    assert!(error.to_string().contains("move it away"), "{error}");
    drop(store);

    std::fs::remove_file(&segments[0]).expect("moved away");
    for access in [Access::Read, Access::Write] {
        let store = open(dir.path(), access);
        let listed = store.sessions(&tenant(), &SessionFilter::default());
        let ids: Vec<_> = listed.expect("read").into_iter().map(|it| it.id).collect();
        assert_eq!(ids, ["session-2"]);
        let session = store.session(&tenant(), "session-1").expect("read");
        assert!(session.is_none_or(|it| it.spans.is_empty()));
    }
}
