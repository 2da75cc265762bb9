//! What is open at an orderly exit is ended as cancelled. It ends every span of the process, so
//! this is one test.

mod support;

use agentscope::{agent, tool};
use agentscope_runtime as agentscope;
use support::{outcome, recorder};

#[tool(default = internal)]
async fn hangs() {
    std::future::pending().await
}

#[agent(default = internal, token_budget = 100)]
async fn waits() {
    hangs().await;
}

#[tokio::test]
async fn open_spans_are_ended_once_children_first() {
    let recorder = recorder();
    let mut waiting = Box::pin(waits());
    assert!(futures_util::poll!(&mut waiting).is_pending());
    agentscope::end_open_spans();
    let ended = recorder.spans();
    let names: Vec<_> = ended.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(
        names,
        [
            "execute_tool hangs",
            "invoke_agent waits",
            "invoke_workflow waits"
        ]
    );
    assert!(ended.iter().all(|span| outcome(span) == "cancelled"));
    drop(waiting);
    let stats = agentscope::stats();
    assert_eq!((stats.opened, stats.ended, stats.cancelled), (3, 3, 3));
    assert_eq!(recorder.spans().len(), 3, "not ended twice");
}
