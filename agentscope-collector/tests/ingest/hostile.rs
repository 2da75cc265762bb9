//! What nobody should send is refused or cut, visibly, and the account balances.

use agentscope_collector::ingest::{Answer, Limits};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue};
use opentelemetry_proto::tonic::trace::v1::Span;

use crate::messages::*;

fn nested(levels: usize) -> AnyValue {
    (0..levels).fold(string("deep"), |inner, _| AnyValue {
        value: Some(Value::ArrayValue(ArrayValue {
            values: vec![inner],
        })),
    })
}

fn refused(bench: &Bench, record: Span, why: &str) {
    let before = reason(&bench.account("traces"), why);
    let taken = bench
        .ingest
        .traces(&sender(), spans("lib", vec![span(7, 99, &[]), record]));
    assert_eq!(
        taken,
        Answer::Partial {
            rejected: 1,
            reason: format!("1 {why}")
        }
    );
    assert_eq!(reason(&bench.account("traces"), why), before + 1);
}

#[test]
fn records_that_make_no_sense_are_refused_one_by_one() {
    let bench = Bench::new(Limits::default());
    let good = || span(7, 1, &[]);
    let bad = "bad id or time";
    refused(
        &bench,
        Span {
            trace_id: vec![0; 16],
            ..good()
        },
        bad,
    );
    refused(
        &bench,
        Span {
            trace_id: vec![1; 15],
            ..good()
        },
        bad,
    );
    refused(
        &bench,
        Span {
            trace_id: vec![],
            ..good()
        },
        bad,
    );
    refused(
        &bench,
        Span {
            span_id: vec![0; 8],
            ..good()
        },
        bad,
    );
    refused(
        &bench,
        Span {
            span_id: vec![1; 9],
            ..good()
        },
        bad,
    );
    refused(
        &bench,
        Span {
            parent_span_id: vec![1; 3],
            ..good()
        },
        bad,
    );
    refused(
        &bench,
        Span {
            end_time_unix_nano: u64::MAX,
            ..good()
        },
        bad,
    );
    refused(
        &bench,
        span(7, 1, &[("session.id", &format!("trace:{:032x}", 9))]),
        "session id begins with trace:",
    );
    refused(
        &bench,
        span(7, 1, &[("session.id", &"s".repeat(257))]),
        "session id too long",
    );
    let mut deep = good();
    deep.attributes[..].iter().for_each(drop);
    deep.attributes.push(attribute("a", ""));
    deep.attributes[0].value = Some(nested(17));
    refused(&bench, deep.clone(), "value nested too deeply");
    deep.attributes[0].value = Some(nested(16));
    assert_eq!(
        bench.ingest.traces(&sender(), spans("lib", vec![deep])),
        Answer::Accepted
    );
}

#[test]
fn a_value_of_ten_megabytes_is_cut_with_a_mark() {
    let bench = Bench::new(Limits::default());
    let large = "x".repeat(10_000_000);
    let taken = bench.ingest.traces(
        &sender(),
        spans(
            "lib",
            vec![span(7, 1, &[("session.id", "s"), ("server.note", &large)])],
        ),
    );
    assert_eq!(taken, Answer::Accepted);
    let stored = bench.session("s").spans.remove(0).record;
    let shown = text(&stored.attributes, "server.note").expect("the beginning");
    assert!(
        shown.len() < 70_000 && shown.ends_with("…[cut: 10000000 bytes]"),
        "{}",
        shown.len()
    );
    assert_eq!(bench.ingest.records_cut(), 1);
}

#[test]
fn attributes_beyond_the_limit_are_counted_in_the_span() {
    let bench = Bench::new(Limits::default());
    let mut many = span(7, 1, &[("session.id", "s")]);
    many.attributes
        .extend((0..1_000).map(|number| attribute(&format!("a{number}"), "")));
    bench.ingest.traces(&sender(), spans("lib", vec![many]));
    let stored = bench.session("s").spans.remove(0).record;
    assert_eq!(
        (stored.attributes.len(), stored.dropped_attributes_count),
        (128, 873)
    );
}

/// What decides where a span belongs stood behind two hundred others and was cut.
#[test]
fn of_too_many_attributes_those_stay_that_say_what_a_span_is() {
    let bench = Bench::new(Limits::default());
    let mut many = span(7, 1, &[]);
    let junk = (0..200).map(|number| attribute(&format!("a{number}"), ""));
    many.attributes = junk.collect();
    many.attributes.extend(attributes(&[
        ("session.id", "s"),
        ("gen_ai.tool.name", "refund"),
        ("agentscope.goal", "help"),
    ]));
    bench.ingest.traces(&sender(), spans("lib", vec![many]));
    let stored = bench.session("s").spans.remove(0).record;
    for key in ["session.id", "gen_ai.tool.name", "agentscope.goal"] {
        assert!(text(&stored.attributes, key).is_some(), "{key}");
    }
    assert_eq!(text(&stored.attributes, "a0"), Some(""));
    assert_eq!(
        (stored.attributes.len(), stored.dropped_attributes_count),
        (128, 75)
    );
}

/// Each copy took up as much of the session's room as the first.
#[test]
fn what_is_sent_twice_takes_up_its_room_once() {
    let limits = Limits {
        records_per_session: 20,
        ..Limits::default()
    };
    let of = |session: &'static str, ids: std::ops::RangeInclusive<u64>| {
        ids.map(move |id| span(7, id, &[("session.id", session)]))
    };
    let batch = || spans("lib", of("s", 1..=10).chain(of("t", 101..=105)).collect());
    let bench = Bench::new(limits.clone());
    for _ in 0..3 {
        assert_eq!(bench.ingest.traces(&sender(), batch()), Answer::Accepted);
    }
    let more = |ids| spans("lib", of("s", ids).collect());
    assert_eq!(
        bench.ingest.traces(&sender(), more(11..=15)),
        Answer::Accepted
    );

    // Another process knows how many there are, and no more.
    let bench = Bench::over(bench.store, limits);
    assert_eq!(bench.ingest.sessions_in_flight(), 2);
    let taken = bench.ingest.traces(&sender(), more(16..=21));
    let reason = "1 session full".to_owned();
    assert_eq!(
        taken,
        Answer::Partial {
            rejected: 1,
            reason
        }
    );
    assert_eq!(bench.session("s").spans.len(), 20);
}

#[test]
fn a_session_of_a_hundred_thousand_spans_is_cut_off_at_the_limit() {
    let bench = Bench::new(Limits::default());
    for batch in 0..100u64 {
        let list = (1..=1_000).map(|id| span(7, batch * 1_000 + id, &[("session.id", "s")]));
        bench.ingest.traces(&sender(), spans("lib", list.collect()));
    }
    let account = bench.account("traces");
    assert_eq!((account.received, account.stored), (100_000, 20_000));
    assert_eq!(reason(&account, "session full"), 80_000);
}

#[test]
fn beyond_what_is_at_work_a_sender_is_to_come_later() {
    let bench = Bench::new(Limits {
        in_flight_bytes: 100,
        ..Limits::default()
    });
    let first = bench.ingest.admit(60).expect("room");
    assert!(bench.ingest.admit(60).is_none());
    assert_eq!(bench.ingest.messages_refused()["overload"], 1);
    drop(first);
    assert!(
        bench.ingest.admit(1_000).is_some(),
        "alone it is always taken"
    );
    assert_eq!(bench.ingest.bytes_in_flight(), 0);
}
