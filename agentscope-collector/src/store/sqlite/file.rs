//! One file of the store: how it is opened, and how it comes to its present form.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::super::StoreError;

/// How long to wait for another process: one that judges a session, or one that writes.
const BUSY: Duration = Duration::from_secs(10);

/// Forms of a kind of file. Each step makes the next form of the one before; the first is made from
/// nothing. The number of the form is the file's `user_version`.
pub(super) type Steps = [&'static str];

/// Says in which file it was.
pub(super) trait In<T> {
    fn within(self, path: &Path) -> Result<T, StoreError>;
}

impl<T> In<T> for rusqlite::Result<T> {
    fn within(self, path: &Path) -> Result<T, StoreError> {
        self.map_err(|error| {
            let place = path.display().to_string();
            match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged {
                    place,
                    what: error.to_string(),
                },
                _ => StoreError::Database {
                    place,
                    message: error.to_string(),
                },
            }
        })
    }
}

/// Runs what asks a database, and says in which file it was.
pub(super) fn in_database<T>(
    path: &Path,
    ask: impl FnOnce() -> rusqlite::Result<T>,
) -> Result<T, StoreError> {
    ask().within(path)
}

pub(super) fn in_file(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    |source| StoreError::File { path, source }
}

/// Makes a directory, and those above it, that only its owner can look into: what agents say is
/// nobody else's on the machine. One that is there is left as it is.
pub(super) fn make_dir(dir: &Path) -> Result<(), StoreError> {
    let mut make = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
    make.recursive(true).create(dir).map_err(in_file(dir))
}

/// Opens a file, and makes it likewise where it is missing. What SQLite keeps beside a database has
/// the database's rights.
pub(super) fn make(path: &Path) -> Result<File, StoreError> {
    let mut open = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    let open = open.write(true).create(true).truncate(false);
    open.open(path).map_err(in_file(path))
}

/// Opens a file to write, and makes it where it is missing.
pub(super) fn to_write(path: &Path, steps: &Steps) -> Result<Connection, StoreError> {
    // A connection is used by one thread at a time.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    make(path)?;
    let mut db = Connection::open_with_flags(path, flags).within(path)?;
    in_database(path, || {
        db.busy_timeout(BUSY)?;
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "normal")?;
        db.pragma_update(None, "cache_size", -16_000)?;
        db.pragma_update(None, "temp_store", "memory")?;
        // Pages that many commits change are copied from the log once in 16 MB, not once in 4.
        db.pragma_update(None, "wal_autocheckpoint", 4_000)?;
        // A log that has grown once, while somebody read for long, is cut again.
        db.pragma_update(None, "journal_size_limit", 32 << 20)?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(())
    })?;
    migrate(&mut db, path, steps)?;
    Ok(db)
}

/// Opens a file to read; `None` where there is none yet, or nothing in it.
pub(super) fn to_read(path: &Path, steps: &Steps) -> Result<Option<Connection>, StoreError> {
    if !path.exists() {
        return Ok(None);
    }
    let db = open_to_read(path)?;
    match version(&db).within(path)? {
        0 => Ok(None),
        found if found < known(steps) => {
            drop(db);
            drop(to_write(path, steps)?);
            open_to_read(path).map(Some)
        }
        found if found > known(steps) => Err(later(path, found, steps)),
        _ => Ok(Some(db)),
    }
}

fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).within(path)?;
    db.busy_timeout(BUSY).within(path)?;
    // Not mapped into memory: a file that somebody cuts short would end the process.
    db.pragma_update(None, "temp_store", "memory")
        .within(path)?;
    Ok(db)
}

/// The path of a file that SQLite keeps beside a database.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn known(steps: &Steps) -> i64 {
    steps.len() as i64
}

fn later(path: &Path, found: i64, steps: &Steps) -> StoreError {
    StoreError::Later {
        path: path.to_owned(),
        found,
        known: known(steps),
    }
}

/// Brings a file to its present form. Each step and its number are one transaction, so that a
/// process that is killed meanwhile, or another that does the same, leaves no half step.
fn migrate(db: &mut Connection, path: &Path, steps: &Steps) -> Result<(), StoreError> {
    let found = version(db).within(path)?;
    if found > known(steps) {
        return Err(later(path, found, steps));
    }
    if found == known(steps) {
        return Ok(());
    }
    in_database(path, || {
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found = version(&transaction)?;
        for (done, step) in steps
            .iter()
            .enumerate()
            .skip(usize::try_from(found).unwrap_or(0))
        {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", done as i64 + 1)?;
        }
        transaction.commit()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &Steps = &["CREATE TABLE call(tool TEXT)"];
    const SECOND: &Steps = &[
        FIRST[0],
        "ALTER TABLE call ADD COLUMN step INTEGER; UPDATE call SET step = 7",
    ];

    fn step(db: &Connection) -> i64 {
        db.query_row("SELECT step FROM call WHERE tool = 'add'", [], |row| {
            row.get(0)
        })
        .expect("a row of the second form")
    }

    #[test]
    fn a_file_of_the_first_form_comes_to_the_second_by_whoever_opens_it() {
        for reads in [false, true] {
            let dir = tempfile::tempdir().expect("a directory");
            let path = dir.path().join("first.db");
            // Made by hand, as a version of the program made it that knew one form.
            let old = Connection::open(&path).expect("a new file");
            old.execute_batch(
                "CREATE TABLE call(tool TEXT); INSERT INTO call VALUES ('add'); PRAGMA user_version = 1",
            )
            .expect("valid");
            drop(old);
            let db = match reads {
                true => to_read(&path, SECOND)
                    .expect("brought on")
                    .expect("not empty"),
                false => to_write(&path, SECOND).expect("brought on"),
            };
            assert_eq!(step(&db), 7);
            assert_eq!(version(&db).expect("readable"), 2);
        }
    }

    #[test]
    fn a_file_of_a_later_form_is_left_alone() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("later.db");
        drop(to_write(&path, SECOND).expect("made"));
        let error = to_write(&path, FIRST).expect_err("too new");
        assert!(
            matches!(
                error,
                StoreError::Later {
                    found: 2,
                    known: 1,
                    ..
                }
            ),
            "{error}"
        );
        let error = to_read(&path, FIRST).expect_err("too new");
        assert!(matches!(error, StoreError::Later { .. }), "{error}");
    }

    #[test]
    fn what_is_no_database_is_called_damaged_by_its_name() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("noise.db");
        std::fs::write(&path, [0x5a; 8192]).expect("written");
        for error in [
            to_write(&path, FIRST).map(drop).expect_err("no database"),
            to_read(&path, FIRST).map(drop).expect_err("no database"),
        ] {
            assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
            assert!(error.to_string().contains("noise.db"), "{error}");
        }
    }
}
