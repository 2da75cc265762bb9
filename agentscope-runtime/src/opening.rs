//! Opens the spans of a call: finds its frame, opens a session where there is none, numbers the
//! step, and records the snapshot of the state before the call.

use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::Context;
use opentelemetry::global::{BoxedSpan, BoxedTracer};
use opentelemetry::trace::{
    Link, Span as _, SpanBuilder, SpanContext, SpanKind, TraceContextExt as _,
};

use crate::agent::agent_state::AgentState;
use crate::attributes::{self, INPUT, Opened};
use crate::capture::Capture;
use crate::frame::{self, Found, Frame};
use crate::hash::keyring::Hasher;
use crate::inference::decided::Asked;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::names;
use crate::privacy::content;
use crate::privacy::payload::{self, PayloadSide};
use crate::privacy::redacted::{Put, Redacted, attribute};
use crate::privacy::text::{TEXT_LIMIT, Text};
use crate::propagation::{self, RemoteContext, continued};
use crate::recording::Recording;
use crate::session::id;
use crate::session::identity::Stated;
use crate::session::own_session::{Described, OwnSession, open_session_span, start_session};
use crate::session::totals::Totals;
use crate::site::{KnownSite, Layer};
use crate::snapshot::level::{self, Level};
use crate::snapshot::moment::{Event, Moment, SpanIds};

/// A call that is about to open its span.
pub(crate) struct Opening {
    /// Context that the call's span nests under.
    parent: Context,
    place: Place,
    /// Span that was current where the frame had to be recovered.
    displaced: Option<Box<SpanContext>>,
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

/// In a frame, but for what is rare, which is large to move.
enum Place {
    Framed(Frame),
    /// A session span that this call has opened for itself.
    Own(Box<(BoxedTracer, Context)>),
    /// A session that came with a task from elsewhere.
    Continued(Box<OwnSession>),
}

impl Opening {
    /// `None` where nothing is recorded: telemetry is suppressed here or there is no provider.
    #[inline]
    pub(crate) fn begin(site: &'static KnownSite) -> Option<Self> {
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
                let displaced = Box::new(cx.span().span_context().clone());
                let parent = cx
                    .with_remote_span_context(frame.span().clone())
                    .with_value(frame.clone());
                (parent, Place::Framed(frame), Some(displaced))
            }
            Found::Nowhere => {
                let own = open_session_span(&cx, name(), Vec::new())?;
                (own.1.clone(), Place::Own(Box::new(own)), None)
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
            continued::Found::Opened(own) => (own.cx.clone(), Place::Continued(Box::new(own))),
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
            Place::Continued(own) => (own.frame(), Some(*own)),
            Place::Own(own) => {
                let (tracer, session_cx) = *own;
                let described = Described {
                    name,
                    id: None,
                    identity: Stated::default(),
                    limits: Limits::default(),
                };
                let own = start_session(tracer, session_cx, described);
                (own.frame(), Some(own))
            }
        };
        Placed {
            parent: self.parent,
            frame,
            own_session: own,
            displaced: self.displaced.map(|displaced| *displaced),
            stated_reason: self.stated_reason,
        }
    }

    /// By the key of the tenant, where that is known already.
    pub(crate) fn hasher(&self) -> Hasher {
        match &self.place {
            Place::Framed(frame) => frame.session.hasher().clone(),
            Place::Continued(own) => own.state.hasher().clone(),
            Place::Own(_) => Hasher::default(),
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
                frame.session.add_identity(capture.identity.take());
                (frame, None)
            }
            Place::Own(own) => {
                let (tracer, session_cx) = *own;
                let identity = capture.identity.take();
                let described = Described {
                    name: name.clone(),
                    id: None,
                    identity: identity.map(|identity| *identity).unwrap_or_default(),
                    limits: Limits::default(),
                };
                let own = start_session(tracer, session_cx, described);
                (own.frame(), Some(Box::new(own)))
            }
            Place::Continued(own) => {
                own.state.add_identity(capture.identity.take());
                (own.frame(), Some(own))
            }
        };
        let session = &frame.session;
        let is_entry = layer == Layer::Agent && frame.agent.is_none();
        if is_entry || own_session.is_some() {
            session.entered_with(&input);
        }
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
        if self.displaced.is_some() {
            attributes.put(names::FRAME, "recovered");
        }
        let builder = SpanBuilder {
            span_kind: Some(match layer {
                Layer::Inference | Layer::Delegation => SpanKind::Client,
                Layer::Session | Layer::Agent | Layer::Tool => SpanKind::Internal,
            }),
            name: attributes::span_name(&call, capture),
            start_time: Some(started),
            attributes: Some(attributes),
            events: None,
            links: links(frame.fan().join(), self.displaced),
        };
        let mut span = propagation::start(&session.tracer, builder, &self.parent);
        let ids = SpanIds::from(span.span_context());
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
            let payload = session.payload(ids, site, PayloadSide::Input, class, json);
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
        if session.has_ended() {
            // A call that outlives its session: to be found again at an orderly exit.
            frame::track(session);
        }
        let (reason, call_id) = match models {
            Some(models) => (reason.or(Some(models.reason)), models.id),
            None => (reason, None),
        };
        // Made where it will lie: it is large to move.
        let mut recording = Box::write(
            Box::new_uninit(),
            Recording {
                site,
                cx,
                span: ids,
                key,
                step,
                print,
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
            },
        );
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
                let is_retry = agent.is_some_and(|agent| agent.is_retry(self.call_print()));
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
            span: self.span,
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
        frame.lineage(),
        ledger,
        frame.session.situation(),
    );
    agent.is_entry = frame.agent.is_none();
    agent.tier = tier;
    agent.delegation = frame.delegation.clone();
    agent.answers = answers;
    let agent = Arc::new(agent);
    frame.session.add_agent(&agent);
    agent
}

/// Most spans have none.
fn links(joined: Vec<SpanContext>, displaced: Option<Box<SpanContext>>) -> Option<Vec<Link>> {
    if joined.is_empty() && displaced.is_none() {
        return None;
    }
    let displaced = displaced.map(|displaced| *displaced);
    let spans = joined.into_iter().chain(displaced);
    Some(spans.map(Link::with_context).collect())
}

/// The current context, if something may be recorded in it.
pub(crate) fn recording_context() -> Option<Context> {
    if !frame::thread_is_alive() {
        return None;
    }
    let cx = Context::current();
    (!cx.is_telemetry_suppressed()).then_some(cx)
}
