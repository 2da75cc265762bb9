//! A tenant's files as they are at one moment.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _};

use super::super::{Account, Period, StoreError, Tenant, Tier};
use super::catalog;
use super::file::{self, In as _, beside, in_database, in_file};
use super::place::{Day, Place};
use super::schema;
use super::segment::trace_of;

pub(super) struct Snapshot {
    dir: PathBuf,
    /// In a transaction, so that it does not learn of a segment that is folded from now on. `None`
    /// where the tenant has nothing yet.
    pub(super) sessions: Option<Connection>,
    places: BTreeSet<Place>,
}

impl Snapshot {
    pub(super) fn open(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join("sessions.db");
        let sessions = file::to_read(&path, schema::SESSIONS)?;
        let mut places = BTreeSet::new();
        if let Some(sessions) = &sessions {
            // A transaction begins with what it reads first.
            let dropped = sessions
                .execute_batch("BEGIN")
                .and_then(|()| catalog::dropped(sessions))
                .within(&path)?;
            for entry in std::fs::read_dir(dir).map_err(in_file(dir))? {
                let name = entry.map_err(in_file(dir))?.file_name();
                let name = name
                    .to_str()
                    .filter(|name| dropped.iter().all(|it| it != name));
                places.extend(name.and_then(Place::parse));
            }
        }
        Ok(Self {
            dir: dir.to_owned(),
            sessions,
            places,
        })
    }

    /// Whether a segment was there, and not dropped.
    pub(super) fn has(&self, place: Place) -> bool {
        self.places.contains(&place) && self.path(place).exists()
    }

    pub(super) fn sessions_path(&self) -> PathBuf {
        self.dir.join("sessions.db")
    }

    pub(super) fn path(&self, place: Place) -> PathBuf {
        self.dir.join(place.to_string())
    }

    /// The segments, the earliest first.
    pub(super) fn places(&self) -> impl DoubleEndedIterator<Item = Place> + '_ {
        self.places.iter().copied()
    }

    /// The segments of some days.
    pub(super) fn places_of(
        &self,
        days: RangeInclusive<Day>,
    ) -> impl DoubleEndedIterator<Item = Place> + '_ {
        let (first, last) = days.into_inner();
        let at = |day, tier| Place { day, tier };
        let range = (first <= last).then(|| at(first, Tier::Trace)..=at(last, Tier::Warn));
        range
            .into_iter()
            .flat_map(|range| self.places.range(range))
            .copied()
    }

    /// The segment, unless nothing was ever committed to it.
    pub(super) fn segment(&self, place: Place) -> Result<Option<Open>, StoreError> {
        let path = self.path(place);
        if !path.exists() {
            // For the caller to find that it is gone.
            return Err(StoreError::File {
                path,
                source: std::io::ErrorKind::NotFound.into(),
            });
        }
        let db = file::to_read(&path, schema::SEGMENT)?;
        if let Some(db) = &db {
            // What it knows of sessions, and their records, are of one moment.
            db.execute_batch("BEGIN").within(&path)?;
        }
        Ok(db.map(|db| Open { db, path, place }))
    }

    /// Bytes of a file with those beside it.
    pub(super) fn bytes(&self, name: &str) -> u64 {
        let path = self.dir.join(name);
        let files = [beside(&path, "-wal"), beside(&path, "-shm"), path];
        let sizes = files.iter().filter_map(|path| std::fs::metadata(path).ok());
        sizes.map(|file| file.len()).sum()
    }
}

/// An open segment.
pub(super) struct Open {
    pub(super) db: Connection,
    pub(super) path: PathBuf,
    pub(super) place: Place,
}

/// First and last day of a period.
pub(super) fn days(period: &Period) -> RangeInclusive<Day> {
    Day::of(period.since)..=Day::of(period.until.saturating_sub(1))
}

/// Under which id a session is to be shown: provisional ones that are bound go by their session's.
/// Answers are remembered, for one query.
pub(super) struct Heads<'a> {
    snapshot: &'a Snapshot,
    known: HashMap<String, Option<String>>,
}

impl<'a> Heads<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            known: HashMap::new(),
        }
    }

    /// The session that a provisional one turned out to be, if it did.
    pub(super) fn of(&mut self, id: &str) -> Result<Option<&str>, StoreError> {
        if trace_of(id).is_none() {
            return Ok(None);
        }
        if !self.known.contains_key(id) {
            let head = match &self.snapshot.sessions {
                Some(db) => db
                    .prepare_cached(HEAD)
                    .and_then(|mut select| select.query_row([id], |row| row.get(0)).optional())
                    .within(&self.snapshot.sessions_path())?,
                None => None,
            };
            self.known.insert(id.to_owned(), head);
        }
        Ok(self.known.get(id).and_then(Option::as_deref))
    }
}

pub(super) const HEAD: &str =
    "SELECT h.id FROM session s JOIN session h ON h.key = s.bound WHERE s.id = ?1";

/// The counters of every run of a collector.
pub(super) const ACCOUNTS: &str = "SELECT account FROM account ORDER BY updated DESC, run, signal";

pub(super) fn accounts(snapshot: &Snapshot, tenant: &Tenant) -> Result<Vec<Account>, StoreError> {
    let Some(db) = &snapshot.sessions else {
        return Ok(Vec::new());
    };
    let path = snapshot.sessions_path();
    let texts = in_database(&path, || {
        let mut select = db.prepare(ACCOUNTS)?;
        let texts = select.query_map([], |row| row.get(0))?;
        texts.collect::<rusqlite::Result<Vec<String>>>()
    })?;
    let place = || path.display().to_string();
    let read = |text: String| Account::read(tenant, &text, place);
    texts.into_iter().map(read).collect()
}
