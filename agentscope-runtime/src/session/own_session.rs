//! Sessions that open with a call or where the application says so, and end with whoever holds them.

use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::global::BoxedTracer;
use opentelemetry::trace::{
    Link, Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, TraceContextExt as _, TraceFlags,
    TraceId, TraceState, Tracer as _,
};
use opentelemetry::{Context, InstrumentationScope, StringValue, global};

use crate::frame::{self, Frame};
use crate::hash::keyring::Hasher;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::metered;
use crate::names;
use crate::outcome::Ending;
use crate::privacy::redacted::{Redacted, attribute};
use crate::privacy::text;
use crate::propagation;
use crate::recording::Entered;
use crate::session::id;
use crate::session::identity::Stated;
use crate::session::session_state::{SessionState, SpanKey, end_span};
use crate::site::Layer;
use crate::switch::{self, Need};

/// A session that ends with whoever holds this.
pub(crate) struct OwnSession {
    pub(crate) state: Arc<SessionState>,
    pub(crate) cx: Context,
    /// `None` where it has no span here: it goes on below that of whoever sent the task.
    pub(crate) key: Option<SpanKey>,
    pub(crate) name: Redacted,
    pub(crate) started: SystemTime,
}

impl OwnSession {
    /// The frame of code that runs in the session but in no agent.
    pub(crate) fn frame(&self) -> Frame {
        Frame::new(self.state.clone(), None)
    }

    /// With its frame in its context.
    pub(crate) fn with_frame(mut self) -> Self {
        self.cx = propagation::enter(&self.cx, self.frame());
        self
    }

    pub(crate) fn enter(&self) -> Entered {
        Entered::new(&self.cx, Some(&self.frame()))
    }

    #[cold]
    pub(crate) fn end(self, ending: &Ending, time: SystemTime) {
        self.state.end();
        if self.key.is_some_and(|key| self.state.close_span(key)) {
            self.state.fan.join_at_end(&self.cx);
            let ending = self.state.ending(ending);
            self.measure(&ending, time);
            let attributes = self.state.closing_attributes(ending.outcome);
            end_span(&self.cx, &ending, attributes, time);
        }
        // Calls that outlive it are to be found at an orderly exit.
        frame::untrack_unless_open(&self.state);
    }
}

pub(crate) fn tracer() -> BoxedTracer {
    let scope = InstrumentationScope::builder(crate::SCOPE).with_version(env!("CARGO_PKG_VERSION"));
    global::tracer_with_scope(scope.build())
}

/// Asks for a provider with a span of a trace that nobody samples, so that none exports it. What the
/// span is; `None` where there is no provider.
pub(crate) fn probe(cx: &Context) -> Option<SpanContext> {
    let parent = SpanContext::new(
        TraceId::from(1),
        SpanId::from(1),
        TraceFlags::NOT_SAMPLED,
        true,
        TraceState::NONE,
    );
    let cx = cx.with_remote_span_context(parent.clone());
    let span = tracer().start_with_context("probe", &cx);
    let found = span.span_context().clone();
    // A no-op tracer hands back its parent's context.
    (found != parent).then_some(found)
}

/// `None` if no provider is installed, or one that makes no valid spans.
pub(crate) fn open_session_span(
    parent: &Context,
    name: Redacted,
    links: Vec<SpanContext>,
) -> Option<(BoxedTracer, Context)> {
    let tracer = tracer();
    let builder = SpanBuilder::from_name(format!("invoke_workflow {name}"))
        .with_kind(SpanKind::Internal)
        .with_links(links.into_iter().map(Link::with_context).collect())
        .with_attributes([
            attribute(names::OPERATION_NAME, "invoke_workflow"),
            attribute(names::LAYER, Layer::Session.as_str()),
            attribute(names::SPAN_KIND, "CHAIN"),
        ]);
    let span = propagation::start(&tracer, builder, parent);
    let context = span.span_context();
    // A no-op tracer hands back its parent's context.
    if !context.is_valid() || context == parent.span().span_context() {
        return None;
    }
    switch::provider_seen();
    Some((tracer, parent.with_span(span)))
}

/// What is known of a session that opens.
pub(crate) struct Described {
    pub(crate) name: Redacted,
    pub(crate) id: Option<StringValue>,
    pub(crate) identity: Stated,
    pub(crate) limits: Limits,
}

pub(crate) fn start_session(
    tracer: BoxedTracer,
    session_cx: Context,
    described: Described,
) -> OwnSession {
    let span = session_cx.span();
    let name = described.name;
    let identity = described.identity.redacted(&Hasher::default());
    let id = match described.id {
        Some(id) => text::identifier(id, &identity.hasher),
        None => id::random_id128(),
    };
    span.update_name(format!("invoke_workflow {name}"));
    // One inside another uses what that may use.
    let above = metered::nearest_in(&session_cx);
    let ledger = Ledger::new(Layer::Session, name.clone(), described.limits, above);
    let state = SessionState::new(id, identity, span.span_context().clone(), tracer, ledger);
    own_session(state, session_cx.clone(), name)
}

/// A session with a span of its own.
pub(crate) fn own_session(state: SessionState, cx: Context, name: Redacted) -> OwnSession {
    let mut attributes = vec![
        attribute(names::SESSION_ID, state.id.clone()),
        attribute(names::WORKFLOW_NAME, name.clone()),
    ];
    state.push_identity(&mut attributes);
    cx.span().set_attributes(attributes);
    let state = Arc::new(state);
    let key = state.open_span(cx.clone(), None);
    frame::track(&state);
    OwnSession {
        state,
        cx,
        key: Some(key),
        name,
        started: SystemTime::now(),
    }
}

/// Opens an explicit session in the current context; `None` where nothing is recorded.
pub(crate) fn open_session(described: Described) -> Option<OwnSession> {
    if switch::need() != Need::Record || Context::map_current(Context::is_telemetry_suppressed) {
        return None;
    }
    let name = described.name.clone();
    let (tracer, session_cx) = open_session_span(&Context::current(), name, Vec::new())?;
    Some(start_session(tracer, session_cx, described).with_frame())
}
