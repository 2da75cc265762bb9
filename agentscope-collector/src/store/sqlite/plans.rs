//! Every query is answered by the index that is meant for it.

use agentscope_runtime::{Level, Outcome};
use rusqlite::{Connection, params_from_iter, types::Null};

use super::super::{CallFilter, Period};
use super::{calls, catalog, file, partial, read, records, schema, segment, sessions, triage};

fn empty(steps: &file::Steps) -> (tempfile::TempDir, Connection) {
    let dir = tempfile::tempdir().expect("a directory");
    let db = file::to_write(&dir.path().join("empty.db"), steps).expect("made");
    (dir, db)
}

/// What SQLite does for a query, a line for each step.
fn plan(db: &Connection, sql: &str) -> Vec<String> {
    let mut select = db
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .expect("valid");
    let values = vec![Null; select.parameter_count()];
    let steps = select
        .query_map(params_from_iter(values), |row| row.get(3))
        .expect("explained");
    steps.map(|step| step.expect("text")).collect()
}

/// The steps that read a whole table or index.
fn scans(db: &Connection, sql: &str) -> Vec<String> {
    let steps = plan(db, sql).into_iter();
    steps.filter(|step| step.starts_with("SCAN")).collect()
}

#[test]
fn a_session_and_its_records_are_found_by_key() {
    let (_dir, db) = empty(schema::SEGMENT);
    let one = format!(
        "SELECT key, {} FROM session WHERE id = ?1",
        partial::COLUMNS
    );
    let queries = [
        (
            one.as_str(),
            "SEARCH session USING INDEX sqlite_autoindex_session_1 (id=?)",
        ),
        (records::SPANS, "SEARCH span USING PRIMARY KEY (session=?)"),
        (records::LOGS, "SEARCH log USING PRIMARY KEY (session=?)"),
        (
            records::BLOCK,
            "SEARCH block USING INTEGER PRIMARY KEY (rowid=?)",
        ),
        (
            records::ORIGIN,
            "SEARCH origin USING INTEGER PRIMARY KEY (rowid=?)",
        ),
        (
            triage::NAMES,
            "SEARCH name USING INTEGER PRIMARY KEY (rowid=?)",
        ),
        (
            segment::HAS_SPAN,
            "SEARCH span USING PRIMARY KEY (session=? AND span_id=? AND trace=?)",
        ),
        (
            segment::HAS_LOG,
            "SEARCH log USING PRIMARY KEY (session=? AND time=? AND hash=?)",
        ),
    ];
    for (sql, expected) in queries {
        assert_eq!(plan(&db, sql), [expected], "{sql}");
    }
    for [find, _] in segment::INTERNED {
        assert_eq!(scans(&db, find), Vec::<String>::new(), "{find}");
    }
    let traces = plan(&db, records::TRACES);
    assert_eq!(traces[0], "SEARCH s USING PRIMARY KEY (session=?)");
    assert_eq!(scans(&db, records::TRACES), Vec::<String>::new());
}

#[test]
fn the_list_of_sessions_is_found_by_day() {
    let (_dir, db) = empty(schema::SESSIONS);
    let of_day = sessions::of_day();
    let queries = [
        (
            of_day.as_str(),
            "SEARCH s USING INDEX session_day (first_day=? AND bound=?)",
        ),
        (
            sessions::LATEST_DAY,
            "SEARCH session USING COVERING INDEX session_day (first_day>? AND first_day<?)",
        ),
        (
            sessions::DAYS_OF,
            "SEARCH session USING INDEX sqlite_autoindex_session_1 (id=?)",
        ),
        (
            records::RUNNING,
            "SEARCH session USING INDEX session_running (state=?)",
        ),
        (
            catalog::FIND,
            "SEARCH s USING INDEX sqlite_autoindex_session_1 (id=?)",
        ),
        (
            read::HEAD,
            "SEARCH s USING INDEX sqlite_autoindex_session_1 (id=?)",
        ),
        (
            sessions::JUDGE,
            "SEARCH session USING INTEGER PRIMARY KEY (rowid=?)",
        ),
    ];
    for (sql, expected) in queries {
        assert_eq!(plan(&db, sql)[0], expected, "{sql}");
        assert_eq!(scans(&db, sql), Vec::<String>::new(), "{sql}");
    }
    let aliases = plan(&db, sessions::ALIASES);
    assert!(
        aliases
            .iter()
            .any(|step| step.contains("session_bound (bound=?)")),
        "{aliases:?}"
    );
    assert_eq!(scans(&db, sessions::ALIASES), Vec::<String>::new());
    // One row for each run of a collector.
    assert_eq!(scans(&db, read::ACCOUNTS), ["SCAN account"]);
}

#[test]
fn calls_of_a_tool_are_found_in_the_index_alone_the_latest_first() {
    let (_dir, db) = empty(schema::SEGMENT);
    let name = CallFilter {
        name: Some("add".to_owned()),
        ..CallFilter::default()
    };
    let step = CallFilter {
        step: Some(3),
        ..name.clone()
    };
    let full = CallFilter {
        period: Period { since: 1, until: 2 },
        outcome: Some(Outcome::Error),
        status: Some("empty".to_owned()),
        level: Some(Level::Warn),
        limit: 7,
        ..step.clone()
    };
    for (filter, by) in [
        (&name, "(call=?)"),
        (&step, "(call=?)"),
        (&full, "(call=? AND begin>? AND begin<?)"),
    ] {
        let (sql, _) = calls::query(filter, None, 50);
        let plan = plan(&db, &sql);
        let search = format!("SEARCH span USING COVERING INDEX span_call {by}");
        assert!(plan.contains(&search), "{plan:#?}");
        // The latest stand last in the index: it is read from there, as far as needed.
        assert!(
            !plan.iter().any(|step| step.contains("TEMP B-TREE")),
            "{plan:#?}"
        );
        let row = "SEARCH s USING PRIMARY KEY (session=? AND span_id=? AND trace=?)";
        assert!(plan.iter().any(|step| step == row), "{plan:#?}");
        // What the inner query found, at most as many as are shown.
        assert_eq!(scans(&db, &sql), ["SCAN f"], "{plan:#?}");
    }
    let ids = ["a".to_owned(), "b".to_owned()];
    let (sql, _) = calls::query(&full, Some(&ids), 50);
    let by_session = plan(&db, &sql);
    let search = "SEARCH span USING PRIMARY KEY (session=?)".to_owned();
    assert!(by_session.contains(&search), "{by_session:#?}");
    assert_eq!(scans(&db, &sql), ["SCAN f"]);
    // Without a name or a session the index of the calls is read as a whole: that is meant.
    let (sql, _) = calls::query(&CallFilter::default(), None, 50);
    let everything = plan(&db, &sql);
    let search = "SEARCH span USING COVERING INDEX span_call (call>?)".to_owned();
    assert!(everything.contains(&search), "{everything:#?}");
}

#[test]
fn counts_over_all_sessions_read_indexes_and_never_the_table() {
    let (_dir, db) = empty(schema::SEGMENT);
    for (sql, index) in [
        (triage::TOOLS, "span_call"),
        (triage::SCHEMAS, "span_call"),
        (triage::MODELS, "span_model"),
        (triage::ERRORS, "span_error"),
    ] {
        // The whole of the index: that is what a count over everything is.
        let expected = format!(
            "SEARCH span USING COVERING INDEX {index} ({}>?)",
            &index[5..]
        );
        assert_eq!(plan(&db, sql), [expected]);
    }
}
