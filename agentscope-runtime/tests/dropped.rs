//! Calls that destructors make of what is dropped before its end: they are made where it ran, but
//! for those of the future of an annotated function.

mod support;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use agentscope::{InCurrentAgent as _, Session, agent, delegate, tool};
use agentscope_runtime as agentscope;
use futures_core::Stream;
use opentelemetry_sdk::trace::SpanData;
use support::{named, recorder};

#[tool(default = internal)]
fn tidies_up() {}

struct Tidy;

impl Drop for Tidy {
    fn drop(&mut self) {
        tidies_up();
    }
}

async fn hangs() {
    let _tidy = Tidy;
    std::future::pending().await
}

#[agent(task = task, default = secret)]
fn streaming_agent(task: &str) -> impl Stream<Item = u32> + use<> {
    let tidy = Tidy;
    futures_util::stream::poll_fn(move |_| {
        let _ = &tidy;
        Poll::Ready(Some(1))
    })
}

#[agent(task = task, default = secret)]
fn iterating_agent(task: &str) -> impl Iterator<Item = u32> + use<> {
    let tidy = Tidy;
    std::iter::from_fn(move || {
        let _ = &tidy;
        Some(1)
    })
}

/// Polls once and drops, outside of everything.
fn cut_short(future: impl Future) {
    let mut future = pin!(future);
    let poll = future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll.is_pending());
}

fn parent_of_tidying(spans: &[SpanData]) -> &str {
    let tidies_up = named(spans, "execute_tool tidies_up");
    let parent = |span: &&SpanData| span.span_context.span_id() == tidies_up.parent_span_id;
    spans.iter().find(parent).map_or("none", |span| &span.name)
}

// Each began a session of its own.
#[test]
fn a_call_of_a_destructor_is_made_in_what_is_cut_short() {
    let recorder = recorder();
    Session::builder().run_sync(|| {
        let mut stream = Box::pin(streaming_agent("stream"));
        let polled = stream
            .as_mut()
            .poll_next(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_ready());
    });
    assert_eq!(iterating_agent("iterator").next(), Some(1));
    cut_short(Session::builder().name("s").task("session").run(hangs()));
    let delegated = async { delegate("d").run(hangs()).await };
    cut_short(Session::builder().task("delegation").run(delegated));
    #[agent(task = "spawned", default = secret)]
    fn spawns() -> impl FnOnce() + use<> {
        let spawned = Box::pin(hangs().in_current_agent());
        move || cut_short(spawned)
    }
    spawns()();
    for (task, parent) in [
        ("stream", "invoke_agent streaming_agent"),
        ("iterator", "invoke_agent iterating_agent"),
        ("session", "invoke_workflow s"),
        ("delegation", "invoke_agent d"),
        ("spawned", "invoke_agent spawns"),
    ] {
        let spans = recorder.task(task);
        assert_eq!(parent_of_tidying(&spans), parent, "{task}");
    }
}
