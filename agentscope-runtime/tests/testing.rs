//! What belongs to a recording of the testing kit, and what it shows.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use agentscope::names::EVENT_TOOL_CALLED;
use agentscope::testing::{Recorded, record, record_async};
use agentscope::{
    InCurrentAgent as _, Layer, Level, Outcome, Session, Usage, Verdict, agent, because, inference,
    internal, note, pii, tool,
};
use agentscope_runtime as agentscope;
use opentelemetry::trace::{
    FutureExt, SpanContext, SpanId, TraceContextExt as _, TraceState, Tracer as _,
};

#[tool(default = internal)]
async fn search(word: &str) -> Vec<u32> {
    tokio::task::yield_now().await;
    if word.is_empty() { vec![] } else { vec![1] }
}

#[tool(default = internal)]
async fn read(page: u32) -> Result<u32, std::fmt::Error> {
    if page == 0 {
        Err(std::fmt::Error)
    } else {
        Ok(page)
    }
}

#[tool(default = internal)]
fn count(n: u32) -> u32 {
    n + 1
}

#[tool(default = internal)]
async fn stuck(page: u32) -> u32 {
    std::future::pending::<()>().await;
    page
}

#[agent(default = internal)]
async fn librarian(word: &str) -> Option<u32> {
    agentscope::goal("find the page");
    agentscope::memory("nothing found yet");
    let found = search(word).because("the catalogue knows all").await;
    agentscope::memory(internal(format!("{} found", found.len())));
    agentscope::belief(pii("Alice wrote it"));
    if read(0).await.is_err() {
        note(Level::SemanticWarn, internal("page 0 taken for a page"));
        let _ = read(0).await;
    }
    read(*found.first()?).await.ok()
}

fn names<R>(recorded: &Recorded<R>) -> Vec<&str> {
    let spans = recorded.spans().iter();
    spans.map(|span| span.span_name.as_str()).collect()
}

fn message(assert: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(assert)).expect_err("the assertion fails");
    *panic.downcast::<String>().expect("a message")
}

#[tokio::test]
async fn the_tree_tells_the_story_without_ids_and_times() {
    let tree = r#"
session 1 librarian  ok · verdict unknown (none)
└─ agent librarian  ok
   │ ! SEMANTIC_WARN "page 0 taken for a page"
   ├─ tool #0 search  ok
   │    why: "the catalogue knows all"
   │    memory: "nothing found yet"
   │    goal: "find the page"
   ├─ tool #1 read  error core::fmt::Error · result error
   │    memory: "1 found"
   │    belief: [hash 1]
   │    ! ERROR tool_error
   ├─ tool #2 read  error core::fmt::Error · result error
   │    ! WARN retry
   │    ! ERROR tool_error
   └─ tool #3 read  ok
"#;
    let recorded = record_async(librarian("whale")).await;
    let shown = recorded.tree();
    assert_eq!(shown, tree.trim_start());
    let again = record_async(librarian("whale")).await;
    assert_eq!(again.tree(), shown);
}

#[tokio::test]
async fn spans_and_snapshots_are_plain_data() {
    let recorded = record_async(librarian("")).await;
    let search = recorded.span("search");
    assert_eq!(search.layer, Some(Layer::Tool));
    assert_eq!(search.tool_status.as_deref(), Some("empty"));
    assert_eq!((search.step, search.outcome), (Some(0), Some(Outcome::Ok)));
    let parent = search.parent.map(|parent| &recorded.spans()[parent]);
    assert_eq!(parent.map(|agent| agent.layer), Some(Some(Layer::Agent)));
    assert_eq!(
        recorded.tools()[1].error_type.as_deref(),
        Some("core::fmt::Error")
    );
    let schema = search.attribute("agentscope.tool.schema.hash");
    assert!(schema.is_some_and(|hash| hash.as_str().starts_with("sha256:")));
    let mut snapshots = recorded.snapshots().iter();
    let called = snapshots.find(|snapshot| snapshot.event == EVENT_TOOL_CALLED);
    let snapshot = called.expect("the state before the call");
    assert_eq!(snapshot.goal.as_deref(), Some("find the page"));
    assert_eq!(
        (snapshot.tool.as_deref(), snapshot.step),
        (Some("search"), Some(0))
    );
    let of_search = snapshot
        .span
        .map(|span| recorded.spans()[span].name.as_str());
    assert_eq!(of_search, Some("search"));
    assert!(snapshot.attribute("session.id").is_some());
}

#[test]
fn recordings_on_parallel_threads_do_not_mix() {
    let words: Vec<String> = (0..8).map(|n| "x".repeat(n)).collect();
    std::thread::scope(|scope| {
        for word in &words {
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = { runtime }.build().expect("a runtime");
                for _ in 0..20 {
                    let recorded = runtime.block_on(record_async(librarian(word)));
                    let reads = if word.is_empty() { 2 } else { 3 };
                    assert_eq!(recorded.tools().len(), 1 + reads);
                    assert_eq!(recorded.spans().len(), 3 + reads);
                    recorded.assert_no_lost_steps();
                }
            });
        }
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spawned_tasks_and_threads_that_take_the_context_along_belong() {
    let recorded = record_async(Session::builder().name("job").run(async {
        let tasks = [1, 2, 3].map(|page| tokio::spawn(read(page).in_current_agent()));
        for task in tasks {
            task.await.expect("no panic").expect("a page");
        }
        let cx = opentelemetry::Context::current();
        let thread = std::thread::spawn(move || {
            let _cx = cx.attach();
            count(1)
        });
        thread.join().expect("no panic");
        librarian("").await
    }));
    let recorded = recorded.await;
    assert_eq!(
        recorded
            .spans()
            .iter()
            .filter(|span| span.parent.is_none())
            .count(),
        1
    );
    let steps: Vec<_> = recorded.tools().iter().map(|tool| tool.step).collect();
    assert_eq!(steps, (0..7).map(Some).collect::<Vec<_>>());
    assert_eq!(recorded.span("job").session, Some(0));
    recorded.assert_no_lost_steps();
}

#[tokio::test]
async fn agents_side_by_side_keep_their_own_sessions() {
    let recorded = record_async(async { tokio::join!(read(1), read(2)) }).await;
    let line = |n| format!("session {n} read  ok · verdict unknown (none)\n└─ tool #0 read  ok\n");
    assert_eq!(recorded.tree(), line(1) + &line(2), "as without the kit");
}

#[tokio::test]
async fn a_recording_starts_from_nothing_and_keeps_its_spans_to_itself() {
    #[agent(default = internal)]
    async fn tester(word: &str) -> Vec<String> {
        let inner = record_async(search(word)).await;
        names(&inner).into_iter().map(str::to_owned).collect()
    }
    let outer = record_async(tester("whale")).await;
    assert_eq!(
        outer.result,
        ["invoke_workflow search", "execute_tool search"]
    );
    assert_eq!(
        names(&outer),
        ["invoke_workflow tester", "invoke_agent tester"]
    );
    let counted = because("of the outer call", || record(|| count(1)));
    assert_eq!(counted.span("count").reason, None);
}

#[tokio::test]
async fn spans_of_others_stand_in_the_tree() {
    let recorded = record_async(async {
        let span = opentelemetry::global::tracer("application").start("GET /");
        let cx = opentelemetry::Context::current_with_span(span);
        FutureExt::with_context(read(1), cx.clone()).await.ok();
        cx.span().end();
    });
    let tree = "\
span GET /  ended
└─ session 1 read  ok · verdict unknown (none)
   └─ tool #0 read  ok
";
    assert_eq!(recorded.await.tree(), tree);
}

#[tokio::test]
async fn a_call_below_a_span_that_was_not_seen_stands_in_its_session() {
    let recorded = record_async(Session::builder().name("job").run(async {
        let cx = opentelemetry::Context::current();
        let session = cx.span().span_context().clone();
        let unseen = SpanContext::new(
            session.trace_id(),
            SpanId::from(7),
            session.trace_flags(),
            true,
            TraceState::NONE,
        );
        let cx = cx.with_remote_span_context(unseen);
        FutureExt::with_context(read(1), cx).await
    }));
    let tree = "\
session 1 job  ok · verdict unknown (none)
└─ tool #0 read  ok
";
    assert_eq!(recorded.await.tree(), tree);
}

#[tokio::test]
async fn a_panic_goes_on_and_leaves_nothing_behind() {
    #[tool(default = internal)]
    fn fragile(n: u32) -> u32 {
        assert!(n > 0, "fragile broke");
        n
    }
    let panic = catch_unwind(|| record(|| fragile(0)).result).expect_err("it goes on");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"fragile broke"));
    let recorded = record(|| (catch_unwind(|| fragile(0)).is_err(), fragile(1)));
    assert_eq!(recorded.result, (true, 1));
    recorded.assert_outcomes("fragile", &[Outcome::Panicked, Outcome::Ok]);
}

#[tokio::test]
async fn a_cancelled_call_and_a_cancelled_recording_end() {
    let patience = Duration::from_millis(5);
    let cancelled = tokio::time::timeout(patience, record_async(stuck(1))).await;
    assert!(cancelled.is_err());
    let recorded = record_async(async {
        let _ = tokio::time::timeout(patience, stuck(1)).await;
        let task = tokio::spawn(stuck(2).in_current_agent());
        tokio::task::yield_now().await;
        task.abort();
        let _ = task.await;
    });
    let recorded = recorded.await;
    recorded.assert_outcomes("stuck", &[Outcome::Cancelled, Outcome::Cancelled]);
    recorded.assert_no_lost_steps();
}

#[tokio::test]
async fn assertions_fail_with_what_was_expected_beside_what_happened() {
    let recorded = record_async(librarian("whale")).await;
    let outcomes = message(|| recorded.assert_outcome("read", Outcome::Ok));
    let table = "\
how `read` ended differs, first at call 0
       expected  actual
  > 0  ok        error
    1  ok        error
    2  ok        ok

recorded:
session 1 librarian";
    assert!(outcomes.starts_with(table), "{outcomes}");
    let verdict = message(|| recorded.assert_verdict(Verdict::Failure));
    let differs = "\
the verdict on session `librarian` differs
  expected: failure
    actual: unknown (none)

recorded:";
    assert!(verdict.starts_with(differs), "{verdict}");
    for vacuous in [
        message(|| recorded.assert_within_budget()),
        message(|| recorded.assert_outcome("refund", Outcome::Ok)),
        message(|| record(|| ()).assert_verdict(Verdict::Unknown)),
        message(|| drop(recorded.span("refund").name.clone())),
    ] {
        let known = [
            "no agent has",
            "`refund` was never called; recorded were `librarian`, `read`, `search`",
            "`refund` is no span",
            "there is no session",
        ];
        assert!(
            known.iter().any(|start| vacuous.starts_with(start)),
            "{vacuous}"
        );
    }
}

#[tokio::test]
async fn an_agent_that_still_runs_is_held_to_its_budget() {
    #[inference(
        provider = "test", default = internal,
        usage = |_reply| Usage { input_tokens: 30, ..Usage::default() }
    )]
    async fn think() {}
    #[agent(token_budget = 20, default = internal)]
    async fn runs_on() {
        think().await;
        std::future::pending().await
    }
    let recorded = record_async(async {
        tokio::spawn(runs_on().in_current_agent());
        tokio::task::yield_now().await;
    });
    let recorded = recorded.await;
    let message = message(|| recorded.assert_within_budget());
    assert!(
        message.contains("agent `runs_on` is 10 tokens over"),
        "{message}"
    );
    assert!(message.contains("agent runs_on  still open"), "{message}");
}

#[test]
fn a_failure_points_at_the_line_of_the_test() {
    use std::sync::Mutex;
    static PLACE: Mutex<Option<(String, u32)>> = Mutex::new(None);
    let thread = std::thread::current().id();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == thread {
            let place = info.location().map(|at| (at.file().to_owned(), at.line()));
            *PLACE.lock().expect("no panic") = place;
        }
        before(info);
    }));
    let recorded = record(|| ());
    let line = line!() + 1;
    message(|| recorded.assert_tool_sequence(&["search"]));
    let place = PLACE.lock().expect("no panic").take();
    assert_eq!(place, Some((file!().to_owned(), line)));
}
