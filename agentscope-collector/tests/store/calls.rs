//! Calls that are found, and what triage counts of them.

use super::*;

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
