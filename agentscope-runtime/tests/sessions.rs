//! Many sessions on one runtime stay apart.

mod support;

#[path = "support/load.rs"]
mod load;

use std::collections::HashMap;

use load::{Dice, worker};
use support::{recorder, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_sessions_at_once_never_mix() {
    let recorder = recorder();
    load::silence_panics_on_purpose();
    let sessions: Vec<_> = (0..200)
        .map(|n| {
            tokio::spawn(async move {
                // A deterministic fate: what is mixed up must be the runtime's doing.
                worker(
                    &format!("one of {n}"),
                    &format!("tenant {n}"),
                    Dice(n + 1000),
                    20,
                )
                .await;
            })
        })
        .collect();
    for session in sessions {
        session.await.expect("the worker survives");
    }
    let mut session_of_task: HashMap<String, String> = HashMap::new();
    for span in recorder.spans() {
        let Some(task) =
            text(&span, "agentscope.task.id").filter(|task| task.starts_with("one of "))
        else {
            continue;
        };
        let session = text(&span, "session.id").expect("every span has a session");
        let known = session_of_task
            .entry(task.clone())
            .or_insert_with(|| session.clone());
        assert_eq!(
            *known, session,
            "a span of {task} carries another session's id"
        );
        assert_eq!(
            text(&span, "agentscope.tenant.id"),
            Some(task.replace("one of", "tenant"))
        );
    }
    assert_eq!(session_of_task.len(), 200);
    let tasks: HashMap<_, _> = session_of_task
        .iter()
        .map(|(task, session)| (session, task))
        .collect();
    assert_eq!(tasks.len(), 200, "no two tasks share a session");
    let mut seen = 0;
    for snapshot in recorder.snapshots() {
        let session = snapshot.situation.session_id.as_str().to_owned();
        if let Some(task) = tasks.get(&session) {
            assert_eq!(
                snapshot.situation.task.as_ref().map(|found| found.as_str()),
                Some(task.as_str())
            );
            seen += 1;
        }
    }
    assert!(seen > 200 * 10, "{seen} snapshots");
}
