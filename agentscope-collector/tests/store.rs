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
fn sessions_are_listed_the_latest_first_by_when_they_began_and_what_they_have() {
    let place = Place::new();
    let store = place.open(Access::Write);
    for (days_ago, id) in [(3, "oldest"), (1, "latest"), (2, "middle")] {
        let id = named(id);
        store
            .write(
                &place.tenant,
                refund(&id, u128::from(days_ago), noon(days_ago)),
            )
            .expect("written");
    }
    // It went on for two days.
    let plain = named("plain");
    let long = spans(&plain, vec![span(9, 1, noon(4)), span(9, 2, noon(2) + 5)]);
    store.write(&place.tenant, long).expect("written");
    let all = list(&*store, &SessionFilter::default());
    assert_eq!(ids(&all), ["latest", "middle", "oldest", "plain"]);
    assert_eq!((all[3].begin, all[3].spans), (noon(4), 2));
    let fits = |filter: SessionFilter| list(&*store, &filter);
    let since = |since, until| Period { since, until };
    let two = SessionFilter {
        limit: 2,
        ..SessionFilter::default()
    };
    assert_eq!(ids(&fits(two)), ["latest", "middle"]);
    let period = since(noon(3), noon(1));
    assert_eq!(
        ids(&fits(SessionFilter {
            period,
            ..SessionFilter::default()
        })),
        ["middle", "oldest"]
    );
    // It has records on that day, but began before.
    let period = since(noon(2) + 1, noon(1));
    assert!(
        fits(SessionFilter {
            period,
            ..SessionFilter::default()
        })
        .is_empty()
    );
    let tool = Some("refund".to_owned());
    assert_eq!(
        fits(SessionFilter {
            tool,
            ..SessionFilter::default()
        })
        .len(),
        3
    );
    let agent = Some("planner".to_owned());
    assert!(
        fits(SessionFilter {
            agent,
            ..SessionFilter::default()
        })
        .is_empty()
    );
    let level = Some(Level::Warn);
    assert_eq!(
        fits(SessionFilter {
            level,
            ..SessionFilter::default()
        })
        .len(),
        3
    );
    let verdict = Some(agentscope_runtime::Verdict::Unknown);
    assert_eq!(
        ids(&fits(SessionFilter {
            verdict,
            ..SessionFilter::default()
        })),
        ["plain"]
    );
}

/// The few latest are looked for each by itself, all of them by reading everything.
#[test]
fn a_list_with_a_limit_is_the_begin_of_the_whole_list() {
    let place = Place::new();
    let store = place.open(Access::Write);
    let mut batch = Batch::default();
    for number in 0..400_u64 {
        let id = named(&format!("session-{number}"));
        // Neither in order nor with all parts in the same order: what is worse comes later.
        let begin = noon(1) + (number * 7_919 % 400) * SECOND;
        let trace = u128::from(number) + 1;
        let mut records = vec![span(trace, 1, begin)];
        if number % 2 == 0 {
            let later = noon(1 - (number % 4) / 2) + (number * 104_729 % 600) * SECOND;
            let name = if number % 10 == 0 { "rare" } else { "common" };
            records
                .push(tool(trace, 2, begin.max(later), name, 0).with("agentscope.level", "ERROR"));
        }
        batch.spans.extend(spans(&id, records).spans);
    }
    // Begun the day before.
    let old = named("old");
    batch.spans.extend(
        spans(
            &old,
            vec![span(999, 1, noon(2)), span(999, 2, noon(1) + 700 * SECOND)],
        )
        .spans,
    );
    store.write(&place.tenant, batch).expect("written");
    for tool in [None, Some("rare".to_owned())] {
        for until in [u64::MAX, noon(1) + 200 * SECOND] {
            let period = Period { since: 0, until };
            let all = SessionFilter {
                tool: tool.clone(),
                period,
                ..SessionFilter::default()
            };
            let whole = list(&*store, &all);
            assert!(whole.len() >= 15);
            for limit in [1, 2, 7, 50, 180, 399] {
                let found = list(
                    &*store,
                    &SessionFilter {
                        limit,
                        ..all.clone()
                    },
                );
                assert_eq!(
                    found,
                    whole[..limit.min(whole.len())],
                    "{tool:?} {until} {limit}"
                );
            }
        }
    }
}

#[test]
fn a_call_is_found_by_tool_and_step() {
    let place = Place::new();
    let store = place.open(Access::Write);
    for days_ago in [2, 1] {
        let id = named(&format!("of-{days_ago}"));
        store
            .write(&place.tenant, refund(&id, days_ago.into(), noon(days_ago)))
            .expect("written");
    }
    let failed = tool(3, 9, noon(1) + 77, "refund", 3)
        .with("error.type", "Declined")
        .with("agentscope.level", "ERROR");
    let failed = attribute_instead(failed, "agentscope.outcome", "error");
    store
        .write(&place.tenant, spans(&named("failed"), vec![failed]))
        .expect("written");
    let calls = |filter: CallFilter| store.calls(&place.tenant, &filter).expect("found");
    let of = |name: &str| CallFilter {
        name: Some(name.to_owned()),
        ..CallFilter::default()
    };
    let sessions = |filter| {
        calls(filter)
            .into_iter()
            .map(|call| call.session)
            .collect::<Vec<_>>()
    };
    assert_eq!(sessions(of("refund")), ["failed", "of-1", "of-2"]);
    assert_eq!(
        sessions(CallFilter {
            step: Some(1),
            ..of("refund")
        }),
        ["of-1", "of-2"]
    );
    assert_eq!(
        sessions(CallFilter {
            limit: 1,
            ..of("refund")
        }),
        ["failed"]
    );
    assert!(
        calls(CallFilter {
            step: Some(2),
            ..of("refund")
        })
        .is_empty()
    );
    assert!(calls(of("unheard_of")).is_empty());
    assert_eq!(calls(CallFilter::default()).len(), 5);
    assert_eq!(
        sessions(CallFilter {
            level: Some(Level::Error),
            ..CallFilter::default()
        }),
        ["failed"]
    );
    assert_eq!(
        sessions(CallFilter {
            outcome: Some(Outcome::Error),
            ..of("refund")
        }),
        ["failed"]
    );
    let session = Some("of-2".to_owned());
    assert_eq!(
        calls(CallFilter {
            session,
            ..CallFilter::default()
        })
        .len(),
        2
    );
    let session = Some("unheard of".to_owned());
    assert!(
        calls(CallFilter {
            session,
            ..CallFilter::default()
        })
        .is_empty()
    );
    let period = Period {
        since: noon(2),
        until: noon(1),
    };
    assert_eq!(
        sessions(CallFilter {
            period,
            ..of("refund")
        }),
        ["of-2"]
    );
    let call = &calls(of("refund"))[0];
    assert_eq!(call.trace_id, format!("{:032x}", 3));
    assert_eq!(call.span_id, format!("{:016x}", 9));
    assert_eq!(
        (call.step, call.begin, call.duration),
        (Some(3), noon(1) + 77, SECOND)
    );
    assert_eq!(
        (call.agent.as_deref(), call.error_type.as_deref()),
        (Some("refunds"), Some("Declined"))
    );
    assert_eq!(
        (call.status.as_deref(), call.schema_hash.as_deref()),
        (Some("success"), Some("schema-1"))
    );
    assert_eq!(
        (call.outcome, call.level),
        (Some(Outcome::Error), Some(Level::Error))
    );
}

fn attribute_instead(
    mut span: opentelemetry_proto::tonic::trace::v1::Span,
    key: &str,
    value: &str,
) -> opentelemetry_proto::tonic::trace::v1::Span {
    span.attributes.retain(|attribute| attribute.key != key);
    span.with(key, value)
}

#[test]
fn triage_counts_the_sessions_that_began_in_a_period() {
    let place = Place::new();
    let store = place.open(Access::Write);
    for days_ago in 1..=3 {
        let id = named(&format!("of-{days_ago}"));
        store
            .write(&place.tenant, refund(&id, days_ago.into(), noon(days_ago)))
            .expect("written");
    }
    // Begun before, with a failing call on the day that is asked for.
    let failed = attribute_instead(
        tool(9, 2, noon(2), "refund", 0),
        "agentscope.outcome",
        "error",
    );
    let failed = failed.with("error.type", "Declined");
    store
        .write(
            &place.tenant,
            spans(&named("long"), vec![span(9, 1, noon(5)), failed]),
        )
        .expect("written");
    let all = store
        .triage(&place.tenant, &Period::default())
        .expect("counted");
    assert_eq!(
        (all.sessions, all.running, all.successes, all.warned),
        (4, 4, 3, 4)
    );
    assert_eq!(
        (all.input_tokens, all.output_tokens, all.cost_microusd),
        (300, 60, 750_000)
    );
    let tools: Vec<_> = all
        .tools
        .iter()
        .map(|tool| (tool.name.as_str(), tool.calls, tool.errors))
        .collect();
    assert_eq!(tools, [("refund", 4, 1), ("get_order", 3, 0)]);
    assert_eq!(
        (all.tools[0].warned, all.tools[0].blind, all.tools[0].p50),
        (4, 3, SECOND)
    );
    assert_eq!(
        (all.models[0].name.as_str(), all.models[0].calls),
        ("gpt-4o", 3)
    );
    assert_eq!(all.errors, [("Declined".to_owned(), 1)]);
    let period = Period {
        since: noon(2),
        until: noon(1),
    };
    let some = store.triage(&place.tenant, &period).expect("counted");
    assert_eq!((some.sessions, some.errors.len()), (1, 0));
    let tools: Vec<_> = some
        .tools
        .iter()
        .map(|tool| (tool.name.as_str(), tool.calls))
        .collect();
    assert_eq!(tools, [("get_order", 1), ("refund", 1)]);
    let schemas = store.schemas(&place.tenant, &period).expect("found");
    let schemas: Vec<_> = schemas
        .iter()
        .map(|it| (it.tool.as_str(), it.hash.as_str(), it.calls))
        .collect();
    assert_eq!(
        schemas,
        [("get_order", "schema-1", 1), ("refund", "schema-1", 1)]
    );
    let all = store
        .schemas(&place.tenant, &Period::default())
        .expect("found");
    assert_eq!(
        (all[1].calls, all[1].first, all[1].last),
        (4, noon(3) + 4, noon(1) + 4)
    );
}

#[test]
fn a_trace_whose_session_is_learnt_later_is_shown_as_that_session_only() {
    let place = Place::new();
    let store = place.open(Access::Write);
    let provisional = SessionId::of_trace(7);
    let first = spans(
        &provisional,
        vec![below(tool(7, 4, noon(1), "early", 0), 2)],
    );
    store.write(&place.tenant, first.clone()).expect("written");
    assert_eq!(
        ids(&list(&*store, &SessionFilter::default())),
        [provisional.as_str()]
    );
    let mut rest = spans(&named("chat"), vec![agent(7, 2, noon(1) + 5, "refunds")]);
    rest.bindings.push(Binding {
        trace_id: 7,
        session: named("chat"),
    });
    store.write(&place.tenant, rest).expect("written");
    let sessions = list(&*store, &SessionFilter::default());
    assert_eq!(ids(&sessions), ["chat"]);
    assert_eq!((sessions[0].spans, sessions[0].begin), (2, noon(1)));
    for id in ["chat", provisional.as_str()] {
        let stored = store
            .session(&place.tenant, id)
            .expect("read")
            .expect("there");
        assert_eq!(
            (stored.summary.id.as_str(), stored.spans.len()),
            ("chat", 2)
        );
        assert!(
            stored
                .spans
                .iter()
                .all(|span| span.session == named("chat"))
        );
    }
    let calls = store
        .calls(&place.tenant, &CallFilter::default())
        .expect("found");
    assert_eq!(calls[0].session, "chat");
    assert_eq!(
        store
            .triage(&place.tenant, &Period::default())
            .expect("counted")
            .sessions,
        1
    );
    // The sender was not answered, and by now its session is known.
    let again = spans(
        &named("chat"),
        first.spans.into_iter().map(|it| it.record).collect(),
    );
    let written = store.write(&place.tenant, again).expect("written");
    assert_eq!((written.spans, written.duplicate_spans), (0, 1));
    // Nobody writes under the provisional name any more.
    let late = spans(&provisional, vec![below(tool(7, 9, noon(1), "late", 1), 2)]);
    store.write(&place.tenant, late).expect("written");
    assert_eq!(list(&*store, &SessionFilter::default())[0].tools, 2);
}

#[test]
fn the_state_of_sessions_and_what_is_late_survive_a_restart() {
    let place = Place::new();
    let store = place.open(Access::Write);
    for (trace, id) in [(1, "ended"), (2, "given up"), (3, "running"), (4, "open")] {
        let mut batch = refund(&named(id), trace, noon(1));
        if id == "open" {
            batch
                .spans
                .retain(|span| !span.record.parent_span_id.is_empty());
        }
        store.write(&place.tenant, batch).expect("written");
    }
    let end = |id, abandoned| SessionEnd {
        session: named(id),
        time: noon(1),
        abandoned,
    };
    store
        .end(&place.tenant, &[end("ended", false), end("given up", true)])
        .expect("ended");
    drop(store);
    let store = place.open(Access::Write);
    let running = store.running(&place.tenant).expect("found");
    let ids: Vec<_> = running
        .iter()
        .map(|it| (it.id.as_str(), it.root_ended))
        .collect();
    assert_eq!(ids, [("running", true), ("open", false)]);
    assert_eq!(
        (running[0].last, &*running[0].traces),
        (noon(1) + 4 + SECOND, &[3][..])
    );
    let late = spans(&named("ended"), vec![span(1, 99, noon(1))]);
    store.write(&place.tenant, late).expect("written");
    let state = |id| {
        let stored = store
            .session(&place.tenant, id)
            .expect("read")
            .expect("there");
        (stored.summary.state, stored.summary.late)
    };
    assert_eq!(state("ended"), (SessionState::Ended, 1));
    assert_eq!(state("given up"), (SessionState::Abandoned, 0));
    assert_eq!(state("running"), (SessionState::Running, 0));
}

#[test]
fn the_latest_word_on_a_session_counts_whoever_says_it() {
    let place = Place::new();
    let store = place.open(Access::Write);
    store
        .write(&place.tenant, refund(&named("chat"), 7, noon(1)))
        .expect("written");
    let cli = place.open(Access::Read);
    let verdict = |value: &str| Verdict {
        value: value.to_owned(),
        source: "anna".to_owned(),
    };
    for (store, word) in [(&cli, "unknown"), (&store, "failure")] {
        store
            .judge(&place.tenant, "chat", &verdict(word))
            .expect("judged");
        assert_eq!(
            list(&**store, &SessionFilter::default())[0].verdict,
            Some(verdict(word))
        );
    }
    let unknown = cli.judge(&place.tenant, "chat-8", &verdict("failure"));
    assert!(matches!(unknown, Err(StoreError::NoSession(id)) if id == "chat-8"));
    let failures = store
        .triage(&place.tenant, &Period::default())
        .expect("counted")
        .failures;
    assert_eq!(failures, 1);
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
