//! What one sender says of its numbers and its clock spoils nothing that others see.

use super::*;

fn stored(batches: Vec<Batch>) -> (Place, Arc<dyn Store>) {
    let place = Place::new();
    let store = place.open(Access::Write);
    for batch in batches {
        store.write(&place.tenant, batch).expect("written");
    }
    (place, store)
}

/// A call of a model by a library that is not agentscope.
fn chat(id: u64, parent: u64) -> opentelemetry_proto::tonic::trace::v1::Span {
    let span = span(7, id, noon(1) + id)
        .with("gen_ai.operation.name", "chat")
        .with("gen_ai.request.model", "gpt-x")
        .with("gen_ai.usage.input_tokens", 100)
        .with("gen_ai.usage.output_tokens", 10);
    below(span, parent)
}

/// Ten of them ended `triage` with an overflow, and one cost was the tenant's for ever.
#[test]
fn a_number_that_no_call_can_have_used_is_in_no_sum() {
    let huge = |id: u64| inference(7, id, noon(1), "m", (1 << 62, 1 << 62));
    let failed = |id| huge(id).with("agentscope.level", "ERROR");
    let dear = tool(7, 30, noon(1), "t", 0);
    let mut dear = [dear, inference(7, 31, noon(1), "m", (5, 5))];
    dear[1]
        .attributes
        .retain(|it| it.key != "agentscope.cost.usd");
    dear[1] = dear[1].clone().with("agentscope.cost.usd", 1e300);
    let all = (1..6).map(huge).chain((11..16).map(failed)).chain(dear);
    let (place, store) = stored(vec![spans(&named("huge"), all.collect())]);
    let triage = store
        .triage(&place.tenant, &Period::default())
        .expect("counted");
    assert_eq!((triage.input_tokens, triage.output_tokens), (5, 5));
    assert_eq!(triage.cost_microusd, 10 * 250_000);
    assert_eq!(triage.models[0].calls, 11);
}

/// The list showed 220 tokens of a call that used 110.
#[test]
fn a_call_that_two_instrumentations_saw_counts_once() {
    let agent = agent(7, 1, noon(1), "solver");
    // An HTTP span, which is of nothing in particular, stands between them.
    let http = below(span(7, 3, noon(1) + 3), 2);
    let (outer, inner) = (chat(2, 1), chat(4, 3));
    let direct = chat(4, 2);
    let id = named("twice");
    let together = vec![spans(&id, vec![agent.clone(), outer.clone(), http, inner])];
    let apart = |all: [&opentelemetry_proto::tonic::trace::v1::Span; 3]| {
        all.map(|span| spans(&id, vec![span.clone()])).to_vec()
    };
    let inner_first = apart([&direct, &outer, &agent]);
    let outer_first = apart([&agent, &outer, &direct]);
    for batches in [together, inner_first, outer_first] {
        let (place, store) = stored(batches);
        let summary = &list(&*store, &SessionFilter::default())[0];
        let model = store
            .session(&place.tenant, "twice")
            .expect("read")
            .expect("there")
            .model();
        assert_eq!(summary.inferences, model.totals.inferences as u64);
        assert_eq!((summary.inferences, summary.agents), (1, 1));
        assert_eq!((summary.input_tokens, summary.output_tokens), (100, 10));
        let triage = store
            .triage(&place.tenant, &Period::default())
            .expect("counted");
        assert_eq!(
            (triage.models[0].calls, triage.models[0].input_tokens),
            (1, 100)
        );
    }
}

#[test]
fn of_a_tool_inside_the_same_tool_ours_counts_and_both_are_listed() {
    let foreign = span(7, 2, noon(1) + 1)
        .with("gen_ai.operation.name", "execute_tool")
        .with("gen_ai.tool.name", "add");
    let ours = below(tool(7, 3, noon(1) + 2, "add", 4), 2);
    let other = below(tool(7, 4, noon(1) + 3, "add", 5), 3);
    let (place, store) = stored(vec![spans(&named("tools"), vec![foreign, ours, other])]);
    let summary = &list(&*store, &SessionFilter::default())[0];
    // One of ours that calls itself is two calls.
    assert_eq!(summary.tools, 2);
    let triage = store
        .triage(&place.tenant, &Period::default())
        .expect("counted");
    assert_eq!(triage.tools[0].calls, 2);
    let calls = store
        .calls(&place.tenant, &CallFilter::default())
        .expect("listed");
    assert_eq!(calls.len(), 3);
}

/// The tokens that only the inner of two spans says are not lost.
#[test]
fn an_outer_call_that_does_not_say_what_it_used_has_it_from_the_inner() {
    let mut outer = chat(2, 1);
    outer.attributes.truncate(2);
    for together in [true, false] {
        let all = [outer.clone(), chat(3, 2)];
        let batches = match together {
            true => vec![spans(&named("s"), all.to_vec())],
            false => all.map(|span| spans(&named("s"), vec![span])).to_vec(),
        };
        let (_place, store) = stored(batches);
        let summary = &list(&*store, &SessionFilter::default())[0];
        assert_eq!(
            (summary.inferences, summary.input_tokens),
            (1, 100),
            "{together}"
        );
    }
}

/// A span without a time hid its session from every list, and one of 2262 was the latest for ever.
#[test]
fn a_record_without_a_believable_time_began_when_it_came() {
    let id = named("clock");
    let now = noon(0);
    let mut unset = span(7, 2, 0);
    unset.end_time_unix_nano = now;
    let far = span(7, 3, i64::MAX as u64 - 2 * SECOND);
    let early = log(7, 2, 1, "INFO");
    let begin = noon(1);
    let (_place, store) = stored(vec![
        spans(&id, vec![span(7, 1, begin), unset, far]),
        logs(&id, vec![early.clone()]),
        // Sent again it is the same.
        logs(&id, vec![early]),
        // Nothing of this one is believed.
        spans(&named("never set"), vec![span(8, 1, 5 * SECOND)]),
    ]);
    let recent = SessionFilter {
        period: Period {
            since: noon(2),
            until: u64::MAX,
        },
        ..SessionFilter::default()
    };
    let listed = list(&*store, &recent);
    assert_eq!(ids(&listed), ["never set", "clock"]);
    assert_eq!(
        (listed[1].begin, listed[1].spans, listed[1].logs),
        (begin, 3, 1)
    );
    assert!(listed.iter().all(|it| it.end < noon(0) + 2 * DAY));
}

/// Any user of the machine could read what agents said.
#[cfg(unix)]
#[test]
fn only_its_owner_can_read_a_store() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    let dir = place.path().join("below").join("store");
    let store = store::open(dir.to_str().expect("plain"), Access::Write).expect("opened");
    store
        .write(&place.tenant, refund(&named("s"), 7, noon(1)))
        .expect("written");
    let mut open = vec![dir];
    let mut seen = 0;
    while let Some(path) = open.pop() {
        let about = std::fs::metadata(&path).expect("there");
        assert_eq!(about.permissions().mode() & 0o077, 0, "{}", path.display());
        seen += 1;
        if about.is_dir() {
            open.extend(
                std::fs::read_dir(path)
                    .expect("listed")
                    .flatten()
                    .map(|it| it.path()),
            );
        }
    }
    assert!(seen > 8, "with the logs beside the databases: {seen}");
}
