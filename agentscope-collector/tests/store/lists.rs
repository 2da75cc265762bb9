//! Lists of sessions.

use super::*;

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
