//! Many at once, one that outlives, one that comes back to where it was, one that is delivered again.

mod support;

#[path = "support/elsewhere.rs"]
mod elsewhere;

use agentscope::propagation::{Envelope, RemoteContext, Reply};
use agentscope::{Level, Outcome, Session, agent, delegate, tool};
use agentscope_runtime as agentscope;
use elsewhere::elsewhere;
use futures_util::future::join_all;
use opentelemetry::trace::{SpanId, SpanKind};
use opentelemetry_sdk::trace::SpanData;
use support::{int, is_error, named, outcome, recorder, text, value};

#[tool(default = internal)]
fn look_up(order: u32) -> u32 {
    order
}

#[agent(context = context, default = internal)]
fn worker(#[sensitivity(secret)] context: &RemoteContext, order: u32) -> Option<u32> {
    Some(look_up(order))
}

fn delivered(sent: String, attempt: u32) -> Reply<u32> {
    let message = elsewhere(move || {
        let envelope: Envelope<u32> = serde_json::from_str(&sent).expect("an envelope");
        let envelope = envelope.attempt(attempt);
        let result = worker(&envelope.context(), *envelope.task());
        serde_json::to_string(&envelope.context().reply(result)).expect("data")
    });
    serde_json::from_str(&message).expect("a reply")
}

fn delegations<'a>(spans: &'a [SpanData], to: &str) -> Vec<&'a SpanData> {
    let name = format!("invoke_agent {to}");
    let is_it = |span: &&SpanData| span.name == name && span.span_kind == SpanKind::Client;
    spans.iter().filter(is_it).collect()
}

fn agents<'a>(spans: &'a [SpanData], of: &str) -> Vec<&'a SpanData> {
    let name = format!("invoke_agent {of}");
    let is_it = |span: &&SpanData| span.name == name && span.span_kind == SpanKind::Internal;
    spans.iter().filter(is_it).collect()
}

fn links(span: &SpanData) -> Vec<SpanId> {
    let links = span.links.iter();
    links.map(|link| link.span_context.span_id()).collect()
}

fn ids(spans: &[&SpanData]) -> Vec<SpanId> {
    spans
        .iter()
        .map(|span| span.span_context.span_id())
        .collect()
}

#[agent(default = internal)]
async fn part(order: u32) -> u32 {
    tokio::task::yield_now().await;
    order
}

#[agent(default = internal)]
async fn splits() -> u32 {
    let parts = (0..5).map(|order| delegate("part").run(part(order)));
    let sum = join_all(parts).await.into_iter().sum();
    look_up(sum);
    look_up(sum)
}

#[tokio::test]
async fn five_at_once_say_so_and_the_step_that_joins_them_is_linked_to_each() {
    let recorder = recorder();
    assert_eq!(Session::builder().task("F-1").run(splits()).await, 10);
    let spans = recorder.task("F-1");
    let parts = delegations(&spans, "part");
    assert_eq!(parts.len(), 5);
    for part in &parts {
        assert_eq!(int(part, "agentscope.delegation.fan_out"), Some(5));
        assert_eq!(links(part), []);
    }
    let steps: Vec<_> = spans
        .iter()
        .filter(|it| it.name == "execute_tool look_up")
        .collect();
    let (mut joined, mut expected) = (links(steps[0]), ids(&parts));
    joined.sort_by_key(|id| id.to_bytes());
    expected.sort_by_key(|id| id.to_bytes());
    assert_eq!(joined, expected);
    assert_eq!(links(steps[1]), [], "only the first");
}

#[test]
fn an_agent_that_takes_no_further_step_joins_them_itself() {
    let recorder = recorder();
    #[agent(default = internal)]
    fn sends() -> u32 {
        let handed: Vec<_> = (0..3).map(|_| delegate("worker").send()).collect();
        let answers = handed.into_iter().map(|handed| {
            let sent = serde_json::to_string(&handed.envelope(2)).expect("data");
            handed.answered(delivered(sent, 1)).expect("an answer")
        });
        answers.sum()
    }
    assert_eq!(Session::builder().task("F-2").run_sync(sends), 6);
    let spans = recorder.task("F-2");
    let workers = delegations(&spans, "worker");
    assert!(
        workers
            .iter()
            .all(|it| int(it, "agentscope.delegation.fan_out") == Some(3))
    );
    assert_eq!(links(agents(&spans, "sends")[0]), ids(&workers));
}

#[test]
fn in_mode_link_the_sub_agent_has_a_trace_of_its_own_in_the_same_session() {
    let recorder = recorder();
    #[agent(default = internal, user = "alice@example.com")]
    fn hands_over() -> String {
        let handed = delegate("worker").link().send();
        serde_json::to_string(&handed.envelope(7)).expect("data")
    }
    let sent = Session::builder()
        .id("s-F-3")
        .task("F-3")
        .run_sync(hands_over);
    // The agent that handed it over has long ended.
    delivered(sent, 1);
    let spans = recorder.task("F-3");
    let handed = delegations(&spans, "worker")[0];
    assert_eq!(outcome(handed), "ok");
    assert_eq!(
        text(handed, "agentscope.delegation.mode").as_deref(),
        Some("link")
    );
    let worker = agents(&spans, "worker")[0];
    assert_ne!(
        worker.span_context.trace_id(),
        handed.span_context.trace_id()
    );
    let session = spans
        .iter()
        .find(|it| it.span_context.span_id() == worker.parent_span_id);
    let session = session.expect("a session of its own");
    assert_eq!(session.name, "invoke_workflow worker");
    assert_eq!(session.parent_span_id, SpanId::INVALID);
    assert_eq!(links(session), [handed.span_context.span_id()]);
    let of_agent = agents(&spans, "hands_over")[0];
    for span in [session, worker] {
        assert_eq!(text(span, "session.id").as_deref(), Some("s-F-3"));
        assert_eq!(
            text(span, "enduser.pseudo.id"),
            text(of_agent, "enduser.pseudo.id")
        );
    }
    let step = named(&spans, "execute_tool look_up");
    assert_eq!(text(step, "agentscope.step.path").as_deref(), Some("0/0"));
}

#[test]
fn in_one_process_link_is_the_same() {
    let recorder = recorder();
    Session::builder().task("F-4").run_sync(|| {
        delegate("clerk").link().run_sync(|| look_up(1));
    });
    let spans = recorder.task("F-4");
    let handed = delegations(&spans, "clerk")[0];
    let session = named(&spans, "invoke_workflow clerk");
    assert_eq!(links(session), [handed.span_context.span_id()]);
    let step = named(&spans, "execute_tool look_up");
    assert_eq!(step.parent_span_id, session.span_context.span_id());
}

#[agent(name = name, default = internal)]
fn passes_on(name: &'static str, rest: &[&'static str]) {
    if let [next, rest @ ..] = rest {
        delegate(*next).run_sync(|| passes_on(next, rest));
    }
}

#[test]
fn a_task_that_comes_back_to_an_agent_is_noticed() {
    let recorder = recorder();
    Session::builder()
        .task("F-5")
        .run_sync(|| passes_on("A", &["B", "A"]));
    let spans = recorder.task("F-5");
    let cycles: Vec<_> = spans
        .iter()
        .filter(|it| value(it, "agentscope.delegation.cycle").is_some())
        .map(|it| (it.name.to_string(), it.span_kind.clone()))
        .collect();
    let name = "invoke_agent A".to_owned();
    assert_eq!(
        cycles,
        [(name.clone(), SpanKind::Internal), (name, SpanKind::Client)]
    );
    let snapshots = recorder.snapshots_of("F-5");
    let warned: Vec<_> = snapshots
        .iter()
        .filter(|it| it.level == Level::Warn)
        .collect();
    assert_eq!(warned.len(), 1);
    assert_eq!(warned[0].warning, Some("delegation_cycle"));
    assert_eq!(
        int(delegations(&spans, "A")[0], "agentscope.delegation.depth"),
        Some(2)
    );
}

#[test]
fn one_agent_after_the_other_is_no_cycle() {
    let recorder = recorder();
    Session::builder().task("F-6").run_sync(|| {
        passes_on("A", &["B"]);
        passes_on("B", &["A"]);
    });
    let snapshots = recorder.snapshots_of("F-6");
    assert!(snapshots.iter().all(|it| it.warning.is_none()));
}

#[test]
fn a_second_delivery_is_the_same_work_in_the_same_trace() {
    let recorder = recorder();
    Session::builder().task("F-7").run_sync(|| {
        let handed = delegate("worker").send();
        let sent = serde_json::to_string(&handed.envelope(7)).expect("data");
        let _lost = delivered(sent.clone(), 1);
        let reply = delivered(sent, 2);
        assert_eq!((reply.attempt(), reply.outcome()), (2, Outcome::Ok));
        assert_eq!(handed.answered(reply), Ok(7));
    });
    let spans = recorder.task("F-7");
    let worked = agents(&spans, "worker");
    let said = |key| worked.iter().map(|it| int(it, key)).collect::<Vec<_>>();
    assert_eq!(said("agentscope.delegation.attempt"), [Some(1), Some(2)]);
    let handed = delegations(&spans, "worker")[0];
    assert_eq!(int(handed, "agentscope.delegation.attempt"), Some(2));
    for agent in &worked {
        assert_eq!(agent.parent_span_id, handed.span_context.span_id());
        assert_eq!(text(agent, "agentscope.step.path").as_deref(), Some("0"));
    }
    let steps: Vec<_> = spans
        .iter()
        .filter(|it| it.name == "execute_tool look_up")
        .collect();
    for step in steps {
        assert_eq!(text(step, "agentscope.step.path").as_deref(), Some("0/0"));
    }
    let snapshots = recorder.snapshots_of("F-7");
    let warned: Vec<_> = snapshots.iter().filter(|it| it.warning.is_some()).collect();
    assert_eq!(warned.len(), 1);
    assert_eq!(
        (warned[0].warning, warned[0].level),
        (Some("redelivered"), Level::Warn)
    );
}

#[test]
fn two_agents_that_work_on_one_delivery_count_their_steps_together() {
    let recorder = recorder();
    Session::builder().task("F-8").run_sync(|| {
        let handed = delegate("workers").send();
        let context = handed.context();
        worker(&context, 1);
        worker(&context, 2);
        context.run_sync(|| {
            look_up(3);
            worker(&context, 4);
        });
        let reply = serde_json::to_string(&context.reply(Some(()))).expect("JSON");
        // A result without a value is one all the same.
        let reply: Reply<()> = serde_json::from_str(&reply).expect("a reply");
        assert!(handed.answered(reply).is_ok());
    });
    let spans = recorder.task("F-8");
    let paths: Vec<_> = spans
        .iter()
        .filter(|it| it.name == "execute_tool look_up")
        .filter_map(|it| text(it, "agentscope.step.path"))
        .collect();
    assert_eq!(paths, ["0/0", "0/1", "0/2", "0/3"]);
    let handed = delegations(&spans, "workers")[0];
    assert_eq!(int(handed, "agentscope.agent.tool_calls"), Some(4));
}

#[test]
fn a_sub_agent_that_panics_ends_its_delegation_so_here_and_elsewhere() {
    let recorder = recorder();
    #[agent(default = internal)]
    fn panics() -> u32 {
        panic!("on purpose")
    }
    let here = std::panic::catch_unwind(|| {
        Session::builder()
            .task("F-9")
            .run_sync(|| delegate("panics").run_sync(panics))
    });
    assert!(here.is_err());
    #[agent(context = context, name = "elsewhere", default = internal)]
    fn panics_there(#[sensitivity(secret)] context: &RemoteContext) -> u32 {
        panic!("on purpose")
    }
    Session::builder().task("F-9").run_sync(|| {
        let handed = delegate("elsewhere").send();
        let context = handed.context();
        let reply = elsewhere(move || {
            let work = std::panic::AssertUnwindSafe(|| panics_there(&context));
            context.reply(std::panic::catch_unwind(work).ok())
        });
        let error = handed.answered(reply).expect_err("it has panicked");
        assert_eq!(error.outcome, Outcome::Panicked);
    });
    let spans = recorder.task("F-9");
    for target in ["panics", "elsewhere"] {
        let handed = delegations(&spans, target)[0];
        assert_eq!(
            (outcome(handed).as_str(), is_error(handed)),
            ("panicked", true)
        );
    }
}
