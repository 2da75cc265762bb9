//! Work that an annotated function moves to another task or thread stays in its agent.

use agentscope_runtime as agentscope;

use agentscope::testing::{Recorded, record_async};
use agentscope::{JoinSet, agent, spawn, spawn_blocking, tool};
use tokio::task;

#[tool(default = internal)]
async fn search(word: &'static str) -> usize {
    word.len()
}

#[tool(default = internal)]
fn count(words: usize) -> usize {
    words
}

#[agent(default = internal)]
async fn by_full_path() -> usize {
    let found = tokio::spawn(search("one")).await.expect("no panic");
    let (also, more) = tokio::join!(
        ::tokio::task::spawn(async { search("three").await }),
        tokio::task::spawn_blocking(|| count(5)),
    );
    let thread = std::thread::spawn(move || count(found));
    thread.join().expect("no panic") + also.expect("no panic") + more.expect("no panic")
}

#[agent(default = internal)]
async fn by_helpers() -> usize {
    let mut set = JoinSet::new();
    set.spawn(search("one"));
    set.spawn_blocking(|| count(1));
    let mut sum = 0;
    while let Some(found) = set.join_next().await {
        sum += found.expect("no panic");
    }
    sum + spawn(search("two")).await.expect("no panic")
        + spawn_blocking(|| count(2)).await.expect("no panic")
}

#[agent(default = internal)]
async fn by_a_set_of_all() -> usize {
    let set: JoinSet<usize> = ["one", "three"].into_iter().map(search).collect();
    set.join_all().await.into_iter().sum()
}

/// A module in the body does not see what the body imports.
#[tool(default = internal)]
fn in_a_module_of_the_body() -> usize {
    mod inner {
        pub(super) fn work() -> usize {
            std::thread::spawn(|| 3).join().expect("no panic")
        }
    }
    inner::work()
}

/// A spawn of the body's own, which is no task of tokio.
#[agent(default = internal)]
async fn with_its_own_tokio() -> u32 {
    mod tokio {
        pub(super) fn spawn(n: u32) -> u32 {
            n
        }
    }
    tokio::spawn(7)
}

#[agent(default = internal, spawn = "off")]
async fn left_alone() -> usize {
    task::spawn(search("none")).await.expect("no panic");
    tokio::spawn(search("none")).await.expect("no panic")
}

/// The agents above the tool calls of a recording.
fn agents_of_tools<R>(recorded: &Recorded<R>) -> Vec<Option<&str>> {
    let parents = recorded.tools().into_iter().map(|tool| tool.parent);
    parents
        .map(|parent| parent.map(|place| recorded.spans()[place].name.as_str()))
        .collect()
}

#[tokio::test]
async fn spawns_by_full_path_keep_the_agent() {
    let recorded = record_async(by_full_path()).await;
    assert_eq!(recorded.result, 13);
    assert_eq!(agents_of_tools(&recorded), [Some("by_full_path"); 4]);
    recorded.assert_no_lost_steps();
}

#[tokio::test]
async fn the_helpers_keep_the_agent() {
    let recorded = record_async(by_helpers()).await;
    assert_eq!(recorded.result, 9);
    assert_eq!(agents_of_tools(&recorded), [Some("by_helpers"); 4]);
    recorded.assert_no_lost_steps();
}

#[tokio::test]
async fn a_set_that_is_collected_and_joined_keeps_the_agent() {
    let recorded = record_async(by_a_set_of_all()).await;
    assert_eq!(recorded.result, 8);
    assert_eq!(agents_of_tools(&recorded), [Some("by_a_set_of_all"); 2]);
    recorded.assert_no_lost_steps();
}

#[test]
fn a_module_of_the_body_may_spawn() {
    assert_eq!(in_a_module_of_the_body(), 3);
}

#[tokio::test]
async fn what_is_no_spawn_of_tokio_stays_as_it_is() {
    assert_eq!(with_its_own_tokio().await, 7);
    let recorded = record_async(left_alone()).await;
    assert_eq!(recorded.result, 4);
    assert!(recorded.tools().is_empty());
}
