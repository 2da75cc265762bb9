//! Ten thousand calls that time out, are aborted, panic and fail: nothing is lost. The counters
//! are process wide, so this is one test.

mod support;

#[path = "support/load.rs"]
mod load;

use std::collections::{BTreeMap, HashMap};

use agentscope_runtime as agentscope;
use load::{Dice, worker};
use opentelemetry::trace::SpanId;
use support::{int, outcome, recorder, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_calls_all_end_with_their_outcome_without_orphans_or_gaps() {
    let recorder = recorder();
    load::silence_panics_on_purpose();
    let before = agentscope::stats();
    let sessions: Vec<_> = (0..100)
        .map(|seed| {
            tokio::spawn(async move { worker(&format!("load {seed}"), "t", Dice(seed), 100).await })
        })
        .collect();
    for session in sessions {
        session.await.expect("the worker survives");
    }
    let after = agentscope::stats();
    assert_eq!(after.opened, after.ended);
    assert_eq!(
        after.ended,
        after.ok + after.error + after.cancelled + after.panicked
    );
    assert!(after.opened - before.opened >= 10_000, "{after:?}");
    for count in [after.error, after.cancelled, after.panicked] {
        assert!(count > 500, "each fate is met often: {after:?}");
    }

    let spans = recorder.spans();
    let spans: Vec<_> = spans
        .iter()
        .filter(|span| {
            text(span, "agentscope.task.id").is_some_and(|task| task.starts_with("load "))
        })
        .collect();
    let ids: HashMap<_, _> = spans
        .iter()
        .map(|span| (span.span_context.span_id(), *span))
        .collect();
    assert_eq!(ids.len(), spans.len(), "no span ends twice");
    let mut steps: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for span in &spans {
        if span.parent_span_id != SpanId::INVALID {
            let parent = ids.get(&span.parent_span_id).expect("no orphan");
            assert_eq!(text(parent, "session.id"), text(span, "session.id"));
        }
        if let Some(right) = text(span, "agentscope.call.reason") {
            assert_eq!(outcome(span), right, "{span:?}");
            let step = int(span, "agentscope.step.index").expect("a tool is a step");
            steps
                .entry(text(span, "session.id").expect("a session"))
                .or_default()
                .push(step);
        }
    }
    assert_eq!(steps.len(), 100);
    for (session, mut steps) in steps {
        steps.sort_unstable();
        let expected: Vec<_> = (0..steps.len() as i64).collect();
        assert_eq!(steps, expected, "gap or repeat in session {session}");
    }
}
