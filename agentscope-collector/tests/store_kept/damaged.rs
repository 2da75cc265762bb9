//! Files that are lost, damaged or cannot be written.

use super::*;

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
            "ulimit -f 400; trap '' XFSZ; exec \"$0\" --exact damaged::writes_until_it_fails --nocapture",
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

/// The earliest segment of a tier.
fn first_segment(dir: &Path, tier: &str) -> std::path::PathBuf {
    let files = std::fs::read_dir(dir.join("default")).expect("listed");
    let mut segments: Vec<_> = files.flatten().map(|it| it.path()).collect();
    segments.retain(|path| path.to_string_lossy().ends_with(&format!("{tier}.db")));
    segments.sort();
    segments.remove(0)
}

/// One segment of a later version kept all that stood behind it for ever.
#[test]
fn what_cannot_be_dropped_is_reported_and_keeps_nothing_else() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), Access::Write);
    for day in 1..=3_u8 {
        store
            .write(&tenant(), one(day, 1, day.into()))
            .expect("written");
    }
    drop(store);
    let later = first_segment(dir.path(), "debug");
    let db = rusqlite::Connection::open(&later).expect("a database");
    db.pragma_update(None, "user_version", 9).expect("written");
    drop(db);
    let store = open(dir.path(), Access::Write);
    let mut dropped = 0;
    let error = store
        .prune(&Retention::default(), noon(1) + 900 * DAY, &mut |_| {
            dropped += 1
        })
        .expect_err("one is left");
    assert!(
        matches!(&error, StoreError::Skipped(all) if all.len() == 1),
        "{error}"
    );
    assert!(error.to_string().contains("format 9"), "{error}");
    assert!(dropped == 2 && later.exists(), "{dropped}");
    let left = store.segments(&tenant()).expect("listed");
    assert_eq!(left.iter().filter(|it| it.tier.is_some()).count(), 1);
}

/// A server did not start because of one damaged file.
#[test]
fn a_session_with_a_damaged_part_is_running_all_the_same() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), Access::Write);
    for day in 1..=2_u8 {
        store
            .write(&tenant(), one(day, 1, day.into()))
            .expect("written");
    }
    drop(store);
    std::fs::write(first_segment(dir.path(), "debug"), [0x5a; 5000]).expect("overwritten");
    // Somebody's file whose year is no number of ours.
    let odd = dir
        .path()
        .join("default")
        .join("99999999999999999-01-01.step.db");
    std::fs::write(odd, "").expect("written");
    let store = open(dir.path(), Access::Read);
    let running = store.running(&tenant()).expect("read");
    let known: Vec<_> = running
        .iter()
        .map(|it| (it.id.as_str(), it.traces.len()))
        .collect();
    assert_eq!(known.len(), 2);
    assert_eq!(known.iter().filter(|it| it.1 == 0).count(), 1, "{known:?}");
}
