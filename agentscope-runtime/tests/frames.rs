//! One unbroken parent chain through foreign spans, and frames that foreign code drops.

mod support;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use agentscope::{InCurrentAgent as _, agent, tool};
use agentscope_runtime as agentscope;
use opentelemetry::trace::{TraceContextExt as _, Tracer as _, TracerProvider as _};
use support::{Recorder, chain, named, recorder, text};
use tracing::Instrument as _;
use tracing_subscriber::layer::SubscriberExt as _;

/// Counts the warnings of target `agentscope`.
struct Warnings(Arc<AtomicU32>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Warnings {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        let metadata = event.metadata();
        if metadata.target() == "agentscope" && *metadata.level() == tracing::Level::WARN {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

static WARNINGS: LazyLock<Arc<AtomicU32>> = LazyLock::new(Arc::default);

/// tracing-opentelemetry's default layer, as an application would have it.
fn traced() -> &'static Recorder {
    static ONCE: std::sync::Once = std::sync::Once::new();
    let recorder = recorder();
    ONCE.call_once(|| {
        let layer =
            tracing_opentelemetry::layer().with_tracer(recorder.provider.tracer("application"));
        let subscriber = tracing_subscriber::registry()
            .with(layer)
            .with(Warnings(WARNINGS.clone()));
        tracing::subscriber::set_global_default(subscriber).expect("the first subscriber");
    });
    recorder
}

#[tool(default = internal)]
async fn look(task: &str) -> usize {
    let tracer = opentelemetry::global::tracer("application");
    let span = tracer.start("raw");
    let cx = opentelemetry::Context::current_with_span(span);
    let _entered = cx.attach();
    task.len()
}

#[agent(task = task, default = internal)]
async fn outer(task: &str) {
    look(task).instrument(tracing::info_span!("between")).await;
}

#[tokio::test]
async fn spans_of_tracing_and_of_ours_nest_in_one_chain_both_ways() {
    let recorder = traced();
    outer("chain")
        .instrument(tracing::info_span!("request"))
        .await;
    let spans = recorder.spans();
    let agent = spans
        .iter()
        .find(|span| text(span, "agentscope.task.id").as_deref() == Some("chain"));
    let trace = agent.expect("the agent").span_context.trace_id();
    let spans: Vec<_> = spans
        .into_iter()
        .filter(|span| span.span_context.trace_id() == trace)
        .collect();
    assert_eq!(
        chain(&spans, "raw"),
        [
            "raw",
            "execute_tool look",
            "between",
            "invoke_agent outer",
            "invoke_workflow outer",
            "request"
        ]
    );
}

#[agent(task = task, default = internal)]
async fn loses(task: &str, foreign: tracing::Span) {
    match task {
        "in_current_span" => {
            // Made outside, so its future carries the outer span into the agent.
            look(task).instrument(foreign).await;
        }
        "in_scope" => drop(foreign.in_scope(|| look_now(task))),
        "entered" => {
            let _entered = foreign.enter();
            look_now(task);
        }
        "spawned" => {
            tokio::spawn(look("spawned").instrument(foreign))
                .await
                .expect("no panic");
        }
        "kept" => {
            let look = look("kept").in_current_agent();
            tokio::spawn(look.instrument(foreign))
                .await
                .expect("no panic");
        }
        other => unreachable!("{other}"),
    }
}

#[tool(default = internal, name = "look")]
fn look_now(task: &str) -> usize {
    task.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_that_foreign_code_drops_is_found_again_marked_and_warned_of_once() {
    let recorder = traced();
    for task in ["in_current_span", "in_scope", "entered", "spawned"] {
        let request = tracing::info_span!("outer request");
        let foreign = request.in_scope(|| tracing::info_span!("made before the agent"));
        loses(task, foreign).instrument(request).await;
        let spans = recorder.task(task);
        let look = named(&spans, "execute_tool look");
        assert_eq!(
            text(look, "agentscope.frame").as_deref(),
            Some("recovered"),
            "{task}"
        );
        assert_eq!(look.links.len(), 1, "{task}: the displaced span is linked");
        assert_eq!(
            look.parent_span_id,
            named(&spans, "invoke_agent loses").span_context.span_id(),
            "{task}"
        );
        assert_eq!(
            text(look, "session.id"),
            text(named(&spans, "invoke_agent loses"), "session.id"),
            "{task}"
        );
    }
    loses("kept", tracing::info_span!("foreign")).await;
    let spans = recorder.task("kept");
    let look = named(&spans, "execute_tool look");
    assert_eq!(
        text(look, "agentscope.frame"),
        None,
        "in_current_agent is the cure"
    );
    assert_eq!(WARNINGS.load(Ordering::Relaxed), 1, "one warning a process");
}

#[tool(default = internal)]
fn detached(task: &str) -> usize {
    task.len()
}

#[agent(task = task, default = internal)]
async fn detaches(task: &str) {
    let _root = opentelemetry::Context::new().attach();
    detached(task);
}

#[tokio::test]
async fn a_context_that_was_emptied_on_purpose_starts_a_new_session() {
    let recorder = traced();
    detaches("on purpose").await;
    let spans = recorder.spans();
    let detached = named(&spans, "execute_tool detached");
    assert_eq!(text(detached, "agentscope.task.id"), None);
    assert_eq!(text(detached, "agentscope.frame"), None);
}

#[tokio::test]
async fn nothing_is_recorded_where_telemetry_is_suppressed() {
    let recorder = traced();
    let suppressed = opentelemetry::Context::enter_telemetry_suppressed_scope();
    let silent = detached("suppressed");
    drop(suppressed);
    assert_eq!(silent, "suppressed".len());
    let shown = |span: &opentelemetry_sdk::trace::SpanData| format!("{:?}", span.attributes);
    assert!(
        !recorder
            .spans()
            .iter()
            .any(|span| shown(span).contains("suppressed\""))
    );
    assert!(opentelemetry::Context::map_current(
        |cx| !cx.has_active_span()
    ));
}
