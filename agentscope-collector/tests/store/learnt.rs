//! What is learnt of a session after its records were written.

use super::*;

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
    assert_eq!(running[0].traces, [3]);
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
