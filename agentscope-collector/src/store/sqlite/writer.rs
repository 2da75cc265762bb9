//! The one thread that writes: it takes what callers have prepared, as much as has come meanwhile,
//! and commits it together.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use super::super::{Account, SessionEnd, SessionId, StoreError, Tenant, Written};
use super::catalog::{Catalog, Known};
use super::file::{beside, in_database, in_file};
use super::partial::Partial;
use super::place::Place;
use super::prepare::{Part, Prepared};
use super::segment::{Segment, read_sessions};
use super::{file, schema};

/// Calls that wait for the thread; each caller waits for its own, so this bounds nothing but bursts.
const QUEUE: usize = 64;
/// Records of a commit, about.
const GROUP: usize = 16_384;
/// Segments, and tenants, that are kept open.
const OPEN: usize = 24;

pub(super) enum Job {
    Write(Tenant, Prepared, Sender<Result<Written, StoreError>>),
    End(Tenant, Vec<SessionEnd>, Sender<Result<(), StoreError>>),
    Account(Account, Sender<Result<(), StoreError>>),
    Drop(Tenant, Place, Sender<Result<(), StoreError>>),
}

/// The thread, and the way to it.
pub(super) struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(dir: &Path) -> Result<Self, StoreError> {
        let (jobs, queue) = sync_channel(QUEUE);
        let mut files = Files::new(dir);
        let thread = std::thread::Builder::new()
            .name("agentscope-store".to_owned())
            .spawn(move || run(&queue, &mut files))
            .map_err(in_file(dir))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Hands a job over, and waits until it is done.
    pub(super) fn ask<T>(
        &self,
        job: impl FnOnce(Sender<Result<T, StoreError>>) -> Job,
    ) -> Result<T, StoreError> {
        let (answer, answered) = channel();
        let jobs = self.jobs.as_ref().ok_or(StoreError::Closed)?;
        jobs.send(job(answer)).map_err(|_| StoreError::Closed)?;
        answered.recv().map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Writer {
    /// Closes every file, so that nothing is left in a log beside it.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // It panics only by a mistake of ours, which it has reported itself.
            let _ = thread.join();
        }
    }
}

fn run(queue: &Receiver<Job>, files: &mut Files) {
    let mut next = queue.recv().ok();
    while let Some(job) = next.take() {
        match job {
            Job::Write(tenant, prepared, answer) => {
                let mut records = prepared.records;
                let mut group = Group::new();
                group.entry(tenant).or_default().push((prepared, answer));
                while records < GROUP {
                    match queue.try_recv() {
                        Ok(Job::Write(tenant, prepared, answer)) => {
                            records += prepared.records;
                            group.entry(tenant).or_default().push((prepared, answer));
                        }
                        Ok(other) => {
                            next = Some(other);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                files.write(group);
            }
            // Nobody may be waiting any more; that is their affair.
            Job::End(tenant, ends, answer) => {
                let ended = files
                    .catalog(&tenant)
                    .and_then(|catalog| catalog.change(|catalog| catalog.end(&ends)));
                let _ = answer.send(ended);
            }
            Job::Account(account, answer) => {
                let put = files
                    .catalog(&account.tenant)
                    .and_then(|catalog| catalog.change(|catalog| catalog.put_account(&account)));
                let _ = answer.send(put);
            }
            Job::Drop(tenant, place, answer) => {
                let _ = answer.send(files.drop_segment(&tenant, place));
            }
        }
        if next.is_none() {
            next = queue.recv().ok();
        }
    }
}

type Waiting = (Prepared, Sender<Result<Written, StoreError>>);
type Group = BTreeMap<Tenant, Vec<Waiting>>;
/// Which of the waiting jobs, what of it goes to a segment, and its sessions.
type Placed<'a> = (usize, &'a Part, Vec<Known>);

/// The open files.
struct Files {
    dir: PathBuf,
    catalogs: Recent<Tenant, Catalog>,
    segments: Recent<(Tenant, Place), Segment>,
}

impl Files {
    fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            catalogs: Recent::new(),
            segments: Recent::new(),
        }
    }

    fn tenant_dir(&self, tenant: &Tenant) -> PathBuf {
        self.dir.join(tenant.as_str())
    }

    fn catalog(&mut self, tenant: &Tenant) -> Result<&mut Catalog, StoreError> {
        let dir = self.tenant_dir(tenant);
        self.catalogs.get(tenant, || {
            file::make_dir(&dir)?;
            let mut catalog = Catalog::open(&dir)?;
            // Before anything is written: a segment that is dropped must not take new records.
            for file in catalog.dropped()? {
                remove(&dir.join(&file))?;
                catalog.forget(&file)?;
            }
            recover(&dir, &mut catalog)?;
            Ok(catalog)
        })
    }

    fn write(&mut self, group: Group) {
        for (tenant, waiting) in group {
            let mut results = vec![Written::default(); waiting.len()];
            let written = self.write_tenant(&tenant, &waiting, &mut results);
            for ((_, answer), result) in waiting.into_iter().zip(results) {
                let result = match &written {
                    Ok(()) => Ok(result),
                    Err(error) => Err(again(error)),
                };
                let _ = answer.send(result);
            }
        }
    }

    /// First `sessions.db`, then each segment: a reader finds every session that a segment has, and
    /// a crash in between leaves days on which a session has nothing.
    fn write_tenant(
        &mut self,
        tenant: &Tenant,
        waiting: &[Waiting],
        results: &mut [Written],
    ) -> Result<(), StoreError> {
        let mut places: BTreeMap<Place, Vec<Placed<'_>>> = BTreeMap::new();
        self.catalog(tenant)?.change(|catalog| {
            for (prepared, _) in waiting {
                for binding in &prepared.bindings {
                    catalog.bind(binding)?;
                }
            }
            for (job, (prepared, _)) in waiting.iter().enumerate() {
                for part in &prepared.parts {
                    let groups = part.groups.iter();
                    let sessions =
                        groups.map(|group| catalog.touch(&group.session, part.place.day));
                    let sessions = sessions.collect::<rusqlite::Result<Vec<_>>>()?;
                    places
                        .entry(part.place)
                        .or_default()
                        .push((job, part, sessions));
                }
            }
            Ok(())
        })?;
        let dir = self.tenant_dir(tenant);
        for (place, parts) in places {
            let key = (tenant.clone(), place);
            let segment = self
                .segments
                .get(&key, || Segment::open(&dir.join(place.to_string())))?;
            let (jobs, parts): (Vec<_>, Vec<_>) = parts
                .into_iter()
                .map(|(job, part, sessions)| (job, (part, sessions)))
                .unzip();
            match segment.write(&parts) {
                Ok(written) => {
                    for (job, written) in jobs.into_iter().zip(written) {
                        results[job].spans += written.spans;
                        results[job].logs += written.logs;
                        results[job].duplicate_spans += written.duplicate_spans;
                        results[job].duplicate_logs += written.duplicate_logs;
                        results[job].duplicates.extend(written.duplicates);
                    }
                }
                Err(error) => {
                    self.segments.remove(&key);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn drop_segment(&mut self, tenant: &Tenant, place: Place) -> Result<(), StoreError> {
        self.segments.remove(&(tenant.clone(), place));
        let path = self.tenant_dir(tenant).join(place.to_string());
        let mut partials = Vec::new();
        let read = partials_of(&path, |id, partial| partials.push((id, partial)));
        // What cannot be read must go all the same when its time is over.
        if !matches!(read, Err(StoreError::Damaged { .. })) {
            read?;
        }
        let catalog = self.catalog(tenant)?;
        catalog.fold(place, partials)?;
        remove(&path)?;
        catalog.forget(&place.to_string())
    }
}

/// After a loss of power a segment may have sessions of which `sessions.db` has lost the last
/// moments. A log beside a segment says that it was open when its process ended.
fn recover(dir: &Path, catalog: &mut Catalog) -> Result<(), StoreError> {
    for entry in std::fs::read_dir(dir).map_err(in_file(dir))? {
        let name = entry.map_err(in_file(dir))?.file_name();
        let name = name.to_str().and_then(|name| name.strip_suffix("-wal"));
        let Some((name, place)) = name.and_then(|name| Some((name, Place::parse(name)?))) else {
            continue;
        };
        let mut ids = Vec::new();
        match partials_of(&dir.join(name), |id, _| ids.push(id)) {
            // Whoever reads or writes it is told.
            Err(StoreError::Damaged { .. } | StoreError::Later { .. }) => {}
            read => read?,
        }
        catalog.change(|catalog| {
            ids.iter()
                .try_for_each(|id| catalog.touch(id, place.day).map(drop))
        })?;
    }
    Ok(())
}

/// What a segment knows of its sessions.
fn partials_of(path: &Path, mut each: impl FnMut(SessionId, Partial)) -> Result<(), StoreError> {
    match file::to_read(path, schema::SEGMENT)? {
        Some(db) => in_database(path, || {
            read_sessions(&db, |_, id, partial| each(SessionId::named(id), partial))
        }),
        None => Ok(()),
    }
}

/// Removes a database; the file itself last, for it says that there is something to remove.
fn remove(path: &Path) -> Result<(), StoreError> {
    for path in [beside(path, "-wal"), beside(path, "-shm"), path.to_owned()] {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(in_file(&path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The same error for another caller.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Damaged { place, what } => StoreError::Damaged {
            place: place.clone(),
            what: what.clone(),
        },
        StoreError::Later { path, found, known } => StoreError::Later {
            path: path.clone(),
            found: *found,
            known: *known,
        },
        StoreError::File { path, source } => StoreError::File {
            path: path.clone(),
            source: std::io::Error::new(source.kind(), source.to_string()),
        },
        StoreError::Database { place, message } => StoreError::Database {
            place: place.clone(),
            message: message.clone(),
        },
        other => StoreError::Database {
            place: "store".to_owned(),
            message: other.to_string(),
        },
    }
}

/// Open files, of which the one that was not used for longest is closed for the next.
struct Recent<K, T> {
    open: HashMap<K, (u64, T)>,
    clock: u64,
}

impl<K: Clone + Eq + std::hash::Hash, T> Recent<K, T> {
    fn new() -> Self {
        Self {
            open: HashMap::new(),
            clock: 0,
        }
    }

    fn get(
        &mut self,
        key: &K,
        open: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<&mut T, StoreError> {
        self.clock += 1;
        if !self.open.contains_key(key) {
            let opened = open()?;
            if self.open.len() >= OPEN {
                let oldest = self.open.iter().min_by_key(|(_, (used, _))| *used);
                let oldest = oldest.map(|(key, _)| key.clone());
                oldest.map(|key| self.open.remove(&key));
            }
            self.open.insert(key.clone(), (self.clock, opened));
        }
        match self.open.get_mut(key) {
            Some((used, file)) => {
                *used = self.clock;
                Ok(file)
            }
            None => Err(StoreError::Closed),
        }
    }

    fn remove(&mut self, key: &K) {
        self.open.remove(key);
    }
}
