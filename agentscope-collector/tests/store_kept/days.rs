//! How long what is kept.

use super::*;

#[test]
fn each_tier_is_dropped_when_its_days_are_over_and_sessions_are_remembered() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), Access::Write);
    let id = SessionId::named("chat");
    let (begin, level) = (noon(3), "agentscope.level");
    let all = vec![
        session(1, 1, begin, "refunds of orders"),
        below(tool(1, 2, begin, "get_order", 0).with(level, "TRACE"), 1),
        below(tool(1, 3, begin, "get_order", 1).with(level, "DEBUG"), 1),
        below(tool(1, 4, begin, "get_order", 2).with(level, "WARN"), 1),
        below(
            tool(1, 5, begin, "refund", 3).with(level, "SEMANTIC_WARN"),
            1,
        ),
    ];
    store.write(&tenant(), spans(&id, all)).expect("written");
    let before = store
        .sessions(&tenant(), &SessionFilter::default())
        .expect("listed");
    let retention = Retention::default();
    // The clock of the test: so many days after the records began.
    let left_after = |days: u64| {
        let mut dropped = Vec::new();
        store
            .prune(&retention, begin + days * DAY, &mut |segment| {
                dropped.extend(segment.tier)
            })
            .expect("pruned");
        let stored = store
            .session(&tenant(), "chat")
            .expect("read")
            .expect("there");
        assert_eq!(stored.summary, before[0]);
        assert_eq!(
            store
                .sessions(&tenant(), &SessionFilter::default())
                .expect("listed"),
            before
        );
        (dropped, stored.spans.len())
    };
    assert_eq!(left_after(7), (vec![], 5));
    assert_eq!(left_after(8), (vec![Tier::Trace], 4));
    assert_eq!(left_after(30), (vec![], 4));
    assert_eq!(left_after(31), (vec![Tier::Debug], 3));
    assert_eq!(left_after(90), (vec![], 3));
    assert_eq!(left_after(91), (vec![Tier::Step], 1));
    assert_eq!(left_after(400), (vec![], 1));
    assert_eq!(left_after(401), (vec![Tier::Warn], 0));
    let files = store.segments(&tenant()).expect("found");
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(
        store
            .triage(&tenant(), &Period::default())
            .expect("counted")
            .sessions,
        1
    );
    assert!(
        store
            .calls(&tenant(), &CallFilter::default())
            .expect("found")
            .is_empty()
    );
    // One more of that day is added to what is remembered.
    let late = spans(&id, vec![below(tool(1, 6, begin, "refund", 4), 1)]);
    store.write(&tenant(), late).expect("written");
    let summary = &store
        .sessions(&tenant(), &SessionFilter::default())
        .expect("listed")[0];
    assert_eq!((summary.spans, summary.tools), (6, 5));
}

#[test]
fn a_segment_that_was_folded_but_not_yet_removed_counts_once() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), Access::Write);
    let id = SessionId::of_trace(7);
    store
        .write(&tenant(), spans(&id, vec![span(7, 1, noon(3))]))
        .expect("written");
    drop(store);
    let file = |path: &Path| {
        let entries = std::fs::read_dir(path).expect("listed").flatten();
        entries
            .map(|it| it.path())
            .find(|path| path.to_string_lossy().ends_with("step.db"))
            .expect("a segment")
    };
    let segment = file(&dir.path().join("default"));
    let copy = std::fs::read(&segment).expect("read");
    let store = open(dir.path(), Access::Write);
    store
        .prune(&Retention::default(), noon(3) + 100 * DAY, &mut |_| {})
        .expect("pruned");
    drop(store);
    // As if the process had been killed after the fold and before the file was removed.
    std::fs::write(&segment, copy).expect("written");
    let sessions =
        rusqlite::Connection::open(dir.path().join("default/sessions.db")).expect("opened");
    let name = segment
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    sessions
        .execute("INSERT INTO dropped VALUES (?1)", [name])
        .expect("marked");
    drop(sessions);
    let count = |store: &dyn Store| {
        store
            .sessions(&tenant(), &SessionFilter::default())
            .expect("listed")[0]
            .spans
    };
    assert_eq!(count(&*open(dir.path(), Access::Read)), 1);
    // Whoever writes next finishes it, and what is learnt of the session goes to what is kept.
    let store = open(dir.path(), Access::Write);
    let named = SessionId::named("chat");
    let mut late = spans(&named, vec![span(7, 2, noon(2))]);
    late.bindings.push(Binding {
        trace_id: 7,
        session: named,
    });
    store.write(&tenant(), late).expect("written");
    assert!(!segment.exists());
    let sessions = store
        .sessions(&tenant(), &SessionFilter::default())
        .expect("listed");
    assert_eq!(
        (sessions.len(), sessions[0].id.as_str(), sessions[0].spans),
        (1, "chat", 2)
    );
}

/// One read of sixty failed while segments went.
#[test]
fn whoever_reads_while_segments_are_dropped_finds_all_sessions() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), Access::Write);
    for day in 1..=60_u8 {
        store
            .write(&tenant(), one(day, 1, day.into()))
            .expect("written");
    }
    let reader = open(dir.path(), Access::Read);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let listed = reader.sessions(&tenant(), &SessionFilter::default());
                assert_eq!(listed.expect("read").len(), 60);
                let _ = reader.session(&tenant(), "session-60").expect("read");
            }
        });
        let pruned = store.prune(&Retention::default(), noon(0) + 900 * DAY, &mut |_| {});
        is_over.store(true, Ordering::Relaxed);
        pruned.expect("pruned");
    });
}
