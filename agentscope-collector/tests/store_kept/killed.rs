//! What was acknowledged outlives the process.

use super::*;

/// Not a test by itself: the process that is killed. Says the number of each batch that was
/// acknowledged.
#[test]
fn writes_until_it_is_killed() {
    let Some(dir) = std::env::var_os(DIR) else {
        return;
    };
    let first: u64 = std::env::var(FIRST)
        .expect("set")
        .parse()
        .expect("a number");
    let store = open(Path::new(&dir), Access::Write);
    let mut out = std::io::stdout();
    for number in first.. {
        store.write(&tenant(), numbered(number)).expect("written");
        writeln!(out, "acknowledged {number}")
            .and_then(|()| out.flush())
            .expect("told");
    }
}

#[test]
fn what_was_acknowledged_is_there_once_after_the_process_was_killed() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut acknowledged = Vec::new();
    for round in 0..10_u64 {
        let first = acknowledged.last().map_or(0, |last| last + 1);
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args([
                "--exact",
                "killed::writes_until_it_is_killed",
                "--nocapture",
            ])
            .env(DIR, dir.path())
            .env(FIRST, first.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        // Killed in the midst of a batch: which, is a matter of chance, how many before is not.
        for line in lines.by_ref() {
            let line = line.expect("text");
            let Some(number) = line.strip_prefix("acknowledged ") else {
                continue;
            };
            acknowledged.push(number.parse::<u64>().expect("a number"));
            if acknowledged.len() as u64 >= (round + 1) * 7 {
                break;
            }
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
        // It may have said more before it died.
        for line in lines {
            if let Some(number) = line
                .ok()
                .as_deref()
                .and_then(|line| line.strip_prefix("acknowledged "))
            {
                acknowledged.push(number.parse().expect("a number"));
            }
        }
        let store = open(dir.path(), Access::Write);
        let last = acknowledged.last().copied().expect("one at least");
        // The sender was not answered, and sends again.
        store.write(&tenant(), numbered(last + 1)).expect("written");
        acknowledged.push(last + 1);
        let mut expected: BTreeMap<String, (Vec<u64>, Vec<u64>)> = BTreeMap::new();
        for number in &acknowledged {
            for span in numbered(*number).spans {
                let id =
                    u64::from_be_bytes(span.record.span_id.as_slice().try_into().expect("8 bytes"));
                let (spans, _) = expected
                    .entry(span.session.as_str().to_owned())
                    .or_default();
                spans.push(id);
                spans.sort_unstable();
            }
        }
        assert_eq!(everything(&*store), expected, "round {round}");
    }
}

#[test]
fn readers_see_whole_batches_while_somebody_writes() {
    let dir = tempfile::tempdir().expect("a directory");
    let writer = open(dir.path(), Access::Write);
    let id = SessionId::named("busy");
    let batch = |number: u64| {
        let first = number * 5 + 1;
        spans(
            &id,
            (first..first + 5)
                .map(|id| span(1, id, noon(1) + id))
                .collect(),
        )
    };
    writer.write(&tenant(), batch(0)).expect("written");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let reader = open(dir.path(), Access::Read);
                let mut before = 0;
                while !done.load(Ordering::Relaxed) {
                    let stored = reader
                        .session(&tenant(), "busy")
                        .expect("read")
                        .expect("there");
                    let count = stored.spans.len();
                    assert_eq!(count % 5, 0);
                    assert!(count >= before);
                    assert_eq!(stored.summary.spans, count as u64);
                    before = count;
                }
            });
        }
        for number in 1..200 {
            writer.write(&tenant(), batch(number)).expect("written");
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(everything(&*writer)["busy"].0.len(), 1000);
}
