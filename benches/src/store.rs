//! The embedded store: how fast it takes spans, what they take on disk, and how fast it answers
//! with all of them in it.

use std::hint::black_box;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use agentscope_collector::store::{
    self, Access, Batch, CallFilter, Period, SessionFilter, Store, StoreError, Tenant,
};
use prost::Message as _;

use crate::measure::{Budget, Outcome, Timing, process_time, thread_time};
use crate::sessions_of_spans::Sessions;

const BENCH: &str = "store";
/// Spans of a batch: what exporters send at once by default.
const BATCH: usize = 512;
const ALONE: &str = "encoding and compressing the spans alone";
const LITTLE: &str = "the same of a store with one batch";
/// Exporters that send at the same time.
const CALLERS: usize = 4;
/// Nanoseconds between sessions: so that a million spans are a busy day.
const PACE: u64 = 1_000_000_000;
const DAY: u64 = 86_400_000_000_000;

/// Stores so many spans, and asks for them.
///
/// # Errors
///
/// Where the temporary directory cannot be written.
pub(crate) fn run(spans: usize) -> Result<Vec<Outcome>, StoreError> {
    let [big, little] = ["big", "little"].map(|name| {
        std::env::temp_dir().join(format!("agentscope-bench-{}-{name}", std::process::id()))
    });
    let result = measured(spans, &big, &little);
    for dir in [big, little] {
        // It may never have been made.
        let _ = std::fs::remove_dir_all(dir);
    }
    result
}

fn measured(spans: usize, big: &Path, little: &Path) -> Result<Vec<Outcome>, StoreError> {
    let mut outcomes = write(spans, big)?;
    write(BATCH, little)?;
    outcomes.extend(queries(spans, big, little)?);
    Ok(outcomes)
}

fn open(dir: &Path, access: Access) -> Result<Arc<dyn Store>, StoreError> {
    store::open(&dir.display().to_string(), access)
}

/// Yesterday at 1 a.m. in UTC.
fn begin() -> u64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
    (now / DAY - 1) * DAY + DAY / 24
}

fn write(spans: usize, dir: &Path) -> Result<Vec<Outcome>, StoreError> {
    let tenant = Tenant::default();
    let mut sessions = Sessions::new(7, begin(), PACE);
    let store = open(dir, Access::Write)?;
    // Spans a CPU-second of each round of batches: of the store with one and with several callers,
    // and of the least it could do.
    let mut rates = [const { Vec::new() }; 3];
    let (mut written, mut attribute_bytes, mut passed) = (0, 0, Duration::ZERO);
    while written < spans {
        for (callers, place) in [(1, 0), (CALLERS, 1)] {
            let batches: Vec<Batch> = (0..20.min(spans.div_ceil(BATCH)))
                .map(|_| sessions.batch(BATCH))
                .collect();
            let count: usize = batches.iter().map(|batch| batch.spans.len()).sum();
            attribute_bytes += batches.iter().map(attributes).sum::<usize>();
            let before = process_time();
            batches.iter().for_each(compressed);
            rates[2].push(per_second(count, process_time() - before));
            let (before, start) = (process_time(), Instant::now());
            let batches = Mutex::new(batches);
            let next = || batches.lock().ok()?.pop();
            std::thread::scope(|scope| {
                let write = || {
                    while let Some(batch) = next() {
                        store.write(&tenant, batch)?;
                    }
                    Ok(())
                };
                let callers: Vec<_> = (0..callers).map(|_| scope.spawn(write)).collect();
                let results = callers.into_iter().map(|caller| caller.join());
                results
                    .map(|result| result.unwrap_or(Err(StoreError::Closed)))
                    .collect::<Result<(), _>>()
            })?;
            if place == 0 {
                passed += start.elapsed();
            }
            rates[place].push(per_second(count, process_time() - before));
            written += count;
        }
    }
    let runs = rates[0].len();
    drop(store);
    let bytes = size(dir) as f64 / written as f64;
    let [one, several, least] = rates.map(Timing::of);
    let of = |what: &str| {
        format!(
            "{what}, {written} spans with {} bytes of attributes on average",
            attribute_bytes / written
        )
    };
    let each = |bytes| Timing::exact(bytes);
    Ok(vec![
        Outcome::new(
            BENCH,
            "spans/CPU-s",
            (of("write, four callers"), several),
            (ALONE, least),
            Budget::AtLeast(45_000.0),
        )
        .counted(runs),
        Outcome::new(
            BENCH,
            "spans/CPU-s",
            (of("write, one caller"), one),
            (ALONE, least),
            Budget::None,
        )
        .counted(runs),
        Outcome::new(
            BENCH,
            "spans/s",
            (
                of("write, one caller"),
                each(written as f64 / 2.0 / passed.as_secs_f64()),
            ),
            ("spans a CPU-second", one),
            Budget::None,
        )
        .counted(1),
        Outcome::new(
            BENCH,
            "bytes/span",
            (of("on disk"), each(bytes)),
            (
                "bytes of attributes",
                each(attribute_bytes as f64 / written as f64),
            ),
            Budget::AtMost(450.0),
        )
        .counted(1),
    ])
}

fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// Bytes of keys and values, as they are on the wire.
fn attributes(batch: &Batch) -> usize {
    let pairs = batch.spans.iter().flat_map(|span| &span.record.attributes);
    pairs.map(prost::Message::encoded_len).sum()
}

/// The least that a store with compressed bodies must do.
fn compressed(batch: &Batch) {
    for spans in batch.spans.chunks(64) {
        let mut bytes = Vec::new();
        for span in spans {
            // A vector grows.
            let _ = span.record.encode_length_delimited(&mut bytes);
        }
        black_box(
            zstd::bulk::compress(&bytes, 1)
                .map(|bytes| bytes.len())
                .unwrap_or(0),
        );
    }
}

fn size(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(file) if file.is_dir() => size(&entry.path()),
        Ok(file) => file.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

type Query<'a> = &'a dyn Fn(&dyn Store, &str) -> Result<usize, StoreError>;

fn queries(spans: usize, big: &Path, little: &Path) -> Result<Vec<Outcome>, StoreError> {
    let tenant = &Tenant::default();
    let list = |limit| {
        move |store: &dyn Store, _: &str| {
            let filter = SessionFilter {
                limit,
                ..SessionFilter::default()
            };
            store.sessions(tenant, &filter).map(|found| found.len())
        }
    };
    let (page, all) = (list(50), list(0));
    let tree = |store: &dyn Store, id: &str| {
        let session = store.session(tenant, id)?;
        Ok(session.map_or(0, |session| session.spans.len()))
    };
    let calls = |step, limit| {
        move |store: &dyn Store, _: &str| {
            let filter = CallFilter {
                name: Some("refund".to_owned()),
                step,
                limit,
                ..CallFilter::default()
            };
            store.calls(tenant, &filter).map(|found| found.len())
        }
    };
    let (at_step, latest) = (calls(Some(3), 50), calls(None, 50));
    let triage = |store: &dyn Store, _: &str| {
        let counted = store.triage(tenant, &Period::default())?;
        Ok(counted.tools.len())
    };
    let day = |store: &dyn Store, _: &str| {
        let period = Period {
            since: begin(),
            until: begin() + DAY,
        };
        Ok(store.triage(tenant, &period)?.tools.len())
    };
    let schemas = |store: &dyn Store, _: &str| {
        let seen = store.schemas(tenant, &Period::default())?;
        Ok(seen.len())
    };
    let cases: [(&str, Query<'_>, Option<f64>); 8] = [
        ("list of the latest 50 sessions", &page, Some(300.0)),
        ("list of all sessions", &all, None),
        ("one session whole", &tree, Some(50.0)),
        (
            "the latest 50 calls of a tool at step 3",
            &at_step,
            Some(50.0),
        ),
        ("the latest 50 calls of a tool", &latest, Some(50.0)),
        ("triage", &triage, Some(1_000.0)),
        ("triage of a period", &day, Some(1_000.0)),
        ("schemas of all tools", &schemas, Some(1_000.0)),
    ];
    let stores = [open(big, Access::Read)?, open(little, Access::Read)?];
    let mut ids = Vec::new();
    for store in &stores {
        let sessions = store.sessions(tenant, &SessionFilter::default())?;
        // Of all ages; what is half stored at the end is the latest.
        let some = sessions.iter().step_by(sessions.len().div_ceil(23).max(1));
        ids.push(some.map(|session| session.id.clone()).collect::<Vec<_>>());
    }
    let mut outcomes = Vec::new();
    for (name, query, budget) in cases {
        let mut times = [Vec::new(), Vec::new()];
        let mut found = 0;
        for round in 0..10 {
            for ((store, ids), times) in stores.iter().zip(&ids).zip(&mut times) {
                // All of it is computed on this thread; what is read is in memory by then.
                let before = thread_time();
                let count = query(store.as_ref(), &ids[round % ids.len()])?;
                times.push((thread_time() - before).as_secs_f64() * 1e3);
                found = found.max(count);
            }
        }
        let [ours, other] = times.map(Timing::of);
        let case = format!("{name}, {found} found, {spans} spans stored");
        let budget = budget.map_or(Budget::None, Budget::AtMost);
        outcomes.push(Outcome::new(BENCH, "ms", (case, ours), (LITTLE, other), budget).counted(10));
    }
    Ok(outcomes)
}
