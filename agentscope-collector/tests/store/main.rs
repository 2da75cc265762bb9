//! What a store keeps and answers.

use std::path::Path;
use std::sync::Arc;

use agentscope_collector::store::{
    self, Access, Account, Batch, Binding, CallFilter, Period, SessionEnd, SessionFilter,
    SessionId, SessionState, SessionSummary, Store, StoreError, Tenant, Verdict,
};
use agentscope_runtime::{Level, Outcome};
use support::records::*;
use tempfile::TempDir;

mod calls;
mod learnt;
mod lists;
mod spoilt;
#[path = "../support"]
mod support {
    pub(crate) mod records;
}

struct Place {
    dir: TempDir,
    tenant: Tenant,
}

impl Place {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("a directory"),
            tenant: Tenant::default(),
        }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn open(&self, access: Access) -> Arc<dyn Store> {
        store::open(self.path().to_str().expect("plain"), access).expect("opened")
    }
}

fn named(id: &str) -> SessionId {
    SessionId::named(id)
}

fn list(store: &dyn Store, filter: &SessionFilter) -> Vec<SessionSummary> {
    store.sessions(&Tenant::default(), filter).expect("listed")
}

fn ids(sessions: &[SessionSummary]) -> Vec<&str> {
    sessions.iter().map(|session| session.id.as_str()).collect()
}

/// One session of every layer, with a warning.
fn refund(id: &SessionId, trace: u128, begin: u64) -> Batch {
    let mut batch = spans(
        id,
        vec![
            session(trace, 1, begin, "refunds of orders")
                .with("agentscope.session.verdict", "success"),
            below(agent(trace, 2, begin + 1, "refunds"), 1),
            below(inference(trace, 3, begin + 2, "gpt-4o", (100, 20)), 2),
            below(tool(trace, 4, begin + 3, "get_order", 0), 2),
            below(
                tool(trace, 5, begin + 4, "refund", 1)
                    .with("agentscope.level", "SEMANTIC_WARN")
                    .with("agentscope.tool.blind", true),
                2,
            ),
        ],
    );
    batch.logs = logs(
        id,
        vec![
            log(trace, 4, begin + 3, "INFO"),
            log(trace, 5, begin + 4, "DEBUG"),
            log(trace, 5, begin + 4, "SEMANTIC_WARN").with("agentscope.warning", "retry"),
        ],
    )
    .logs;
    batch
}

#[test]
fn a_session_comes_back_as_it_was_written() {
    let place = Place::new();
    let store = place.open(Access::Write);
    let (id, begin) = (named("chat-7"), noon(1));
    let batch = refund(&id, 7, begin);
    let written = store.write(&place.tenant, batch.clone()).expect("written");
    assert_eq!((written.spans, written.logs), (5, 3));
    let stored = store
        .session(&place.tenant, "chat-7")
        .expect("read")
        .expect("there");
    assert_eq!(stored.spans, batch.spans);
    assert_eq!(stored.logs.len(), 3);
    for log in &batch.logs {
        assert!(stored.logs.contains(log));
    }
    let summary = stored.summary;
    assert_eq!((summary.begin, summary.end), (begin, begin + 4 + SECOND));
    assert_eq!(summary.state, SessionState::Running);
    assert_eq!(
        summary.verdict.as_ref().map(|it| it.value.as_str()),
        Some("success")
    );
    assert_eq!(summary.level, Some(Level::SemanticWarn));
    assert_eq!(summary.name.as_deref(), Some("refunds of orders"));
    assert_eq!(summary.services, ["bank"]);
    let counts = (
        summary.spans,
        summary.logs,
        summary.agents,
        summary.tools,
        summary.inferences,
    );
    assert_eq!(counts, (5, 3, 1, 2, 1));
    let used = (
        summary.input_tokens,
        summary.output_tokens,
        summary.cost_microusd,
    );
    assert_eq!(used, (100, 20, Some(250_000)));
    assert_eq!(list(&*store, &SessionFilter::default()), [summary]);
    assert_eq!(store.session(&place.tenant, "chat-8").expect("read"), None);
}

#[test]
fn what_is_sent_again_is_not_kept_twice() {
    let place = Place::new();
    let store = place.open(Access::Write);
    let batch = refund(&named("again"), 7, noon(1));
    store.write(&place.tenant, batch.clone()).expect("written");
    let before = list(&*store, &SessionFilter::default());
    let written = store.write(&place.tenant, batch).expect("written");
    assert_eq!((written.spans, written.logs), (0, 0));
    assert_eq!((written.duplicate_spans, written.duplicate_logs), (5, 3));
    assert_eq!(list(&*store, &SessionFilter::default()), before);
}

#[test]
fn no_tenant_sees_another() {
    let place = Place::new();
    let store = place.open(Access::Write);
    let other: Tenant = "other".parse().expect("a name");
    store
        .write(&other, refund(&named("theirs"), 7, noon(1)))
        .expect("written");
    assert!(list(&*store, &SessionFilter::default()).is_empty());
    assert_eq!(store.session(&place.tenant, "theirs").expect("read"), None);
    assert_eq!(store.tenants().expect("listed"), [other]);
}

#[test]
fn the_accounts_of_every_run_are_kept() {
    let place = Place::new();
    let store = place.open(Access::Write);
    for (run, stored) in [("one", 1), ("one", 8), ("two", 3)] {
        let account = Account {
            received: 10,
            stored,
            reasons: vec![("too large".to_owned(), 2)],
            updated: stored,
            ..Account::new(run, "traces", place.tenant.clone())
        };
        store.put_account(&account).expect("put");
    }
    drop(store);
    let accounts = place
        .open(Access::Read)
        .accounts(&place.tenant)
        .expect("read");
    let stored: Vec<_> = accounts
        .iter()
        .map(|it| (it.run.as_str(), it.stored))
        .collect();
    assert_eq!(stored, [("one", 8), ("two", 3)]);
    assert_eq!(accounts[0].reasons, [("too large".to_owned(), 2)]);
}

#[test]
fn one_process_writes_and_many_read() {
    let place = Place::new();
    assert!(
        store::open(
            place.path().join("none").to_str().expect("plain"),
            Access::Read
        )
        .is_err()
    );
    let store = place.open(Access::Write);
    let address = place.path().to_str().expect("plain");
    assert!(matches!(
        store::open(address, Access::Write),
        Err(StoreError::Locked(_))
    ));
    let readers = [place.open(Access::Read), place.open(Access::Read)];
    store
        .write(&place.tenant, refund(&named("chat"), 7, noon(1)))
        .expect("written");
    for reader in &readers {
        assert_eq!(list(&**reader, &SessionFilter::default()).len(), 1);
        let refused = reader.write(&place.tenant, Batch::default());
        assert!(matches!(refused, Err(StoreError::ReadOnly)));
    }
    drop(store);
    place.open(Access::Write);
}
