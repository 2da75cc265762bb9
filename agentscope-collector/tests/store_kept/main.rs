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

mod damaged;
mod days;
mod killed;
#[path = "../support"]
mod support {
    #[allow(dead_code, reason = "not every file of tests needs every helper")]
    pub(crate) mod records;
}

/// What the processes are told that this one starts: where the store is, and the first batch.
const DIR: &str = "AGENTSCOPE_TEST_STORE";
const FIRST: &str = "AGENTSCOPE_TEST_FIRST";

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
