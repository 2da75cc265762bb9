//! Whose session a record is of, and when a session ends.

use std::sync::Arc;
use std::time::Duration;

use agentscope_collector::ingest::{Answer, Ingest, Limits, Sender};
use agentscope_collector::store::{SessionState, Store, Tenant};

use opentelemetry_proto::tonic::resource::v1::Resource;

use crate::messages::*;

#[test]
fn a_record_without_session_is_of_its_trace_until_another_record_says_more() {
    let bench = Bench::new(Limits::default());
    let take = |it| assert_eq!(bench.ingest.traces(&sender(), it), Answer::Accepted);
    take(spans("lib", vec![span(7, 1, &[])]));
    let provisional = format!("trace:{:032x}", 7);
    assert_eq!(bench.session(&provisional).spans.len(), 1);
    take(spans(
        "lib",
        vec![span(7, 2, &[("session.id", "s")]), span(7, 3, &[])],
    ));
    assert_eq!(bench.session("s").spans.len(), 3, "the first one too");
    let sessions = bench.store.sessions(&acme(), &Default::default());
    assert_eq!(sessions.expect("works").len(), 1, "they are one session");
    let taken = bench
        .ingest
        .logs(&sender(), logs("lib", vec![log(7, 1, "e", &[])]));
    assert_eq!(
        (taken, bench.session("s").logs.len()),
        (Answer::Accepted, 1)
    );
}

#[test]
fn a_record_that_names_a_session_counts_before_and_after_it_in_the_same_message() {
    let bench = Bench::new(Limits::default());
    let list = vec![
        span(7, 1, &[]),
        span(7, 2, &[("session.id", "s")]),
        span(8, 1, &[]),
    ];
    bench.ingest.traces(&sender(), spans("lib", list));
    assert_eq!(bench.session("s").spans.len(), 2);
}

#[test]
fn a_plain_log_line_of_nothing_is_refused_visibly() {
    let bench = Bench::new(Limits::default());
    let taken = bench
        .ingest
        .logs(&sender(), logs("lib", vec![log(0, 0, "", &[])]));
    let reason_said = "1 no session".to_owned();
    assert_eq!(
        taken,
        Answer::Partial {
            rejected: 1,
            reason: reason_said
        }
    );
    assert_eq!(reason(&bench.account("logs"), "no session"), 1);
}

#[test]
fn a_session_ends_in_the_store_and_late_records_find_it() {
    let bench = Bench::new(Limits::default());
    let of = |id| spans("lib", vec![span(7, id, &[("session.id", "s")])]);
    bench.ingest.traces(&sender(), of(1));
    bench.later(59);
    assert_eq!(bench.session("s").summary.state, SessionState::Running);
    bench.later(1);
    assert_eq!(bench.session("s").summary.state, SessionState::Ended);
    assert_eq!(bench.ingest.sessions_in_flight(), 0);
    bench.ingest.traces(&sender(), of(2));
    assert_eq!(bench.session("s").spans.len(), 2);
}

#[test]
fn a_call_whose_span_never_comes_leaves_its_session_abandoned() {
    let bench = Bench::new(Limits::default());
    let called = log(
        7,
        2,
        "agentscope.tool.called",
        &[("session.id", "s"), ("agentscope.level", "INFO")],
    );
    bench
        .ingest
        .logs(&sender(), logs("agentscope", vec![called]));
    bench.ingest.traces(
        &sender(),
        spans("lib", vec![span(7, 1, &[("session.id", "s")])]),
    );
    bench.later(29 * 60);
    assert_eq!(bench.session("s").summary.state, SessionState::Running);
    bench.later(60);
    assert_eq!(bench.session("s").summary.state, SessionState::Abandoned);
}

#[test]
fn running_sessions_are_taken_up_again_after_a_restart() {
    let before = Bench::new(Limits::default());
    before.ingest.traces(
        &sender(),
        spans("lib", vec![span(7, 1, &[("session.id", "s")])]),
    );
    before
        .ingest
        .traces(&sender(), spans("lib", vec![span(8, 1, &[])]));
    let store = Arc::clone(&before.store);
    drop(before);
    let after = Bench::over(store, Limits::default());
    assert_eq!(after.ingest.sessions_in_flight(), 2);
    after
        .ingest
        .traces(&sender(), spans("lib", vec![span(7, 2, &[])]));
    after.ingest.traces(
        &sender(),
        spans("lib", vec![span(8, 2, &[("session.id", "t")])]),
    );
    assert_eq!(after.session("s").spans.len(), 2, "its trace is known");
    assert_eq!(
        after.session("t").spans.len(),
        2,
        "what was stored of its trace is bound"
    );
    after.later(60);
    assert_eq!(after.session("s").summary.state, SessionState::Ended);
}

#[test]
fn a_tenant_is_of_the_token_and_of_nothing_that_a_record_says() {
    let bench = Bench::new(Limits::default());
    let claims = |tenant: &str| {
        let pairs = [("session.id", "s"), ("agentscope.tenant.id", tenant)];
        spans("agentscope", vec![span(7, 1, &pairs)])
    };
    let taken = bench.ingest.traces(&sender(), claims("other"));
    assert_eq!(
        taken,
        Answer::Partial {
            rejected: 1,
            reason: "1 cross tenant".to_owned()
        }
    );
    assert_eq!(
        bench.ingest.traces(&sender(), claims("acme")),
        Answer::Accepted
    );
    let local = Sender::Local(Tenant::default());
    assert_eq!(
        bench.ingest.traces(&local, claims("other")),
        Answer::Accepted
    );
    let names = |store: &dyn Store| {
        store
            .tenants()
            .expect("works")
            .into_iter()
            .map(|it| it.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&*bench.store), ["acme", "default"]);
    bench.ingest.traces(&Sender::Application, claims("other"));
    assert_eq!(names(&*bench.store), ["acme", "default", "other"]);
}

#[test]
fn a_resource_cannot_claim_another_tenant_either() {
    let bench = Bench::new(Limits::default());
    let mut message = spans("lib", vec![span(7, 1, &[])]);
    message.resource_spans[0].resource = Some(Resource {
        attributes: attributes(&[("agentscope.tenant.id", "other")]),
        ..Resource::default()
    });
    bench.ingest.traces(&sender(), message);
    assert_eq!(reason(&bench.account("traces"), "cross tenant"), 1);
}

#[test]
fn the_same_sessions_are_kept_in_every_process() {
    let kept = |_| {
        let bench = Bench::new(Limits {
            share: 0.3,
            ..Limits::default()
        });
        for number in 0..200 {
            let session = format!("s-{number}");
            let trace = 100 + number;
            let message = spans(
                "lib",
                vec![
                    span(trace, 1, &[("session.id", &session)]),
                    span(trace, 2, &[]),
                ],
            );
            assert_eq!(bench.ingest.traces(&sender(), message), Answer::Accepted);
        }
        let account = bench.account("traces");
        assert_eq!(account.received, 400);
        assert!((80..160).contains(&account.stored), "{account:?}");
        let sessions = bench
            .store
            .sessions(&acme(), &Default::default())
            .expect("works");
        assert!(
            sessions.iter().all(|session| session.spans == 2),
            "whole or not at all"
        );
        sessions
            .into_iter()
            .map(|session| session.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(kept(0), kept(1));
}

#[test]
fn more_sessions_than_may_run_end_the_most_silent_one() {
    let bench = Bench::new(Limits {
        sessions: 3,
        idle: Duration::from_secs(60),
        ..Limits::default()
    });
    for number in 0..5 {
        let session = format!("s-{number}");
        bench.ingest.traces(
            &sender(),
            spans(
                "lib",
                vec![span(7 + number, 1, &[("session.id", &session)])],
            ),
        );
        bench.later(1);
    }
    assert_eq!(
        (
            bench.ingest.sessions_in_flight(),
            bench.ingest.sessions_ended_early()
        ),
        (3, 2)
    );
    assert_eq!(bench.session("s-0").summary.state, SessionState::Ended);
}

/// An ingest is shared by the threads of a server.
#[test]
fn it_can_be_shared() {
    fn shared<T: Send + Sync>() {}
    shared::<Ingest>();
}
