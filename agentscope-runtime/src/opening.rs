//! Opens the spans of a call: finds its frame, opens a session where there is none, numbers the
//! step, and records the snapshot of the state before the call.

use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::global::{BoxedSpan, BoxedTracer};
use opentelemetry::trace::{
    Link, Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, TraceContextExt as _, TraceFlags,
    TraceId, TraceState, Tracer as _,
};
use opentelemetry::{Context, InstrumentationScope, StringValue, global};

use crate::agent_state::{AgentState, CallPrint};
use crate::attributes::{self, INPUT, Opened};
use crate::capture::Capture;
use crate::content;
use crate::decided::Asked;
use crate::frame::{self, Found, Frame};
use crate::id;
use crate::identity::Stated;
use crate::keyring::Hasher;
use crate::ledger::Ledger;
use crate::level::{self, Level};
use crate::limits::Limits;
use crate::metered;
use crate::moment::{Event, Moment};
use crate::names;
use crate::payload::{self, PayloadSide};
use crate::propagation::{self, RemoteContext, continued};
use crate::recording::{OwnSession, Recording};
use crate::redacted::{Redacted, attribute};
use crate::session_state::SessionState;
use crate::site::{Layer, Site};
use crate::switch::{self, Need};
use crate::text::{self, TEXT_LIMIT, Text};
use crate::totals::Totals;

/// A call that is about to open its span.
pub(crate) struct Opening {
    /// Context that the call's span nests under.
    parent: Context,
    place: Place,
    /// Span that was current where the frame had to be recovered.
    displaced: Option<SpanContext>,
    stated_reason: Option<Text>,
}

/// Where what is no call of an annotated function opens.
pub(crate) struct Placed {
    pub(crate) parent: Context,
    pub(crate) frame: Frame,
    /// That was opened for it.
    pub(crate) own_session: Option<OwnSession>,
    pub(crate) displaced: Option<SpanContext>,
    pub(crate) stated_reason: Option<Text>,
}

enum Place {
    Framed(Frame),
    /// A session span that this call has opened for itself.
    Own {
        tracer: BoxedTracer,
        session_cx: Context,
    },
    /// A session that came with a task from elsewhere.
    Continued(OwnSession),
}

impl Opening {
    /// `None` where nothing is recorded: telemetry is suppressed here or there is no provider.
    #[inline]
    pub(crate) fn begin(site: &'static Site) -> Option<Self> {
        let is_agent = site.meta.layer == Layer::Agent;
        Self::find(is_agent, || Redacted::of_code(site.meta.name))
    }

    /// The same, where a session that is opened is called so.
    #[inline]
    pub(crate) fn find(is_agent: bool, name: impl FnOnce() -> Redacted) -> Option<Self> {
        let cx = recording_context()?;
        let (parent, place, displaced) = match frame::find(&cx, is_agent) {
            Found::InContext(frame) => (cx, Place::Framed(frame), None),
            Found::Recovered(frame) => {
                let displaced = cx.span().span_context().clone();
                let parent = cx
                    .with_remote_span_context(frame.span().clone())
                    .with_value(frame.clone());
                (parent, Place::Framed(frame), Some(displaced))
            }
            Found::Nowhere => {
                let (tracer, session_cx) = open_session_span(&cx, name(), Vec::new())?;
                (session_cx.clone(), Place::Own { tracer, session_cx }, None)
            }
        };
        let stated_reason = frame::stated_reason();
        Some(Self {
            parent,
            place,
            displaced,
            stated_reason,
        })
    }

    /// In the session that came with a task.
    pub(crate) fn of_remote(remote: &RemoteContext, name: Redacted) -> Option<Self> {
        let (parent, place) = match continued::find(remote, name)? {
            continued::Found::Here(cx, frame) => (cx, Place::Framed(frame)),
            continued::Found::Opened(own) => (own.cx.clone(), Place::Continued(own)),
        };
        let stated_reason = frame::stated_reason();
        Some(Self {
            parent,
            place,
            displaced: None,
            stated_reason,
        })
    }

    /// For what is no call of an annotated function.
    pub(crate) fn placed(self, name: Redacted) -> Placed {
        let (frame, own) = match self.place {
            Place::Framed(frame) => (frame, None),
            Place::Continued(own) => (own.frame(), Some(own)),
            Place::Own { tracer, session_cx } => {
                let described = Described {
                    name,
                    id: None,
                    identity: Stated::default(),
                    limits: Limits::default(),
                };
                let own = start_session(tracer, session_cx, described, None);
                (own.frame(), Some(own))
            }
        };
        Placed {
            parent: self.parent,
            frame,
            own_session: own,
            displaced: self.displaced,
            stated_reason: self.stated_reason,
        }
    }

    /// By the key of the tenant, where that is known already.
    pub(crate) fn hasher(&self) -> Hasher {
        match &self.place {
            Place::Framed(frame) => frame.session.hasher().clone(),
            Place::Continued(own) => own.state.hasher().clone(),
            Place::Own { .. } => Hasher::default(),
        }
    }

    pub(crate) fn start(self, capture: &mut Capture) -> Box<Recording> {
        let site = capture.site;
        let layer = site.meta.layer;
        let started = capture.began.unwrap_or_else(SystemTime::now);
        let given_name = capture.name.take();
        let code_name = || Redacted::of_code(site.meta.name);
        let name = given_name.clone().unwrap_or_else(code_name);
        // A prompt goes nowhere, whatever its class, unless the deployment asks for it.
        let content = content::capture();
        let (input, prompt) = match layer {
            Layer::Inference => {
                let is_wanted = content.is_wanted() && content::has_messages(&capture.operation);
                let prompt = is_wanted.then(|| capture.prompt()).flatten();
                (None, prompt)
            }
            Layer::Session | Layer::Agent | Layer::Tool | Layer::Delegation => {
                (capture.input(), None)
            }
        };
        let (frame, own_session) = match self.place {
            Place::Framed(frame) => {
                frame.session.add_identity(&mut capture.identity);
                if frame.session.has_ended() {
                    // A call that outlives its session: to be found again at an orderly exit.
                    frame::track(&frame.session);
                }
                (frame, None)
            }
            Place::Own { tracer, session_cx } => {
                let identity = std::mem::take(&mut capture.identity);
                let input = input.clone();
                let described = Described {
                    name: name.clone(),
                    id: None,
                    identity,
                    limits: Limits::default(),
                };
                let own = start_session(tracer, session_cx, described, input);
                (own.frame(), Some(own))
            }
            Place::Continued(own) => {
                own.state.add_identity(&mut capture.identity);
                (own.frame(), Some(own))
            }
        };
        let session = &frame.session;
        let step = (layer == Layer::Tool).then(|| session.take_step());
        let reason = self.stated_reason.or(capture.reason.take());
        let reason = reason.map(|text| text.redacted(TEXT_LIMIT, session.hasher()));
        let print = capture.print().filter(|_| layer == Layer::Tool);
        let models = match layer {
            Layer::Tool => frame.reasoning().take(name.as_str(), &site.meta, print),
            Layer::Session | Layer::Agent | Layer::Inference | Layer::Delegation => None,
        };
        let call = Opened {
            name: &name,
            given_name,
            frame: &frame,
            step,
            reason: reason.as_ref(),
            models: models.as_ref(),
        };
        let mut attributes = attributes::of_call(&call, capture);
        if let Some(prompt) = prompt.as_ref().filter(|_| content.on_spans) {
            attributes.extend(prompt.attributes());
        }
        // Nearly always the span is the only place that it goes to.
        let again = match level::level() <= Level::Debug {
            true => input.clone(),
            false => None,
        };
        if let Some(input) = input {
            attributes::push_json(&mut attributes, INPUT, input);
        }
        let answering = frame.to_answer().filter(|_| layer == Layer::Agent).cloned();
        if let Some(delegation) = &answering {
            delegation.push_attributes_of_agent(&name, &mut attributes);
        }
        let tier = (layer == Layer::Agent)
            .then(|| attributes::tier(&mut attributes, &frame))
            .flatten();
        let mut links: Vec<_> = frame.fan().join().into_iter().map(link).collect();
        links.extend(self.displaced.map(|displaced| {
            attributes.push(attribute(names::FRAME, "recovered"));
            link(displaced)
        }));
        let links = (!links.is_empty()).then_some(links);
        let builder = SpanBuilder {
            span_kind: Some(match layer {
                Layer::Inference | Layer::Delegation => SpanKind::Client,
                Layer::Session | Layer::Agent | Layer::Tool => SpanKind::Internal,
            }),
            name: attributes::span_name(&call, capture),
            start_time: Some(started),
            attributes: Some(attributes),
            events: None,
            links,
        };
        let mut span = propagation::start(&session.tracer, builder, &self.parent);
        let span_context = span.span_context().clone();
        let opened_agent = (layer == Layer::Agent).then(|| {
            let answers = answering.is_some();
            open_agent(&frame, &name, &mut span, capture.limits, tier, answers)
        });
        let frame = match &opened_agent {
            Some(agent) => Frame::new(frame.session.clone(), Some(agent.clone())),
            None => frame,
        };
        let session = &frame.session;
        let shown = capture.values.tally;
        if let Some((class, json)) = capture.payload() {
            let payload = session.payload(&span_context, site, PayloadSide::Input, class, json);
            span.set_attributes(payload::put(payload, shown, session.hasher()));
        }
        let mut cx = self.parent.with_span(span);
        if opened_agent.is_some() || own_session.is_some() {
            cx = propagation::enter(&cx, frame.clone());
        }
        #[cfg(feature = "rig")]
        if layer == Layer::Inference {
            cx = cx.with_value(crate::rig::Asking);
        }
        let key = session.open_span(cx.clone(), opened_agent);
        let (reason, call_id) = match models {
            Some(models) => (reason.or(Some(models.reason)), models.id),
            None => (reason, None),
        };
        let mut recording = Box::new(Recording {
            site,
            cx,
            sampled: span_context.is_sampled(),
            span: span_context,
            key,
            step,
            call: print.map(|arguments| CallPrint {
                tool: name.clone(),
                arguments,
            }),
            name,
            reason,
            call_id,
            schema: capture.schema,
            model: capture.model.take(),
            asked: (layer == Layer::Inference).then(|| Asked {
                operation: capture.operation.clone(),
                provider: capture.provider.take(),
                prompt: prompt.map(Box::new),
            }),
            tally: capture.values.tally,
            started,
            now: started,
            worst: Level::Info,
            own_session,
            error: None,
            refused: None,
            frame,
        });
        recording.opened(again);
        if let Some(delegation) = answering {
            recording.warn_of(&delegation);
        }
        recording
    }
}

impl Recording {
    /// Counts the call and records the state before it.
    fn opened(&mut self, input: Option<Redacted>) {
        match self.site.meta.layer {
            Layer::Tool => {
                self.for_each_totals(Totals::add_tool_call);
                let agent = self.frame.agent.as_ref();
                let is_retry = agent
                    .zip(self.call.as_ref())
                    .is_some_and(|(agent, call)| agent.is_retry(call));
                // What the code has said is not said again.
                let is_said = agent.is_some_and(|agent| agent.take_stated_retry());
                let event = if is_retry && !is_said {
                    Event::warning(names::EVENT_TOOL_CALLED, Level::Warn, "retry")
                } else {
                    Event::new(names::EVENT_TOOL_CALLED, Level::Info)
                };
                let event = match self.call_id.take() {
                    Some(id) => event.with(names::TOOL_CALL_ID, id),
                    None => event,
                };
                self.snapshot(event);
                self.look_at_clock();
            }
            Layer::Inference => {
                self.for_each_totals(Totals::add_inference_call);
                let agent = self.frame.agent.as_ref();
                agent.map(|agent| agent.take_stated_retry());
                self.admit();
            }
            Layer::Agent | Layer::Session | Layer::Delegation => {}
        }
        self.debug_values(names::INPUT_VALUE, input);
    }

    pub(crate) fn moment(&self) -> Moment<'_> {
        Moment {
            time: self.now,
            frame: &self.frame,
            span: &self.span,
            sampled: self.sampled,
            step: self.step,
        }
    }
}

/// What is known of an agent that opens with this span.
#[cold]
fn open_agent(
    frame: &Frame,
    name: &Redacted,
    span: &mut BoxedSpan,
    limits: Limits,
    tier: Option<Redacted>,
    answers: bool,
) -> Arc<AgentState> {
    let id = id::random_id64();
    span.set_attribute(attribute(names::AGENT_ID, id.clone()));
    let above = Some(frame.ledger().clone());
    let ledger = Ledger::new(Layer::Agent, name.clone(), limits, above);
    let mut agent = AgentState::new(
        id,
        name.clone(),
        span.span_context().clone(),
        frame.agent.clone(),
        ledger,
        frame.session.situation(),
    );
    agent.tier = tier;
    agent.delegation = frame.delegation.clone();
    agent.answers = answers;
    let agent = Arc::new(agent);
    frame.session.add_agent(&agent);
    agent
}

fn link(span: SpanContext) -> Link {
    Link::with_context(span)
}

/// The current context, if something may be recorded in it.
pub(crate) fn recording_context() -> Option<Context> {
    if !frame::thread_is_alive() {
        return None;
    }
    let cx = Context::current();
    (!cx.is_telemetry_suppressed()).then_some(cx)
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
        .with_links(links.into_iter().map(link).collect())
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

fn start_session(
    tracer: BoxedTracer,
    session_cx: Context,
    described: Described,
    input: Option<Redacted>,
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
    let own = own_session(state, session_cx.clone(), name);
    if let Some(input) = input {
        let mut attributes = Vec::with_capacity(2);
        attributes::push_json(&mut attributes, INPUT, input);
        span.set_attributes(attributes);
    }
    own
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
    Some(start_session(tracer, session_cx, described, None).with_frame())
}
