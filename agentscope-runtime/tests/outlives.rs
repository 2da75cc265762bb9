//! A call that outlives its session. The counters are process wide, so this is one test.

mod support;

use agentscope::{InCurrentAgent as _, agent, tool};
use agentscope_runtime as agentscope;
use support::{named, outcome, recorder};

#[tool(default = internal)]
async fn waits() {
    std::future::pending().await
}

#[allow(clippy::async_yields_async, reason = "the handle is the result")]
#[agent(default = internal, task = task, returns = value)]
async fn hands_over(task: &str) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async { waits().await }.in_current_agent())
}

#[allow(clippy::async_yields_async, reason = "the handle is the result")]
#[agent(default = internal, task = task, returns = value)]
async fn begins(task: &str) -> tokio::task::JoinHandle<()> {
    let begun = tokio::spawn(async { waits().await }.in_current_agent());
    tokio::task::yield_now().await;
    begun
}

#[tokio::test]
async fn a_call_that_outlives_its_session_is_ended_at_an_orderly_exit() {
    let recorder = recorder();
    let task = hands_over("outlives").await;
    tokio::task::yield_now().await;
    agentscope::end_open_spans();
    let stats = agentscope::stats();
    assert_eq!((stats.opened, stats.ended), (3, 3));
    let spans = recorder.task("outlives");
    assert_eq!(outcome(named(&spans, "execute_tool waits")), "cancelled");
    task.abort();
    // One that had begun before its session ended was not found.
    let task = begins("begun").await;
    agentscope::end_open_spans();
    let stats = agentscope::stats();
    assert_eq!((stats.opened, stats.ended), (6, 6));
    let spans = recorder.task("begun");
    assert_eq!(outcome(named(&spans, "execute_tool waits")), "cancelled");
    task.abort();
}
