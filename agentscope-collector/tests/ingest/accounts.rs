//! Nothing is lost without a number.

use std::sync::Arc;

use agentscope_collector::ingest::{Answer, Limits};
use agentscope_collector::store::Store as _;
use proptest::prelude::*;

use crate::flaky::Flaky;
use crate::messages::*;

#[test]
fn what_is_sent_again_is_refused_as_a_duplicate_and_its_sender_not_worried() {
    let bench = Bench::new(Limits::default());
    let message = || spans("lib", vec![span(7, 1, &[("session.id", "s")])]);
    assert_eq!(bench.ingest.traces(&sender(), message()), Answer::Accepted);
    assert_eq!(bench.ingest.traces(&sender(), message()), Answer::Accepted);
    let account = bench.account("traces");
    assert_eq!(
        (
            account.received,
            account.stored,
            reason(&account, "duplicate")
        ),
        (2, 1, 1)
    );
}

#[test]
fn a_store_that_fails_asks_the_sender_to_come_again() {
    let bench = Bench::new(Limits::default());
    let message = || {
        spans(
            "lib",
            vec![span(7, 1, &[]), span(7, 2, &[("session.id", "s")])],
        )
    };
    bench
        .ingest
        .traces(&sender(), spans("lib", vec![span(7, 3, &[])]));
    bench.store.fail_next(1);
    let taken = bench.ingest.traces(&sender(), message());
    assert!(matches!(taken, Answer::Later { .. }), "{taken:?}");
    assert_eq!(bench.account("traces").failed, 2);
    assert_eq!(bench.ingest.traces(&sender(), message()), Answer::Accepted);
    assert_eq!(
        bench.session("s").spans.len(),
        3,
        "the binding was not forgotten"
    );
    let account = bench.account("traces");
    assert_eq!(
        (account.received, account.stored, account.failed),
        (5, 3, 2)
    );
}

#[test]
fn accounts_are_kept_in_the_store() {
    let bench = Bench::new(Limits::default());
    bench
        .ingest
        .traces(&sender(), spans("lib", vec![span(7, 1, &[])]));
    bench.later(1);
    bench
        .ingest
        .traces(&sender(), spans("lib", vec![span(7, 2, &[])]));
    bench.later(1);
    let accounts = bench.store.accounts(&acme()).expect("works");
    assert_eq!(accounts.len(), 1, "one for each run");
    assert_eq!(accounts[0].stored, 2);
}

#[test]
fn metrics_are_counted_and_nobody_is_told_that_they_are_kept() {
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::metrics::v1::{
        Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric::Data,
    };
    let bench = Bench::new(Limits::default());
    let data_points = vec![NumberDataPoint::default(); 3];
    let metrics = vec![Metric {
        data: Some(Data::Gauge(Gauge { data_points })),
        ..Metric::default()
    }];
    let scope_metrics = vec![ScopeMetrics {
        metrics,
        ..ScopeMetrics::default()
    }];
    let resource_metrics = vec![ResourceMetrics {
        scope_metrics,
        ..ResourceMetrics::default()
    }];
    let taken = bench
        .ingest
        .metrics(&sender(), ExportMetricsServiceRequest { resource_metrics });
    assert_eq!(taken, Answer::Accepted, "the sender need not know");
    assert_eq!(bench.account("metrics").refused, 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is sent by whom at the same time, and however the store fails.
    #[test]
    fn every_record_is_somewhere(
        seeds in proptest::collection::vec((0u64..6, 1u64..40, 0u8..4, 0u8..5), 1..40),
        failures in 0u32..30,
        share in prop_oneof![Just(1.0), Just(0.5)],
    ) {
        let store = Arc::new(Flaky::default());
        store.fail_one_in(failures);
        let bench = Bench::over(store, Limits { share, records_per_session: 50, ..Limits::default() });
        let sent = std::sync::atomic::AtomicU64::new(0);
        std::thread::scope(|scope| {
            for part in seeds.chunks(seeds.len().div_ceil(4)) {
                let (bench, sent) = (&bench, &sent);
                scope.spawn(move || for (trace, count, naming, odd) in part {
                    let list: Vec<_> = (0..*count).map(|id| {
                        let session = format!("s-{trace}");
                        let named = [("session.id", session.as_str())];
                        let named = if naming == &0 { &named[..] } else { &[] };
                        // An id of 0 is refused, and those of other batches are there already.
                        span(u128::from(*trace) + 1, id * u64::from(*odd), named)
                    }).collect();
                    sent.fetch_add(list.len() as u64, std::sync::atomic::Ordering::Relaxed);
                    bench.ingest.traces(&sender(), spans("lib", list));
                    bench.ingest.accounts().iter().for_each(balances);
                    let _ = bench.ingest.tick();
                });
            }
        });
        let account = bench.account("traces");
        prop_assert_eq!(account.received, sent.into_inner());
        prop_assert_eq!(account.pending, 0);
        prop_assert_eq!(account.stored, bench.store.spans());
    }
}

/// With a hundred tenants that are idle the store was written a hundred times a second.
#[test]
fn an_account_is_written_when_it_changes_and_now_and_then() {
    let bench = Bench::new(Limits::default());
    let message = |id| spans("lib", vec![span(7, id, &[("session.id", "s")])]);
    bench.ingest.traces(&sender(), message(1));
    bench.ingest.message_refused("malformed");
    let puts = || (bench.later(1), bench.store.puts()).1;
    assert_eq!((puts(), puts(), puts()), (2, 0, 0));
    bench.ingest.traces(&sender(), message(2));
    assert_eq!((puts(), puts()), (1, 0));
    // Whoever reads it takes one that is old for that of a process which is gone.
    let later: u64 = (0..20).map(|_| puts()).sum();
    assert!((2..=4).contains(&later), "{later}");
}

/// The new records were lost too.
#[test]
fn a_process_starts_though_what_was_running_cannot_be_read() {
    let bench = Bench::new(Limits::default());
    let message = |id| spans("lib", vec![span(7, id, &[("session.id", "s")])]);
    bench.ingest.traces(&sender(), message(1));
    bench.store.forget_running();
    let bench = Bench::over(bench.store, Limits::default());
    assert_eq!(bench.ingest.sessions_in_flight(), 0);
    assert_eq!(bench.ingest.traces(&sender(), message(2)), Answer::Accepted);
    assert_eq!(bench.session("s").spans.len(), 2);
}

#[test]
fn a_store_that_failed_is_in_doubt_until_it_takes_something() {
    let bench = Bench::new(Limits::default());
    let message = |id| spans("lib", vec![span(7, id, &[("session.id", "s")])]);
    let send = |id| drop(bench.ingest.traces(&sender(), message(id)));
    send(1);
    assert!(bench.ingest.can_store());
    bench.store.fail_next(1);
    send(2);
    bench.later(1);
    assert!(!bench.ingest.can_store(), "accounts take less room");
    send(2);
    assert!(bench.ingest.can_store());
    bench.store.fail_next(1);
    send(3);
    bench.later(30);
    assert!(bench.ingest.can_store(), "nobody has tried since");
}
