//! The embedded store: SQLite files below one directory.
//!
//! `<dir>/<tenant>/2026-11-22.step.db` and so on are segments: the records that began on that day
//! and are kept equally long, so that old ones are dropped as whole files. What a segment knows of
//! its sessions it sums up itself, in the transaction that stores their records; a session is the
//! sum of these over the segments. So no transaction needs two files, and a reader may for a moment
//! see a part of a batch that goes to several. `<dir>/<tenant>/sessions.db`
//! says on which days a session has records, and keeps what stays for ever.

mod block;
mod calls;
mod catalog;
mod columns;
mod file;
mod partial;
mod place;
mod prepare;
mod read;
mod records;
mod same_call;
mod schema;
mod segment;
mod sessions;
mod triage;
mod writer;

#[cfg(test)]
mod plans;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use file::{In as _, in_file};
use place::{Day, Place};
use read::Snapshot;
use writer::{Job, Writer};

use super::{
    Access, Account, Batch, Call, CallFilter, Period, Retention, RunningSession, SchemaSeen,
    Segment, SessionEnd, SessionFilter, SessionSummary, Store, StoreError, StoredSession, Tenant,
    Triage, Verdict, Written,
};
use crate::time;

/// A store in a directory.
pub(super) struct Sqlite {
    dir: PathBuf,
    writer: Option<Writing>,
}

// In this order they are dropped: another process may write once everything is on the disk.
struct Writing {
    writer: Writer,
    _lock: Lock,
}

/// That no other process writes.
struct Lock(File);

impl Drop for Lock {
    /// Closing the file is not enough: a child process that is just being started has it too, until
    /// it runs its own program.
    fn drop(&mut self) {
        // It fails for what is no file.
        let _ = self.0.unlock();
    }
}

/// What is in every directory that was written to once.
const LOCK: &str = "lock";

impl Sqlite {
    pub(super) fn open(dir: &Path, access: Access) -> Result<Self, StoreError> {
        let writer = match access {
            Access::Read => {
                if !dir.exists() || (dir.is_dir() && !dir.join(LOCK).exists()) {
                    return Err(StoreError::NoStore(dir.to_owned()));
                }
                std::fs::read_dir(dir).map_err(in_file(dir))?;
                None
            }
            Access::Write => {
                file::make_dir(dir)?;
                let path = dir.join(LOCK);
                let lock = file::make(&path)?;
                match lock.try_lock() {
                    Ok(()) => {}
                    Err(TryLockError::WouldBlock) => {
                        return Err(StoreError::Locked(dir.to_owned()));
                    }
                    Err(TryLockError::Error(error)) => return Err(in_file(&path)(error)),
                }
                let writer = Writer::start(dir)?;
                Some(Writing {
                    writer,
                    _lock: Lock(lock),
                })
            }
        };
        let dir = dir.to_owned();
        Ok(Self { dir, writer })
    }

    fn writer(&self) -> Result<&Writer, StoreError> {
        let writing = self.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        Ok(&writing.writer)
    }

    fn tenant_dir(&self, tenant: &Tenant) -> PathBuf {
        self.dir.join(tenant.as_str())
    }

    /// Reads from what is there at one moment. A segment that is dropped meanwhile is no error:
    /// what was in it is looked for again where it is kept now.
    fn read<T>(
        &self,
        tenant: &Tenant,
        read: impl Fn(&Snapshot) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let dir = self.tenant_dir(tenant);
        let mut snapshot = Snapshot::open(&dir)?;
        loop {
            let error = match read(&snapshot) {
                Err(error) => error,
                result => return result,
            };
            // As often as segments go meanwhile: there are only so many.
            let now = Snapshot::open(&dir)?;
            if snapshot.places().all(|place| now.has(place)) {
                return Err(error);
            }
            snapshot = now;
        }
    }
}

impl Store for Sqlite {
    fn write(&self, tenant: &Tenant, batch: Batch) -> Result<Written, StoreError> {
        let writer = self.writer()?;
        let prepared = prepare::prepare(&batch, time::now());
        // Its memory is not held while others are written.
        drop(batch);
        writer.ask(|answer| Job::Write(tenant.clone(), prepared, answer))
    }

    fn end(&self, tenant: &Tenant, ends: &[SessionEnd]) -> Result<(), StoreError> {
        self.writer()?
            .ask(|answer| Job::End(tenant.clone(), ends.to_vec(), answer))
    }

    fn judge(&self, tenant: &Tenant, session: &str, verdict: &Verdict) -> Result<(), StoreError> {
        let path = self.tenant_dir(tenant).join("sessions.db");
        let unknown = || StoreError::NoSession(session.to_owned());
        if !path.exists() {
            return Err(unknown());
        }
        let db = file::to_write(&path, schema::SESSIONS)?;
        let judged = db
            .execute(
                sessions::JUDGE,
                [session, verdict.value.as_str(), verdict.source.as_str()],
            )
            .within(&path)?;
        match judged {
            0 => Err(unknown()),
            _ => Ok(()),
        }
    }

    fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        let mut tenants = Vec::new();
        for entry in std::fs::read_dir(&self.dir).map_err(in_file(&self.dir))? {
            let entry = entry.map_err(in_file(&self.dir))?;
            let name = entry.file_name();
            // What else lies there is not ours.
            let tenant = name.to_str().and_then(|name| name.parse::<Tenant>().ok());
            if entry.path().join("sessions.db").exists() {
                tenants.extend(tenant);
            }
        }
        tenants.sort();
        Ok(tenants)
    }

    fn sessions(
        &self,
        tenant: &Tenant,
        filter: &SessionFilter,
    ) -> Result<Vec<SessionSummary>, StoreError> {
        self.read(tenant, |snapshot| sessions::list(snapshot, filter))
    }

    fn session(&self, tenant: &Tenant, id: &str) -> Result<Option<StoredSession>, StoreError> {
        self.read(tenant, |snapshot| records::one(snapshot, id))
    }

    fn calls(&self, tenant: &Tenant, filter: &CallFilter) -> Result<Vec<Call>, StoreError> {
        self.read(tenant, |snapshot| calls::calls(snapshot, filter))
    }

    fn triage(&self, tenant: &Tenant, period: &Period) -> Result<Triage, StoreError> {
        self.read(tenant, |snapshot| triage::triage(snapshot, period))
    }

    fn schemas(&self, tenant: &Tenant, period: &Period) -> Result<Vec<SchemaSeen>, StoreError> {
        self.read(tenant, |snapshot| triage::schemas(snapshot, period))
    }

    fn running(&self, tenant: &Tenant) -> Result<Vec<RunningSession>, StoreError> {
        self.read(tenant, records::running)
    }

    fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        self.writer()?
            .ask(|answer| Job::Account(account.clone(), answer))
    }

    fn accounts(&self, tenant: &Tenant) -> Result<Vec<Account>, StoreError> {
        self.read(tenant, |snapshot| read::accounts(snapshot, tenant))
    }

    fn prune(
        &self,
        retention: &Retention,
        now: u64,
        progress: &mut dyn FnMut(&Segment),
    ) -> Result<(), StoreError> {
        let writer = self.writer()?;
        let today = Day::of(now);
        let mut skipped = Vec::new();
        for tenant in self.tenants()? {
            let snapshot = match Snapshot::open(&self.tenant_dir(&tenant)) {
                Ok(snapshot) => snapshot,
                Err(error) => {
                    skipped.push(error);
                    continue;
                }
            };
            for place in snapshot.places() {
                // The last record of a day is kept its days too.
                let kept = i64::from(retention.days(place.tier));
                if place.day.0 + kept >= today.0 {
                    continue;
                }
                let segment = segment_of(&tenant, place, &snapshot);
                match writer.ask(|answer| Job::Drop(tenant.clone(), place, answer)) {
                    Ok(()) => progress(&segment),
                    Err(StoreError::Closed) => return Err(StoreError::Closed),
                    // Those behind it are not kept for ever because of it.
                    Err(error) => skipped.push(error),
                }
            }
        }
        match skipped.is_empty() {
            true => Ok(()),
            false => Err(StoreError::Skipped(skipped)),
        }
    }

    fn segments(&self, tenant: &Tenant) -> Result<Vec<Segment>, StoreError> {
        let snapshot = Snapshot::open(&self.tenant_dir(tenant))?;
        let places = snapshot.places().rev();
        let mut segments: Vec<_> = places
            .map(|place| segment_of(tenant, place, &snapshot))
            .collect();
        segments.push(Segment {
            tenant: tenant.clone(),
            day: String::new(),
            tier: None,
            bytes: snapshot.bytes("sessions.db"),
        });
        Ok(segments)
    }
}

fn segment_of(tenant: &Tenant, place: Place, snapshot: &Snapshot) -> Segment {
    Segment {
        tenant: tenant.clone(),
        day: place.day.to_string(),
        tier: Some(place.tier),
        bytes: snapshot.bytes(&place.to_string()),
    }
}
