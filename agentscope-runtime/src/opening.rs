//! Opens the spans of a call: finds its frame, opens a session where there is none, numbers the
//! step, and records the snapshot of the state before the call.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::global::BoxedTracer;
use opentelemetry::trace::{
    Link, Span as _, SpanBuilder, SpanContext, SpanKind, TraceContextExt as _, Tracer as _,
};
use opentelemetry::{Context, InstrumentationScope, KeyValue, StringValue, global};

use crate::agent_state::{AgentState, CallPrint, TEXT_LIMIT};
use crate::capture::Capture;
use crate::frame::{self, Found, Frame};
use crate::id;
use crate::level::Level;
use crate::moment::{Event, Moment};
use crate::names;
use crate::recording::{OwnSession, Recording};
use crate::session_state::{Identity, SessionState};
use crate::site::{Layer, Site};
use crate::switch;
use crate::text::Text;

/// A call that is about to open its span.
pub(crate) struct Opening {
    pub(crate) capture: Capture,
    /// Context that the call's span nests under.
    parent: Context,
    place: Place,
    /// Span that was current where the frame had to be recovered.
    displaced: Option<SpanContext>,
    stated_reason: Option<Text>,
}

enum Place {
    Framed(Frame),
    /// A session span that this call has opened for itself.
    Own {
        tracer: BoxedTracer,
        session_cx: Context,
    },
}

impl Opening {
    /// `None` where nothing is recorded: telemetry is suppressed here or there is no provider.
    pub(crate) fn begin(site: &'static Site) -> Option<Self> {
        let cx = Context::current();
        if cx.is_telemetry_suppressed() {
            return None;
        }
        let (parent, place, displaced) = match frame::find(&cx, site.meta.layer == Layer::Agent) {
            Found::InContext(frame) => (cx, Place::Framed(frame), None),
            Found::Recovered(frame) => {
                let displaced = cx.span().span_context().clone();
                let parent = cx
                    .with_remote_span_context(frame.span().clone())
                    .with_value(frame.clone());
                (parent, Place::Framed(frame), Some(displaced))
            }
            Found::Nowhere => {
                let (tracer, session_cx) = open_session_span(&cx, site.meta.name.into())?;
                (session_cx.clone(), Place::Own { tracer, session_cx }, None)
            }
        };
        let stated_reason = frame::stated_reason();
        Some(Self {
            capture: Capture::new(site),
            parent,
            place,
            displaced,
            stated_reason,
        })
    }

    pub(crate) fn start(mut self) -> Box<Recording> {
        let site = self.capture.site;
        let started = SystemTime::now();
        let given_name = self.capture.name.take();
        let span_name = |operation: &str| match &given_name {
            Some(name) => Cow::Owned(format!("{operation} {name}")),
            None => Cow::Borrowed(site.meta.span_name),
        };
        let name = given_name.clone().unwrap_or_else(|| site.meta.name.into());
        let input = self.capture.input();
        let (mut frame, own_session) = match self.place {
            Place::Framed(frame) => (frame, None),
            Place::Own { tracer, session_cx } => {
                let identity = std::mem::take(&mut self.capture.identity);
                let session = start_session(
                    tracer,
                    session_cx,
                    identity,
                    None,
                    name.clone(),
                    input.as_deref(),
                );
                (
                    Frame {
                        session: session.state.clone(),
                        agent: None,
                    },
                    Some(session),
                )
            }
        };
        let session = frame.session.clone();
        let layer = site.meta.layer;
        let step = (layer == Layer::Tool).then(|| session.take_step());

        let mut attributes =
            common_attributes(&session, layer, step.or_else(|| session.latest_step()));
        attributes.push(KeyValue::new(names::FUNCTION_NAME, site.meta.function));
        attributes.append(&mut self.capture.attributes);
        let reason = self
            .stated_reason
            .or(self.capture.reason.take())
            .map(|text| text.redacted(TEXT_LIMIT));
        let mut call = None;
        let (span_name, kind) = match layer {
            Layer::Tool => {
                let agent = frame.agent.as_ref();
                tool_attributes(
                    &mut attributes,
                    &self.capture,
                    &name,
                    agent,
                    reason.as_ref(),
                );
                call = self.capture.print().map(|arguments| CallPrint {
                    tool: name.clone(),
                    arguments,
                });
                (span_name("execute_tool"), SpanKind::Internal)
            }
            Layer::Inference => (
                inference_attributes(&mut attributes, &self.capture),
                SpanKind::Client,
            ),
            Layer::Agent | Layer::Session => {
                agent_attributes(&mut attributes, site, &name);
                // Why the agent was asked; nobody expects a reason here, so none is not missing.
                if let Some(reason) = &reason {
                    attributes.push(KeyValue::new(names::CALL_REASON, reason.clone()));
                    attributes.push(KeyValue::new(names::CALL_REASON_SOURCE, "stated"));
                }
                (span_name("invoke_agent"), SpanKind::Internal)
            }
        };
        values_attributes(&mut attributes, layer, input.clone());
        if self.displaced.is_some() {
            attributes.push(KeyValue::new(names::FRAME, "recovered"));
        }

        let builder = SpanBuilder::from_name(span_name)
            .with_kind(kind)
            .with_start_time(started)
            .with_attributes(attributes);
        let builder = match self.displaced {
            Some(displaced) => builder.with_links(vec![Link::with_context(displaced)]),
            None => builder,
        };
        let mut span = session.tracer.build_with_context(builder, &self.parent);
        let span_context = span.span_context().clone();
        let opens_agent = layer == Layer::Agent;
        if opens_agent {
            let agent = Arc::new(AgentState::new(
                id::random_id64(),
                name.clone(),
                span_context.clone(),
                frame.agent.take(),
                self.capture.token_budget,
                self.capture.iteration_limit,
            ));
            span.set_attribute(KeyValue::new(names::AGENT_ID, agent.id.clone()));
            session.add_agent(&agent);
            frame.agent = Some(agent);
        } else if let Some(agent) = &frame.agent {
            span.set_attribute(KeyValue::new(names::AGENT_ID, agent.id.clone()));
        }
        let sampled = span_context.is_sampled();
        let mut cx = self.parent.with_span(span);
        if opens_agent || own_session.is_some() {
            cx = cx.with_value(frame.clone());
        }
        let key = session.open_span(cx.clone(), frame.agent.clone().filter(|_| opens_agent));

        let mut recording = Box::new(Recording {
            site,
            cx,
            span: span_context,
            sampled,
            key,
            step,
            name,
            reason,
            call,
            schema: self.capture.schema,
            model: self.capture.model,
            tally: self.capture.tally,
            started,
            now: started,
            worst: Level::Info,
            own_session,
            frame,
        });
        recording.opened(input);
        recording
    }
}

impl Recording {
    /// Counts the call and records the state before it.
    fn opened(&mut self, input: Option<String>) {
        let agent = self.frame.agent.clone();
        match self.site.meta.layer {
            Layer::Tool => {
                self.for_each_totals(crate::totals::Totals::add_tool_call);
                let is_retry = agent
                    .zip(self.call.as_ref())
                    .is_some_and(|(agent, call)| agent.is_retry(call));
                let event = if is_retry {
                    Event::warning(names::EVENT_TOOL_CALLED, Level::Warn, "retry")
                } else {
                    Event::new(names::EVENT_TOOL_CALLED, Level::Info)
                };
                self.snapshot(event);
            }
            Layer::Inference => {
                self.for_each_totals(crate::totals::Totals::add_inference_call);
                let exhausted = agent.and_then(|agent| agent.iterate());
                self.moment().exhausted(exhausted);
            }
            Layer::Agent | Layer::Session => {}
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

fn common_attributes(session: &SessionState, layer: Layer, step: Option<u32>) -> Vec<KeyValue> {
    let mut attributes = Vec::with_capacity(36);
    attributes.push(KeyValue::new(names::SESSION_ID, session.id.clone()));
    attributes.push(KeyValue::new(names::LAYER, layer.as_str()));
    attributes.extend(session.identity.attributes());
    attributes.extend(step.map(|step| KeyValue::new(names::STEP_INDEX, i64::from(step))));
    attributes
}

fn tool_attributes(
    attributes: &mut Vec<KeyValue>,
    capture: &Capture,
    name: &StringValue,
    agent: Option<&Arc<AgentState>>,
    reason: Option<&StringValue>,
) {
    let meta = &capture.site.meta;
    attributes.push(KeyValue::new(names::OPERATION_NAME, "execute_tool"));
    attributes.push(KeyValue::new(names::TOOL_NAME, name.clone()));
    attributes.push(KeyValue::new(names::TOOL_TYPE, "function"));
    if !meta.description.is_empty() {
        attributes.push(KeyValue::new(names::TOOL_DESCRIPTION, meta.description));
    }
    let effect = if meta.reads_only { "read" } else { "write" };
    attributes.push(KeyValue::new(names::TOOL_EFFECT, effect));
    attributes.extend(agent.map(|agent| KeyValue::new(names::AGENT_NAME, agent.name.clone())));
    let source = if reason.is_some() {
        "stated"
    } else {
        "missing"
    };
    attributes.push(KeyValue::new(names::CALL_REASON_SOURCE, source));
    attributes.extend(reason.map(|reason| KeyValue::new(names::CALL_REASON, reason.clone())));
    if let Some(schema) = &capture.schema {
        attributes.push(KeyValue::new(names::TOOL_SCHEMA_HASH, schema.hash.clone()));
        if !schema.opaque.is_empty() {
            let opaque: Vec<StringValue> =
                schema.opaque.iter().map(|name| (*name).into()).collect();
            attributes.push(KeyValue::new(
                names::TOOL_OPAQUE_ARGS,
                opentelemetry::Value::Array(opaque.into()),
            ));
        }
    }
    attributes.extend(
        capture
            .shape_hash()
            .map(|hash| KeyValue::new(names::TOOL_SHAPE_HASH, hash)),
    );
}

/// Adds the attributes of a model call and returns the name of its span.
fn inference_attributes(attributes: &mut Vec<KeyValue>, capture: &Capture) -> Cow<'static, str> {
    let operation = &capture.operation;
    attributes.push(KeyValue::new(names::OPERATION_NAME, operation.clone()));
    match &capture.model {
        Some(model) => {
            attributes.push(KeyValue::new(names::REQUEST_MODEL, model.clone()));
            format!("{operation} {model}").into()
        }
        None => operation.as_str().to_owned().into(),
    }
}

fn agent_attributes(attributes: &mut Vec<KeyValue>, site: &Site, name: &StringValue) {
    attributes.push(KeyValue::new(names::OPERATION_NAME, "invoke_agent"));
    attributes.push(KeyValue::new(names::AGENT_NAME, name.clone()));
    if !site.meta.description.is_empty() {
        attributes.push(KeyValue::new(
            names::AGENT_DESCRIPTION,
            site.meta.description,
        ));
    }
}

/// Backends read an inference span's content from its messages: it never has `input.value`.
fn values_attributes(attributes: &mut Vec<KeyValue>, layer: Layer, input: Option<String>) {
    if let (Some(input), false) = (input, layer == Layer::Inference) {
        attributes.push(KeyValue::new(names::INPUT_VALUE, input));
        attributes.push(KeyValue::new(names::INPUT_MIME_TYPE, "application/json"));
    }
}

/// `None` if no provider is installed, or one that makes no valid spans.
fn open_session_span(parent: &Context, name: StringValue) -> Option<(BoxedTracer, Context)> {
    let scope = InstrumentationScope::builder(crate::SCOPE).with_version(env!("CARGO_PKG_VERSION"));
    let tracer = global::tracer_with_scope(scope.build());
    let builder = SpanBuilder::from_name(format!("invoke_workflow {name}"))
        .with_kind(SpanKind::Internal)
        .with_attributes([
            KeyValue::new(names::OPERATION_NAME, "invoke_workflow"),
            KeyValue::new(names::LAYER, Layer::Session.as_str()),
            KeyValue::new(names::SPAN_KIND, "CHAIN"),
        ]);
    let span = tracer.build_with_context(builder, parent);
    let context = span.span_context();
    // A no-op tracer hands back its parent's context.
    if !context.is_valid() || context == parent.span().span_context() {
        return None;
    }
    switch::provider_seen();
    Some((tracer, parent.with_span(span)))
}

fn start_session(
    tracer: BoxedTracer,
    session_cx: Context,
    identity: Identity,
    id: Option<StringValue>,
    name: StringValue,
    input: Option<&str>,
) -> OwnSession {
    let span = session_cx.span();
    let id = id.unwrap_or_else(id::random_id128);
    let mut attributes = vec![
        KeyValue::new(names::SESSION_ID, id.clone()),
        KeyValue::new(names::WORKFLOW_NAME, name.clone()),
    ];
    attributes.extend(identity.attributes());
    if let Some(input) = input {
        attributes.push(KeyValue::new(names::INPUT_VALUE, input.to_owned()));
        attributes.push(KeyValue::new(names::INPUT_MIME_TYPE, "application/json"));
    }
    span.set_attributes(attributes);
    span.update_name(format!("invoke_workflow {name}"));
    let state = SessionState::new(id, identity, span.span_context().clone(), tracer);
    let state = Arc::new(state);
    let key = state.open_span(session_cx.clone(), None);
    frame::track(&state);
    OwnSession {
        state,
        cx: session_cx,
        key,
    }
}

/// Opens an explicit session in the current context; `None` where nothing is recorded.
pub(crate) fn open_session(
    name: StringValue,
    id: Option<StringValue>,
    identity: Identity,
) -> Option<OwnSession> {
    if !switch::should_try() || Context::map_current(Context::is_telemetry_suppressed) {
        return None;
    }
    let (tracer, session_cx) = open_session_span(&Context::current(), name.clone())?;
    let mut session = start_session(tracer, session_cx, identity, id, name, None);
    let frame = Frame {
        session: session.state.clone(),
        agent: None,
    };
    session.cx = session.cx.with_value(frame);
    Some(session)
}
