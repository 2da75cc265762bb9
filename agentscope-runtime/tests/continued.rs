//! Where the work on a task that came from elsewhere goes on.

mod support;

use std::collections::HashMap;

use agentscope::propagation::{RemoteContext, extract};
use agentscope::{Session, agent, delegate, tool};
use agentscope_runtime as agentscope;
use opentelemetry::Context;
use opentelemetry::trace::{
    SpanId, TraceContextExt as _, TraceId, Tracer as _, TracerProvider as _,
};
use support::{int, named, outcome, recorder, text};

fn from_headers(traceparent: &str, baggage: &str) -> RemoteContext {
    let headers = [("traceparent", traceparent), ("baggage", baggage)];
    let headers = headers.map(|(key, value)| (key.to_owned(), value.to_owned()));
    extract(&HashMap::from(headers))
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn traceparent(span: &str) -> String {
    format!("00-{TRACE}-{span}-01")
}

#[tool(default = internal)]
fn look_up() {}

#[agent(context = context, default = internal)]
fn answers(#[sensitivity(secret)] context: Option<&RemoteContext>) {
    look_up();
}

#[test]
fn without_a_delegation_the_session_goes_on_below_the_remote_span() {
    let recorder = recorder();
    let context = from_headers(
        &traceparent("00f067aa0ba902b7"),
        "session.id=s-C-1,agentscope.task.id=C-1,agentscope.agent.tier=gold",
    );
    answers(Some(&context.with_tenant("acme")));
    let spans = recorder.task("C-1");
    assert_eq!(spans.len(), 2, "no session span of its own");
    let agent = named(&spans, "invoke_agent answers");
    assert_eq!(agent.parent_span_id.to_string(), "00f067aa0ba902b7");
    assert_eq!(agent.span_context.trace_id().to_string(), TRACE);
    assert_eq!(
        text(agent, "agentscope.agent.tier").as_deref(),
        Some("gold")
    );
    assert_eq!(text(agent, "agentscope.tenant.id").as_deref(), Some("acme"));
    let step = named(&spans, "execute_tool look_up");
    assert_eq!(text(step, "session.id").as_deref(), Some("s-C-1"));
    assert_eq!(text(step, "agentscope.step.path").as_deref(), Some("0"));
    assert_eq!(int(step, "agentscope.delegation.depth"), None);
}

#[test]
fn without_a_session_one_begins_below_the_remote_span() {
    let recorder = recorder();
    let context = from_headers(&traceparent("00f067aa0ba902b8"), "agentscope.task.id=C-2");
    context.run_sync(look_up);
    let spans = recorder.task("C-2");
    let session = named(&spans, "invoke_workflow session");
    assert_eq!(session.parent_span_id.to_string(), "00f067aa0ba902b8");
    assert_eq!(outcome(session), "ok");
}

#[test]
fn what_was_refused_begins_a_trace_of_its_own_in_the_session_that_it_names() {
    let recorder = recorder();
    let context = from_headers("00-nonsense", "session.id=s-C-3,agentscope.task.id=C-3");
    Session::builder()
        .task("around")
        .run_sync(|| answers(Some(&context)));
    let spans = recorder.task("C-3");
    let session = named(&spans, "invoke_workflow answers");
    assert_eq!(session.parent_span_id, SpanId::INVALID);
    assert_eq!(text(session, "session.id").as_deref(), Some("s-C-3"));
}

#[test]
fn with_no_context_an_agent_is_one_as_any_other() {
    let recorder = recorder();
    Session::builder().task("C-4").run_sync(|| answers(None));
    let spans = recorder.task("C-4");
    let agent = named(&spans, "invoke_agent answers");
    let session = named(&spans, "invoke_workflow session");
    assert_eq!(agent.parent_span_id, session.span_context.span_id());
}

#[test]
fn a_span_that_the_server_has_opened_for_the_request_stays_in_between() {
    let recorder = recorder();
    let context = from_headers(
        &traceparent("00f067aa0ba902b9"),
        "session.id=s-C-5,agentscope.task.id=C-5",
    );
    let remote = Context::new().with_remote_span_context(context.span_context().clone());
    let server = recorder
        .provider
        .tracer("server")
        .start_with_context("POST /", &remote);
    let server = Context::new().with_span(server);
    let id = server.span().span_context().span_id();
    let attached = server.attach();
    answers(Some(&context));
    drop(attached);
    let spans = recorder.task("C-5");
    assert_eq!(named(&spans, "invoke_agent answers").parent_span_id, id);
}

// Two deliveries side by side in one process are of one trace: a call that has lost its frame must
// not be found in the other.
#[test]
fn a_lost_call_is_put_into_neither_of_two_tasks_of_one_trace() {
    let recorder = recorder();
    Session::builder().id("s-C-6").task("C-6").run_sync(|| {
        let [one, other] = ["one", "other"].map(|target| delegate(target).send());
        let both = [one.context(), other.context()];
        let lost = || {
            // Foreign code restores a context from before the agent, on another thread.
            let trace: TraceId = both[0].span_context().trace_id();
            let span = both[0].span_context().clone();
            assert_eq!(span.trace_id(), trace);
            std::thread::spawn(move || {
                let _foreign = Context::new().with_remote_span_context(span).attach();
                #[agent(name = "lost", task = "C-6 lost", default = internal)]
                fn lost() {}
                lost();
            })
            .join()
            .expect("no panic");
        };
        both[0].run_sync(|| both[1].run_sync(lost));
        drop((one, other));
    });
    let spans = recorder.task("C-6 lost");
    let session = named(&spans, "invoke_workflow lost");
    assert_ne!(text(session, "session.id").as_deref(), Some("s-C-6"));
}

#[test]
fn what_goes_on_here_is_cancelled_as_anything_else() {
    let recorder = recorder();
    let context = from_headers(
        &traceparent("00f067aa0ba902ba"),
        "session.id=s-C-7,agentscope.task.id=C-7",
    );
    #[agent(context = &context, default = internal)]
    async fn hangs(#[sensitivity(secret)] context: RemoteContext) {
        std::future::pending().await
    }
    let mut hanging = Box::pin(hangs(context));
    let waker = std::task::Waker::noop();
    let poll = hanging
        .as_mut()
        .poll(&mut std::task::Context::from_waker(waker));
    assert!(poll.is_pending());
    drop(hanging);
    let spans = recorder.task("C-7");
    assert_eq!(outcome(named(&spans, "invoke_agent hangs")), "cancelled");
}
