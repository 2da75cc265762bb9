//! `sessions.db`, as the writing thread sees it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::{Account, Binding, SessionEnd, SessionId, SessionState, StoreError};
use super::file::{self, In as _};
use super::partial::{self, Partial};
use super::place::{Day, Place};
use super::schema;

/// Sessions of which the days are remembered; so many are at work at once hardly ever.
const REMEMBERED: usize = 50_000;

/// How a state stands in its column.
pub(super) const fn state_code(state: SessionState) -> i64 {
    match state {
        SessionState::Running => 0,
        SessionState::Ended => 1,
        SessionState::Abandoned => 2,
    }
}

pub(super) fn state_of(code: i64) -> SessionState {
    match code {
        0 => SessionState::Running,
        2 => SessionState::Abandoned,
        _ => SessionState::Ended,
    }
}

/// A session as records of it are stored.
#[derive(Clone, Debug)]
pub(super) struct Known {
    key: i64,
    /// Under which id: its own, or that of the session it turned out to be.
    pub(super) head: SessionId,
    days: Option<(Day, Day)>,
    pub(super) has_ended: bool,
}

pub(super) struct Catalog {
    db: Connection,
    pub(super) path: PathBuf,
    known: HashMap<SessionId, Known>,
    is_open: bool,
}

impl Catalog {
    pub(super) fn open(tenant_dir: &Path) -> Result<Self, StoreError> {
        let path = tenant_dir.join("sessions.db");
        Ok(Self {
            db: file::to_write(&path, schema::SESSIONS)?,
            path,
            known: HashMap::new(),
            is_open: false,
        })
    }

    /// Does something in a transaction, which is begun only when something is to be written.
    pub(super) fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut result = change(self);
        if self.is_open {
            self.is_open = false;
            result = match result {
                Ok(value) => self.db.execute_batch("COMMIT").map(|()| value),
                Err(error) => Err(error),
            };
            if result.is_err() {
                // Fails where SQLite has done so by itself.
                let _ = self.db.execute_batch("ROLLBACK");
            }
        }
        if result.is_err() || self.known.len() > REMEMBERED {
            self.known.clear();
        }
        result.within(&self.path)
    }

    fn begin(&mut self) -> rusqlite::Result<()> {
        if !self.is_open {
            self.db.execute_batch("BEGIN IMMEDIATE")?;
            self.is_open = true;
        }
        Ok(())
    }

    /// Notes that a session has records on a day, and says under which id they are stored.
    pub(super) fn touch(&mut self, id: &SessionId, day: Day) -> rusqlite::Result<Known> {
        let known = self.find(id)?;
        let known = match known.head == *id {
            true => known,
            false => self.find(&known.head.clone())?,
        };
        let (first, last) = known.days.unwrap_or((day, day));
        let days = (first.min(day), last.max(day));
        if known.days == Some(days) {
            return Ok(known);
        }
        self.begin()?;
        self.db
            .prepare_cached("UPDATE session SET first_day = ?2, last_day = ?3 WHERE key = ?1")?
            .execute(params![known.key, days.0.0, days.1.0])?;
        let known = Known {
            days: Some(days),
            ..known
        };
        self.known.insert(known.head.clone(), known.clone());
        Ok(known)
    }

    /// What is known of a session; makes a row where nothing is.
    fn find(&mut self, id: &SessionId) -> rusqlite::Result<Known> {
        if let Some(known) = self.known.get(id) {
            return Ok(known.clone());
        }
        let known = match self.read(id)? {
            Some(known) => known,
            None => {
                self.begin()?;
                let mut insert = self
                    .db
                    .prepare_cached("INSERT INTO session(id) VALUES (?1)")?;
                Known {
                    key: insert.insert([id.as_str()])?,
                    head: id.clone(),
                    days: None,
                    has_ended: false,
                }
            }
        };
        self.known.insert(id.clone(), known.clone());
        Ok(known)
    }

    fn read(&self, id: &SessionId) -> rusqlite::Result<Option<Known>> {
        let mut select = self.db.prepare_cached(FIND)?;
        select
            .query_row([id.as_str()], |row| {
                let days: (Option<i64>, Option<i64>) = (row.get(1)?, row.get(2)?);
                let head: Option<String> = row.get(4)?;
                Ok(Known {
                    key: row.get(0)?,
                    days: days
                        .0
                        .zip(days.1)
                        .map(|(one, other)| (Day(one), Day(other))),
                    has_ended: row.get::<_, i64>(3)? != state_code(SessionState::Running),
                    head: head.map_or_else(|| id.clone(), SessionId::named),
                })
            })
            .optional()
    }

    /// Notes which session a provisional one turned out to be.
    pub(super) fn bind(&mut self, binding: &Binding) -> rusqlite::Result<()> {
        let provisional = SessionId::of_trace(binding.trace_id);
        let head = self.find(&binding.session)?.head;
        if head == provisional {
            return Ok(());
        }
        let (alias, head) = (self.find(&provisional)?, self.find(&head)?);
        if alias.head == head.head {
            return Ok(());
        }
        self.begin()?;
        // From now on its records are those of the other.
        let bound = self
            .db
            .prepare_cached("UPDATE session SET bound = ?2 WHERE key = ?1 OR bound = ?1")?
            .execute([alias.key, head.key])?;
        self.db
            .prepare_cached(
                "UPDATE session SET first_day = min(coalesce(first_day, a.f), coalesce(a.f, first_day)), \
                     last_day = max(coalesce(last_day, a.l), coalesce(a.l, last_day)), \
                     verdict = coalesce(verdict, a.v), verdict_source = coalesce(verdict_source, a.s) \
                 FROM (SELECT first_day f, last_day l, verdict v, verdict_source s \
                     FROM session WHERE key = ?1) a \
                 WHERE key = ?2",
            )?
            .execute([alias.key, head.key])?;
        if let Some(folded) = self.folded(alias.key)? {
            self.fold_into(head.key, folded)?;
            self.db
                .execute("DELETE FROM folded WHERE key = ?1", [alias.key])?;
        }
        self.known.remove(&provisional);
        self.known.remove(&head.head);
        if bound > 1 {
            // Those that were bound to the provisional one.
            self.known.clear();
        }
        Ok(())
    }

    pub(super) fn end(&mut self, ends: &[SessionEnd]) -> rusqlite::Result<()> {
        for end in ends {
            let state = match end.abandoned {
                true => SessionState::Abandoned,
                false => SessionState::Ended,
            };
            let head = self.find(&end.session)?.head;
            let known = self.find(&head)?;
            self.begin()?;
            self.db
                .prepare_cached("UPDATE session SET state = ?2 WHERE key = ?1")?
                .execute([known.key, state_code(state)])?;
            self.known.remove(&head);
        }
        Ok(())
    }

    pub(super) fn put_account(&mut self, account: &Account) -> rusqlite::Result<()> {
        let text = serde_json::to_string(account)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        self.begin()?;
        self.db
            .prepare_cached(
                "INSERT INTO account(run, signal, updated, account) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT DO UPDATE SET updated = excluded.updated, account = excluded.account",
            )?
            .execute(params![
                account.run,
                account.signal,
                super::prepare::signed(account.updated),
                text
            ])?;
        Ok(())
    }

    fn folded(&self, key: i64) -> rusqlite::Result<Option<Partial>> {
        let sql = format!("SELECT {} FROM folded WHERE key = ?1", partial::COLUMNS);
        let mut select = self.db.prepare_cached(&sql)?;
        select
            .query_row([key], |row| Partial::read(row, 0))
            .optional()
    }

    fn fold_into(&self, key: i64, partial: Partial) -> rusqlite::Result<()> {
        let mut sum = self.folded(key)?.unwrap_or_default();
        sum.merge(partial);
        let mut upsert = self.db.prepare_cached(&partial::upsert("folded", None))?;
        sum.write(&mut upsert, key, None)
    }

    /// Adds to the sessions what a segment knows of them, and marks the segment as dropped, both or
    /// neither.
    pub(super) fn fold(
        &mut self,
        place: Place,
        partials: Vec<(SessionId, Partial)>,
    ) -> Result<(), StoreError> {
        // The segment is removed next. What it is replaced by must be on the disk by then, whatever
        // happens to the power.
        self.db
            .pragma_update(None, "synchronous", "full")
            .within(&self.path)?;
        let folded = self.change(|catalog| {
            for (id, partial) in partials {
                let known = catalog.touch(&id, place.day)?;
                catalog.begin()?;
                catalog.fold_into(known.key, partial)?;
            }
            catalog.begin()?;
            catalog
                .db
                .execute("INSERT INTO dropped VALUES (?1)", [place.to_string()])?;
            Ok(())
        });
        self.db
            .pragma_update(None, "synchronous", "normal")
            .within(&self.path)?;
        folded
    }

    /// Segments that are folded and of which the files may still be there.
    pub(super) fn dropped(&self) -> Result<Vec<String>, StoreError> {
        dropped(&self.db).within(&self.path)
    }

    /// Notes that the files of a dropped segment are gone.
    pub(super) fn forget(&mut self, file: &str) -> Result<(), StoreError> {
        self.change(|catalog| {
            catalog.begin()?;
            catalog
                .db
                .execute("DELETE FROM dropped WHERE file = ?1", [file])?;
            Ok(())
        })
    }
}

/// By id: key, days, state, and the id of the session that it is bound to. The state is that of the
/// latter.
pub(super) const FIND: &str = "SELECT s.key, s.first_day, s.last_day, coalesce(h.state, s.state), h.id \
     FROM session s LEFT JOIN session h ON h.key = s.bound WHERE s.id = ?1";

pub(super) fn dropped(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut select = db.prepare("SELECT file FROM dropped")?;
    let files = select.query_map([], |row| row.get(0))?;
    files.collect()
}
