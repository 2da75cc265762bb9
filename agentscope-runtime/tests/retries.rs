//! Which calls are the same call again, whatever of their arguments may be shown.

use agentscope::testing::{Recorded, record};
use agentscope::{agent, names, tool};
use agentscope_runtime as agentscope;

type Failed = Result<(), std::fmt::Error>;

const FAILED: Failed = Err(std::fmt::Error);

/// Nobody can look into it.
struct Pool;

#[derive(serde::Serialize)]
struct Query {
    text: &'static str,
}

fn retries<T>(recorded: &Recorded<T>) -> usize {
    let snapshots = recorded.snapshots().iter();
    let warned = snapshots.filter(|it| it.event == names::EVENT_TOOL_CALLED);
    warned.filter(|it| it.warning == Some("retry")).count()
}

#[tool]
fn find(#[sensitivity(secret)] _pool: &Pool, #[sensitivity(internal)] _id: u32) -> Failed {
    FAILED
}

// A tool with one secret argument dropped out of the memory and of the retries.
#[test]
fn what_cannot_be_looked_into_takes_no_call_out_of_memory_and_retries() {
    #[agent]
    fn tries() {
        let _ = find(&Pool, 1);
        let _ = find(&Pool, 1);
        let _ = find(&Pool, 2);
    }
    let recorded = record(tries);
    let last = recorded.snapshots().last().expect("a step");
    assert_eq!(
        last.memory.as_deref(),
        Some("3 steps done, the latest: find error, find error, find error")
    );
    assert_eq!(retries(&recorded), 1);
}

#[tool]
fn log_in(#[sensitivity(internal)] _name: &str, #[sensitivity(secret)] _word: &str) -> Failed {
    FAILED
}

#[test]
fn another_secret_is_another_call_and_is_recorded_nowhere() {
    #[agent]
    fn tries() {
        let _ = log_in("alice", "sesame");
        let _ = log_in("alice", "sesame2");
        let _ = log_in("alice", "sesame");
    }
    let recorded = record(tries);
    assert_eq!(retries(&recorded), 1);
    let all = format!("{:?} {:?}", recorded.spans(), recorded.snapshots());
    assert!(!all.contains("sesame"), "{all}");
}

#[tool(default = secret)]
fn search(_query: Query, _most: u32) -> Failed {
    FAILED
}

#[tool(default = secret)]
fn ping(_pool: &Pool) -> Failed {
    FAILED
}

#[test]
fn calls_of_which_nobody_can_tell_are_steps_and_no_retries() {
    #[agent]
    fn tries() {
        let _ = search(Query { text: "tea" }, 3);
        let _ = search(Query { text: "milk" }, 3);
        let _ = ping(&Pool);
        let _ = ping(&Pool);
    }
    let recorded = record(tries);
    assert_eq!(retries(&recorded), 0);
    let last = recorded.snapshots().last().expect("a step");
    let memory = last.memory.as_deref().unwrap_or_default();
    assert!(memory.starts_with("4 steps done"), "{memory}");
}
