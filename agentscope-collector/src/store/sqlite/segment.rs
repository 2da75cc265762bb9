//! One segment, as the writing thread sees it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use agentscope_analysis::Layer;
use rusqlite::{
    CachedStatement, Connection, OptionalExtension as _, Transaction, TransactionBehavior, params,
};

use super::super::{SessionId, StoreError, Written};
use super::catalog::Known;
use super::columns::code;
use super::file::{self, In as _, in_database};
use super::partial::{self, Partial};
use super::prepare::{Group, LogRow, Part, SpanRow};
use super::same_call::{Counts, Lately};
use super::schema;

/// Names and origins that are remembered with their numbers.
const REMEMBERED: usize = 20_000;
/// Sessions that are remembered with what is known of them; so many are at work at once hardly ever.
const SESSIONS: usize = 4_096;

pub(super) struct Segment {
    db: Connection,
    path: PathBuf,
    ids: Ids,
    upsert: String,
}

/// What the writing thread remembers of a segment.
#[derive(Default)]
struct Ids {
    names: HashMap<String, i64>,
    origins: HashMap<Vec<u8>, i64>,
    /// Sessions of traces, by trace: records that come again under the name of their session are
    /// looked for there too.
    provisional: HashMap<u128, i64>,
    sessions: HashMap<SessionId, (i64, Partial)>,
    lately: Lately,
    next_session: i64,
    next_block: i64,
}

impl Segment {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let db = file::to_write(path, schema::SEGMENT)?;
        let ids = Ids::read(&db).within(path)?;
        Ok(Self {
            db,
            path: path.to_owned(),
            ids,
            upsert: partial::upsert("session", Some("id")),
        })
    }

    /// Writes parts in one transaction. After an error the segment must be opened again: what it
    /// remembers may not be there.
    pub(super) fn write(
        &mut self,
        parts: &[(&Part, Vec<Known>)],
    ) -> Result<Vec<Written>, StoreError> {
        let Self {
            db,
            path,
            ids,
            upsert,
        } = self;
        in_database(path, || {
            let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut results = Vec::with_capacity(parts.len());
            for (part, sessions) in parts {
                results.push(Writing::new(&transaction, ids, part, upsert)?.write(sessions)?);
            }
            transaction.commit()?;
            if ids.names.len() + ids.origins.len() > REMEMBERED {
                ids.names.clear();
                ids.origins.clear();
            }
            if ids.sessions.len() > SESSIONS {
                ids.sessions.clear();
            }
            Ok(results)
        })
    }
}

impl Ids {
    fn read(db: &Connection) -> rusqlite::Result<Self> {
        let next = |table: &str, key: &str| {
            let sql = format!("SELECT coalesce(max({key}), 0) + 1 FROM {table}");
            db.query_row(&sql, [], |row| row.get(0))
        };
        let mut select =
            db.prepare("SELECT id, key FROM session WHERE id >= 'trace:' AND id < 'trace;'")?;
        let provisional = select.query_map([], |row| {
            let (id, key): (String, i64) = (row.get(0)?, row.get(1)?);
            Ok((trace_of(&id), key))
        })?;
        let mut ids = Self {
            next_session: next("session", "key")?,
            next_block: next("block", "id")?,
            ..Self::default()
        };
        for entry in provisional {
            let (trace, key) = entry?;
            ids.provisional.extend(trace.map(|trace| (trace, key)));
        }
        Ok(ids)
    }
}

/// The trace of a provisional session.
pub(super) fn trace_of(session: &str) -> Option<u128> {
    let digits = session.strip_prefix(SessionId::OF_TRACE)?;
    u128::from_str_radix(digits, 16).ok()
}

/// A part on its way into the segment.
struct Writing<'a> {
    db: &'a Transaction<'a>,
    ids: &'a mut Ids,
    part: &'a Part,
    names: Vec<i64>,
    traces: Vec<i64>,
    origins: Vec<i64>,
    /// Whether anything of a block is new.
    blocks: Vec<bool>,
    span: CachedStatement<'a>,
    log: CachedStatement<'a>,
    upsert: CachedStatement<'a>,
    written: Written,
}

impl<'a> Writing<'a> {
    fn new(
        db: &'a Transaction<'a>,
        ids: &'a mut Ids,
        part: &'a Part,
        upsert: &str,
    ) -> rusqlite::Result<Self> {
        let mut names = Vec::with_capacity(part.names.len());
        for name in &part.names {
            names.push(match ids.names.get(name) {
                Some(id) => *id,
                None => {
                    let id = intern(db, NAME, &name)?;
                    ids.names.insert(name.clone(), id);
                    id
                }
            });
        }
        let mut origins = Vec::with_capacity(part.origins.len());
        for origin in &part.origins {
            origins.push(match ids.origins.get(&origin.body) {
                Some(id) => *id,
                None => {
                    let id = intern(db, ORIGIN, &origin.body)?;
                    ids.origins.insert(origin.body.clone(), id);
                    id
                }
            });
        }
        let mut traces = Vec::with_capacity(part.traces.len());
        for trace in &part.traces {
            traces.push(intern(db, TRACE, &trace.to_be_bytes())?);
        }
        Ok(Self {
            db,
            ids,
            part,
            names,
            traces,
            origins,
            blocks: vec![false; part.blocks.len()],
            span: db.prepare_cached(INSERT_SPAN)?,
            log: db.prepare_cached(INSERT_LOG)?,
            upsert: db.prepare_cached(upsert)?,
            written: Written::default(),
        })
    }

    fn write(mut self, sessions: &[Known]) -> rusqlite::Result<Written> {
        for (group, session) in self.part.groups.iter().zip(sessions) {
            self.group(group, session)?;
        }
        let mut insert = self
            .db
            .prepare_cached("INSERT INTO block(id, size, records) VALUES (?1, ?2, ?3)")?;
        for (place, block) in self.part.blocks.iter().enumerate() {
            if self.blocks[place] {
                let id = self.ids.next_block + place as i64;
                insert.execute(params![id, block.size as i64, block.bytes])?;
            }
        }
        self.ids.next_block += self.part.blocks.len() as i64;
        Ok(self.written)
    }

    fn group(&mut self, group: &Group, session: &Known) -> rusqlite::Result<()> {
        let id = session.head.as_str();
        let known = match self.ids.sessions.remove(&session.head) {
            Some(known) => Some(known),
            None => read_session(self.db, id)?,
        };
        let (key, known) = match known {
            Some((key, known)) => (key, Some(known)),
            None => {
                let key = self.ids.next_session;
                self.ids.next_session += 1;
                let trace = trace_of(id).map(|trace| (trace, key));
                self.ids.provisional.extend(trace);
                (key, None)
            }
        };
        let mut new = Partial::default();
        let before = self.written.duplicate_spans + self.written.duplicate_logs;
        for row in &self.part.spans[group.spans.clone()] {
            let counts = self.counts(row);
            match self.span(key, row, counts)? {
                true => new.span(row, self.part, session.has_ended, counts),
                false => self.written.duplicate_spans += 1,
            }
        }
        for row in &self.part.logs[group.logs.clone()] {
            match self.log(key, row)? {
                true => new.log(row, self.part, session.has_ended),
                false => self.written.duplicate_logs += 1,
            }
        }
        let duplicates = self.written.duplicate_spans + self.written.duplicate_logs - before;
        if duplicates > 0 {
            let of = (group.session.clone(), duplicates);
            self.written.duplicates.push(of);
        }
        self.written.spans += new.spans.unsigned_abs();
        self.written.logs += new.logs.unsigned_abs();
        let is_changed = !new.is_empty();
        if let Some(known) = known {
            new.merge(known);
        }
        if is_changed {
            new.write(&mut self.upsert, key, Some(id))?;
        }
        if !new.is_empty() {
            self.ids.sessions.insert(session.head.clone(), (key, new));
        }
        Ok(())
    }

    /// Whether a record of a trace is there already, from when its session was not known.
    fn was_provisional(&self, session: i64, trace: u128) -> Option<i64> {
        let before = self.ids.provisional.get(&trace).copied();
        before.filter(|before| *before != session)
    }

    /// What a span adds to the sums: nothing where another span of the same call has.
    fn counts(&mut self, row: &SpanRow) -> Counts {
        let trace = self.part.traces[row.trace];
        let name = row.name.map(|name| self.names[name]);
        self.ids.lately.counts(trace, row, name)
    }

    fn span(&mut self, session: i64, row: &SpanRow, counts: Counts) -> rusqlite::Result<bool> {
        let trace = self.traces[row.trace];
        if let Some(before) = self.was_provisional(session, self.part.traces[row.trace]) {
            let key = params![before, row.span_id, trace];
            if self.db.prepare_cached(HAS_SPAN)?.exists(key)? {
                return Ok(false);
            }
        }
        let names = &self.names;
        let name = |place: Option<usize>| place.map(|place| names[place]);
        let is_new = self.span.execute(params![
            session,
            row.span_id,
            trace,
            self.ids.next_block + row.body.block as i64,
            row.body.place,
            self.origins[row.origin],
            row.begin,
            row.duration,
            counts.layer(row.layer),
            row.step,
            row.outcome,
            row.level,
            row.status,
            name(row.call),
            name(row.agent),
            name(row.model.filter(|_| counts == Counts::Call)),
            name(row.error),
            name(row.schema),
            row.input_tokens,
            row.output_tokens,
            row.cost,
            row.blind,
        ])? > 0;
        self.blocks[row.body.block] |= is_new;
        Ok(is_new)
    }

    fn log(&mut self, session: i64, row: &LogRow) -> rusqlite::Result<bool> {
        let trace = row.trace.map(|trace| self.part.traces[trace]);
        if let Some(before) = trace.and_then(|trace| self.was_provisional(session, trace)) {
            let key = params![before, row.time, row.hash];
            if self.db.prepare_cached(HAS_LOG)?.exists(key)? {
                return Ok(false);
            }
        }
        let is_new = self.log.execute(params![
            session,
            row.time,
            row.hash,
            self.ids.next_block + row.body.block as i64,
            row.body.place,
            self.origins[row.origin],
            row.trace.map(|trace| self.traces[trace]),
            row.level,
        ])? > 0;
        self.blocks[row.body.block] |= is_new;
        Ok(is_new)
    }
}

const INSERT_SPAN: &str = "INSERT INTO span(session, span_id, trace, block, place, origin, \"begin\", \
     duration, layer, step, outcome, level, status, call, agent, model, error, schema, \
     input_tokens, output_tokens, cost, blind) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, \
     ?19, ?20, ?21, ?22) ON CONFLICT DO NOTHING";
const INSERT_LOG: &str = "INSERT INTO log(session, time, hash, block, place, origin, trace, level) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
pub(super) const HAS_SPAN: &str =
    "SELECT 1 FROM span WHERE session = ?1 AND span_id = ?2 AND trace = ?3";
pub(super) const HAS_LOG: &str = "SELECT 1 FROM log WHERE session = ?1 AND time = ?2 AND hash = ?3";

/// Everything that is kept once and referred to by number.
#[cfg(test)]
pub(super) const INTERNED: [Interned; 3] = [NAME, ORIGIN, TRACE];

/// How a value is looked up, and how it is added.
pub(super) type Interned = [&'static str; 2];

const NAME: Interned = [
    "SELECT id FROM name WHERE text = ?1",
    "INSERT INTO name(text) VALUES (?1)",
];
const ORIGIN: Interned = [
    "SELECT id FROM origin WHERE body = ?1",
    "INSERT INTO origin(body) VALUES (?1)",
];
const TRACE: Interned = [
    "SELECT id FROM trace WHERE trace = ?1",
    "INSERT INTO trace(trace) VALUES (?1)",
];

fn intern(
    db: &Connection,
    [find, add]: Interned,
    value: &dyn rusqlite::ToSql,
) -> rusqlite::Result<i64> {
    let found = db
        .prepare_cached(find)?
        .query_row([value], |row| row.get(0))
        .optional()?;
    match found {
        Some(id) => Ok(id),
        None => db.prepare_cached(add)?.insert([value]),
    }
}

/// What a segment knows of a session, with its number there.
pub(super) fn read_session(db: &Connection, id: &str) -> rusqlite::Result<Option<(i64, Partial)>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT key, {} FROM session WHERE id = ?1",
            partial::COLUMNS
        )
    });
    db.prepare_cached(&SQL)?
        .query_row([id], |row| Ok((row.get(0)?, Partial::read(row, 1)?)))
        .optional()
}

/// What a segment knows of all its sessions.
pub(super) fn read_sessions(
    db: &Connection,
    mut each: impl FnMut(i64, String, Partial),
) -> rusqlite::Result<()> {
    let sql = format!("SELECT key, id, {} FROM session", partial::COLUMNS);
    let mut select = db.prepare(&sql)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, row.get(1)?, Partial::read(row, 2)?);
    }
    Ok(())
}

/// Layers of which the name is a call's.
pub(super) fn call_layer(code: i64) -> Layer {
    match code == code::layer(Layer::Delegation) {
        true => Layer::Delegation,
        false => Layer::Tool,
    }
}
