//! Each call ends with the outcome that it had, however it ended.

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use agentscope::{Outcome, agent, tool};
use agentscope_runtime as agentscope;
use futures_util::FutureExt as _;
use support::{is_error, named, outcome, recorder, text};

#[tool(default = internal)]
async fn never() {
    std::future::pending().await
}

#[tool(default = internal)]
async fn fails() -> Result<(), std::fmt::Error> {
    Err(std::fmt::Error)
}

#[tool(default = internal)]
fn panics() {
    panic!("on purpose");
}

#[tool(default = internal)]
async fn panics_later() {
    tokio::task::yield_now().await;
    panic!("on purpose");
}

#[agent(task = task, default = internal)]
async fn agent_that(task: &str) {
    match task {
        "times out" => drop(tokio::time::timeout(Duration::from_millis(1), never()).await),
        "fails" => drop(fails().await),
        "panics" => drop(catch_unwind(panics)),
        "panics later" => drop(AssertUnwindSafe(panics_later()).catch_unwind().await),
        "panics beside a tool" => {
            let mut tool = Box::pin(never());
            assert!(futures_util::poll!(&mut tool).is_pending());
            panic!("on purpose");
        }
        "aborts" => std::future::pending().await,
        other => unreachable!("{other}"),
    }
}

#[tokio::test]
async fn a_tool_ends_with_the_outcome_that_it_had() {
    let recorder = recorder();
    for (task, tool, expected, error_type) in [
        ("times out", "never", "cancelled", None),
        ("fails", "fails", "error", Some("core::fmt::Error")),
        ("panics", "panics", "panicked", Some("panic")),
        ("panics later", "panics_later", "panicked", Some("panic")),
    ] {
        agent_that(task).await;
        let spans = recorder.task(task);
        let tool = named(&spans, &format!("execute_tool {tool}"));
        assert_eq!(outcome(tool), expected, "{task}");
        assert_eq!(text(tool, "error.type").as_deref(), error_type, "{task}");
        assert_eq!(
            is_error(tool),
            error_type.is_some(),
            "{task}: a lost branch is no error"
        );
        assert_eq!(
            outcome(named(&spans, "invoke_agent agent_that")),
            "ok",
            "{task}"
        );
    }
}

#[tokio::test]
async fn a_tool_that_is_dropped_while_its_agent_panics_is_cancelled() {
    let recorder = recorder();
    let task = "panics beside a tool";
    let panicked = AssertUnwindSafe(agent_that(task)).catch_unwind().await;
    assert!(panicked.is_err());
    let spans = recorder.task(task);
    assert_eq!(outcome(named(&spans, "execute_tool never")), "cancelled");
    assert_eq!(
        outcome(named(&spans, "invoke_agent agent_that")),
        Outcome::Panicked.as_str()
    );
    let session = named(&spans, "invoke_workflow agent_that");
    assert_eq!(
        text(session, "agentscope.session.verdict").as_deref(),
        Some("failure")
    );
}

#[tokio::test]
async fn an_aborted_task_cancels_its_agent() {
    let recorder = recorder();
    let task = tokio::spawn(agent_that("aborts"));
    tokio::task::yield_now().await;
    task.abort();
    assert!(task.await.is_err_and(|error| error.is_cancelled()));
    let spans = recorder.task("aborts");
    assert_eq!(
        outcome(named(&spans, "invoke_agent agent_that")),
        "cancelled"
    );
}

#[tokio::test]
async fn a_future_that_is_never_polled_opens_nothing() {
    let recorder = recorder();
    drop(agent_that("never polled"));
    let of_task = |span: &_| text(span, "agentscope.task.id").as_deref() == Some("never polled");
    assert!(!recorder.spans().iter().any(of_task));
}

#[agent(default = internal)]
fn answer(question: &str) -> Result<String, std::fmt::Error> {
    match question {
        "nothing" => Err(std::fmt::Error),
        question => Ok(format!("about {question}")),
    }
}

#[test]
fn a_session_says_what_it_was_asked_first_and_what_came_of_it_last() {
    let recorder = recorder();
    for (task, questions, output) in [
        (
            "two turns",
            ["orders", "refunds"],
            Some("\"about refunds\""),
        ),
        ("a turn that fails", ["orders", "nothing"], None),
    ] {
        agentscope::Session::builder().task(task).run_sync(|| {
            let _answers = questions.map(answer);
        });
        let spans = recorder.task(task);
        let session = named(&spans, "invoke_workflow session");
        let shown = |key| text(session, key);
        assert_eq!(
            shown("input.value").as_deref(),
            Some("{\"question\":\"orders\"}"),
            "{task}"
        );
        assert_eq!(shown("output.value").as_deref(), output, "{task}");
    }
}

#[agent(default = secret)]
fn sign_in(_token: &str) {}

#[agent(default = internal)]
async fn hesitates(_question: &str) {
    std::future::pending().await
}

// All were so once: the input of a later agent, and beside a lost branch no output and `cancelled`.
#[tokio::test]
async fn a_session_shows_no_input_that_its_first_agent_hides_and_ends_as_who_wins_a_race() {
    let recorder = recorder();
    let race = async {
        sign_in("token");
        tokio::select! {
            biased;
            () = hesitates("orders") => {}
            _answer = async { answer("refunds") } => {}
        }
    };
    let session = agentscope::Session::builder().task("a race");
    session.run(race).await;
    let spans = recorder.task("a race");
    assert_eq!(
        outcome(named(&spans, "invoke_agent hesitates")),
        "cancelled"
    );
    let session = named(&spans, "invoke_workflow session");
    assert_eq!(outcome(session), "ok");
    assert_eq!(text(session, "input.value"), None);
    assert_eq!(
        text(session, "output.value").as_deref(),
        Some("\"about refunds\"")
    );
}

#[tokio::test]
async fn an_agent_that_is_given_up_after_another_has_ended_well_leaves_its_session_cancelled() {
    let recorder = recorder();
    let one_by_one = async {
        assert!(answer("refunds").is_ok());
        tokio::select! {
            biased;
            () = hesitates("orders") => {}
            () = tokio::task::yield_now() => {}
        }
    };
    let session = agentscope::Session::builder().task("one by one");
    session.run(one_by_one).await;
    let spans = recorder.task("one by one");
    let session = named(&spans, "invoke_workflow session");
    assert_eq!(outcome(session), "cancelled");
}
