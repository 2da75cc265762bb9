//! The records of one session.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use rusqlite::{Connection, OptionalExtension as _};

use super::super::{Origin, Recorded, RunningSession, SessionId, StoreError, StoredSession};
use super::block;
use super::file::{In as _, in_database};
use super::prepare::id_of;
use super::read::{Open, Snapshot};
use super::sessions::find;

/// The whole of a session, by its id or that of a provisional one.
pub(super) fn one(snapshot: &Snapshot, id: &str) -> Result<Option<StoredSession>, StoreError> {
    let Some((head, segments)) = find(snapshot, id)? else {
        return Ok(None);
    };
    let session = SessionId::named(head.id.as_str());
    // By what tells records apart: one that came under two days because its clock was not believed
    // shows once.
    let mut spans = BTreeMap::new();
    let mut logs = BTreeMap::new();
    for segment in &segments {
        let keys = head
            .found
            .iter()
            .filter(|(place, _)| *place == segment.place);
        for (_, key) in keys {
            let mut bodies = Bodies::new(segment);
            for row in rows(segment, SPANS, *key)? {
                let span = bodies.record::<Span>(&row)?;
                let order = (
                    span.start_time_unix_nano,
                    id_of(&span.trace_id),
                    id_of(&span.span_id),
                );
                let record = bodies.recorded(&row, &session, span)?;
                spans.insert(order, record);
            }
            for row in rows(segment, LOGS, *key)? {
                let log = bodies.record::<LogRecord>(&row)?;
                let order = (super::prepare::time_of_log(&log), row.hash);
                let record = bodies.recorded(&row, &session, log)?;
                logs.insert(order, record);
            }
        }
    }
    Ok(Some(StoredSession {
        summary: head.summary(),
        spans: spans.into_values().collect(),
        logs: logs.into_values().collect(),
    }))
}

/// Block, place, origin, and 0 or the hash.
pub(super) const SPANS: &str = "SELECT block, place, origin, 0 FROM span WHERE session = ?1";
pub(super) const LOGS: &str = "SELECT block, place, origin, hash FROM log WHERE session = ?1";

struct BodyRow {
    block: i64,
    place: i64,
    origin: i64,
    hash: i64,
}

fn rows(segment: &Open, sql: &str, session: i64) -> Result<Vec<BodyRow>, StoreError> {
    in_database(&segment.path, || {
        let mut select = segment.db.prepare_cached(sql)?;
        let rows = select.query_map([session], |row| {
            Ok(BodyRow {
                block: row.get(0)?,
                place: row.get(1)?,
                origin: row.get(2)?,
                hash: row.get(3)?,
            })
        })?;
        rows.collect()
    })
}

/// Blocks and origins of a segment, each read once.
struct Bodies<'a> {
    segment: &'a Open,
    blocks: HashMap<i64, Vec<Vec<u8>>>,
    origins: HashMap<i64, Arc<Origin>>,
}

impl<'a> Bodies<'a> {
    fn new(segment: &'a Open) -> Self {
        Self {
            segment,
            blocks: HashMap::new(),
            origins: HashMap::new(),
        }
    }

    fn damaged(&self, what: String) -> StoreError {
        StoreError::Damaged {
            place: self.segment.path.display().to_string(),
            what,
        }
    }

    fn record<T: Message + Default>(&mut self, row: &BodyRow) -> Result<T, StoreError> {
        if !self.blocks.contains_key(&row.block) {
            let stored = read_block(&self.segment.db, row.block).within(&self.segment.path)?;
            let records = stored.and_then(|(size, bytes)| block::records(&bytes, size));
            let records = records.ok_or_else(|| self.damaged(format!("block {}", row.block)))?;
            self.blocks.insert(row.block, records);
        }
        let place = usize::try_from(row.place).ok();
        let record = self.blocks.get(&row.block).zip(place);
        let record =
            record.and_then(|(records, place)| T::decode(records.get(place)?.as_slice()).ok());
        record.ok_or_else(|| self.damaged(format!("record {} of block {}", row.place, row.block)))
    }

    fn recorded<T>(
        &mut self,
        row: &BodyRow,
        session: &SessionId,
        record: T,
    ) -> Result<Recorded<T>, StoreError> {
        let origin = match self.origins.get(&row.origin) {
            Some(origin) => Arc::clone(origin),
            None => {
                let body = read_origin(&self.segment.db, row.origin).within(&self.segment.path)?;
                let origin = body.and_then(|body| origin(&body));
                let origin =
                    origin.ok_or_else(|| self.damaged(format!("origin {}", row.origin)))?;
                let origin = Arc::new(origin);
                self.origins.insert(row.origin, Arc::clone(&origin));
                origin
            }
        };
        Ok(Recorded {
            session: session.clone(),
            origin,
            record,
        })
    }
}

pub(super) const BLOCK: &str = "SELECT size, records FROM block WHERE id = ?1";
pub(super) const ORIGIN: &str = "SELECT body FROM origin WHERE id = ?1";

fn read_block(db: &Connection, id: i64) -> rusqlite::Result<Option<(usize, Vec<u8>)>> {
    db.prepare_cached(BLOCK)?
        .query_row([id], |row| {
            let size: i64 = row.get(0)?;
            Ok((usize::try_from(size).unwrap_or(usize::MAX), row.get(1)?))
        })
        .optional()
}

fn read_origin(db: &Connection, id: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    db.prepare_cached(ORIGIN)?
        .query_row([id], |row| row.get(0))
        .optional()
}

fn origin(mut body: &[u8]) -> Option<Origin> {
    Some(Origin {
        resource: Resource::decode_length_delimited(&mut body).ok()?,
        scope: InstrumentationScope::decode_length_delimited(&mut body).ok()?,
    })
}

pub(super) const TRACES: &str =
    "SELECT DISTINCT t.trace FROM span s JOIN trace t ON t.id = s.trace WHERE s.session = ?1";

/// Those that were not ended, provisional ones of a known session aside.
pub(super) const RUNNING: &str =
    "SELECT id FROM session WHERE state = 0 AND bound IS NULL AND first_day IS NOT NULL";

pub(super) fn running(snapshot: &Snapshot) -> Result<Vec<RunningSession>, StoreError> {
    let Some(db) = &snapshot.sessions else {
        return Ok(Vec::new());
    };
    let ids = in_database(&snapshot.sessions_path(), || {
        let mut select = db.prepare(RUNNING)?;
        let ids = select.query_map([], |row| row.get(0))?;
        ids.collect::<rusqlite::Result<Vec<String>>>()
    })?;
    let mut running = Vec::with_capacity(ids.len());
    let mut told = HashSet::new();
    for id in ids {
        match one_running(snapshot, &id) {
            Ok(session) => running.extend(session),
            // A server that does not start because of it helps nobody.
            Err(error @ (StoreError::Damaged { .. } | StoreError::Later { .. })) => {
                let error = error.to_string();
                if !told.contains(&error) {
                    tracing::warn!(target: "agentscope", "of some running sessions nothing is known: {error}");
                    told.insert(error);
                }
                running.push(RunningSession {
                    id: SessionId::named(id),
                    traces: Vec::new(),
                    root_ended: false,
                    records: 0,
                });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(running)
}

fn one_running(snapshot: &Snapshot, id: &str) -> Result<Option<RunningSession>, StoreError> {
    let Some((head, segments)) = find(snapshot, id)? else {
        return Ok(None);
    };
    let mut traces = Vec::new();
    for segment in &segments {
        let keys = head.found.iter();
        for (_, key) in keys.filter(|(place, _)| *place == segment.place) {
            in_database(&segment.path, || {
                let mut select = segment.db.prepare_cached(TRACES)?;
                let found = select.query_map([key], |row| row.get::<_, Vec<u8>>(0))?;
                for trace in found {
                    traces.push(id_of(&trace?));
                }
                Ok(())
            })?;
        }
    }
    traces.sort_unstable();
    traces.dedup();
    Ok(Some(RunningSession {
        id: SessionId::named(id),
        traces,
        root_ended: head.sum.root_ended,
        records: head.sum.spans.unsigned_abs() + head.sum.logs.unsigned_abs(),
    }))
}
