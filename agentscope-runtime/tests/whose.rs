//! Who may say whose session it is, and how it went.

mod support;

use agentscope::{Session, agent, tool};
use agentscope_runtime as agentscope;
use opentelemetry::Context;
use opentelemetry::trace::{
    FutureExt as _, SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use support::{named, outcome, recorder, text};

#[agent(default = internal, task = task, user = "alice", tenant = "acme")]
async fn answers(task: &str) -> usize {
    task.len()
}

#[tokio::test]
async fn an_agent_says_whose_session_it_is_where_the_session_does_not() {
    let recorder = recorder();
    let run = Session::builder().tenant("told").run(answers("whose"));
    run.await;
    let spans = recorder.task("whose");
    for name in ["invoke_agent answers", "invoke_workflow session"] {
        let span = named(&spans, name);
        assert_eq!(
            text(span, "agentscope.tenant.id").as_deref(),
            Some("told"),
            "{name}"
        );
        assert!(
            text(span, "enduser.pseudo.id").is_some_and(|user| !user.contains("alice")),
            "{name}"
        );
    }
}

#[agent(default = internal, task = "retried")]
fn succeeds(attempt: u32) -> Result<(), std::fmt::Error> {
    if attempt == 0 {
        Err(std::fmt::Error)
    } else {
        Ok(())
    }
}

#[test]
fn a_session_whose_agent_succeeds_at_a_further_attempt_has_not_failed() {
    let recorder = recorder();
    Session::builder().name("retried").run_sync(|| {
        succeeds(0).expect_err("the first attempt");
        succeeds(1).expect("the second");
    });
    let spans = recorder.task("retried");
    let session = named(&spans, "invoke_workflow retried");
    assert_eq!(outcome(session), "ok");
    assert_eq!(
        text(session, "agentscope.session.verdict").as_deref(),
        Some("unknown")
    );
}

#[agent(default = internal, task = "overruled")]
fn fails() -> Result<(), std::fmt::Error> {
    Err(std::fmt::Error)
}

// The source is the application's to choose: it may be called as one of our rules is.
#[test]
fn the_applications_word_wins_over_a_rule_whatever_its_source_is_called() {
    let recorder = recorder();
    Session::builder().name("overruled").run_sync(|| {
        fails().expect_err("it fails");
        Session::verdict(agentscope::Verdict::Success, "guardrail");
    });
    let spans = recorder.task("overruled");
    let session = named(&spans, "invoke_workflow overruled");
    assert_eq!(
        text(session, "agentscope.session.verdict").as_deref(),
        Some("success")
    );
}

#[tool(default = internal)]
async fn works_for_another(_step: u32) {
    agentscope::memory("of another");
}

#[agent(default = secret, task = "of acme", tenant = "acme")]
async fn of_acme(another: Context) {
    works_for_another(1).with_context(another).await;
}

// The call that is polled here says nothing of whoever has put another trace into the context.
#[tokio::test]
async fn a_call_in_the_context_of_another_trace_is_not_of_the_tenant_around_it() {
    let recorder = recorder();
    let (trace, span) = (TraceId::from(0xa1), SpanId::from(0xa2));
    let remote = SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::NONE);
    of_acme(Context::new().with_remote_span_context(remote)).await;
    let spans = recorder.spans();
    let call = named(&spans, "execute_tool works_for_another");
    assert_eq!(call.span_context.trace_id(), trace);
    assert_eq!(text(call, "agentscope.tenant.id"), None);
    assert_eq!(text(call, "agentscope.frame"), None);
}
