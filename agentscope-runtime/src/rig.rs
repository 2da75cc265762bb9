//! Make what rig's agents do part of the tree: their model calls are inferences, and each tool call
//! knows which of them chose it, and why.
//!
//! rig calls the model itself, so there is no function to annotate with
//! [`#[inference]`](macro@crate::inference). But it describes each call with a `tracing` span, and
//! [`layer`] makes an inference of that. The program's tools and the function that runs the agent
//! take [`#[tool]`](macro@crate::tool) and [`#[agent]`](macro@crate::agent) as everywhere.
//!
//! ```
//! # extern crate agentscope_runtime as agentscope;
//! use tracing_subscriber::layer::SubscriberExt as _;
//!
//! let subscriber = tracing_subscriber::registry().with(agentscope::rig::layer());
//! # let _ = subscriber;
//! ```
//!
//! Where the program sends `tracing` spans to OpenTelemetry too, rig's would stand there a second
//! time, without any class: [`adopts`] keeps them out.
//!
//! ```
//! # extern crate agentscope_runtime as agentscope;
//! use tracing_subscriber::Layer as _;
//! use tracing_subscriber::filter::filter_fn;
//! use tracing_subscriber::layer::SubscriberExt as _;
//!
//! # use opentelemetry::trace::TracerProvider as _;
//! # let tracer = opentelemetry_sdk::trace::SdkTracerProvider::default().tracer("app");
//! let theirs = tracing_opentelemetry::layer().with_tracer(tracer);
//! let subscriber = tracing_subscriber::registry()
//!     .with(theirs.with_filter(filter_fn(|span| !agentscope::rig::adopts(span))))
//!     .with(agentscope::rig::layer());
//! # let _ = subscriber;
//! ```
//!
//! rig's spans are of the level INFO, of targets that begin with `rig`: a filter of the whole registry
//! must let them through, or there are no inferences, no tokens and no cost. Filter single layers.
//!
//! What the model said, and so the reason of each tool call, is known where the rig agent was built
//! with `record_content_telemetry(true)`. It goes where the class of [`RigLayer::content`] lets it,
//! and nowhere else. Without that the reason says so, and everything else is there.

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::call;
use crate::frame::Frame;
use crate::in_agent::Carried;
use crate::inference::usage::Usage;
use crate::model::counts::Counts;
use crate::model::{InferenceRequest, InferenceResponse, ToolCall};
use crate::output::{Failure, Output};
use crate::privacy::class::{Class, Sensitivity};
use crate::privacy::redacted::Redacted;
use crate::privacy::text;
use crate::site::Site;
use crate::switch;

/// All model calls that rig makes: its own functions are not the program's.
static SITE: Site = Site::new("", "rig\0inference\0rig\0read\0\0\0");

/// In the context of an annotated inference: what rig says of a call inside is said by that already.
pub(crate) struct Asking;

/// Makes inferences of the model calls of rig's agents; see the [module](self).
pub fn layer() -> RigLayer {
    RigLayer {
        content: Class::Confidential,
    }
}

/// Whether a `tracing` span is one that [`layer`] makes its own of, or that an annotated function
/// stands for: rig's `invoke_agent`, `chat` and `execute_tool`.
///
/// For the filter of another layer; see the [module](self).
pub fn adopts(span: &Metadata<'_>) -> bool {
    let of_rig = span.target().starts_with("rig");
    of_rig && span.is_span() && span.fields().field("gen_ai.operation.name").is_some()
}

/// A layer for the program's `tracing` subscriber; made by [`layer`].
#[derive(Clone, Debug)]
pub struct RigLayer {
    content: Class,
}

impl RigLayer {
    /// The class of what the model says; [`Class::Confidential`] unless said otherwise.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::{Class, rig};
    /// let layer = rig::layer().content(Class::Internal); // the reasons of tool calls are shown
    /// # let _ = layer;
    /// ```
    pub fn content(mut self, class: Class) -> Self {
        self.content = class;
        self
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for RigLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        let metadata = attributes.metadata();
        if !adopts(metadata)
            || opentelemetry::Context::map_current(|cx| cx.get::<Asking>().is_some())
        {
            return;
        }
        let (Some(span), Some(carried)) = (ctx.span(id), Carried::of_current()) else {
            return;
        };
        let mut seen = Seen::new(carried);
        attributes.record(&mut seen);
        span.extensions_mut().insert(seen);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        let mut extensions = span.extensions_mut();
        if let Some(seen) = extensions.get_mut::<Seen>() {
            values.record(seen);
            seen.look_for_choice();
        }
    }

    fn on_close(&self, id: Id, ctx: Context<'_, S>) {
        let seen = ctx
            .span(&id)
            .and_then(|span| span.extensions_mut().remove::<Seen>());
        if let Some(seen) = seen.filter(Seen::is_inference) {
            seen.end(self.content);
        }
    }
}

/// What rig has said of one of its spans.
struct Seen {
    carried: Carried,
    began: SystemTime,
    operation: Option<String>,
    provider: Option<String>,
    asked_model: Option<String>,
    stream: Option<bool>,
    id: Option<String>,
    model: Option<String>,
    counts: Counts,
    /// The parts of the answer: content.
    parts: Vec<Value>,
    tool: Option<String>,
    call_id: Option<String>,
}

impl Seen {
    fn new(carried: Carried) -> Self {
        Self {
            carried,
            began: SystemTime::now(),
            operation: None,
            provider: None,
            asked_model: None,
            stream: None,
            id: None,
            model: None,
            counts: Counts::default(),
            parts: Vec::new(),
            tool: None,
            call_id: None,
        }
    }

    fn is_inference(&self) -> bool {
        let operation = self.operation.as_deref();
        operation.is_some_and(|it| !matches!(it, "invoke_agent" | "execute_tool"))
    }

    /// Rig is about to run a tool that nothing is known of: the model's words are not recorded.
    fn look_for_choice(&mut self) {
        let (Some(tool), Some(id)) = (&self.tool, self.call_id.take()) else {
            return;
        };
        let _entered = self.carried.enter();
        if let Some(frame) = Frame::of_current_context() {
            let id = text::identifier(id.into(), frame.session.hasher());
            frame.reasoning().chosen_unheard(tool, id);
        }
    }

    /// The call has ended: it is recorded whole, for only now its model is known.
    fn end(self, content: Class) {
        let _entered = self.carried.enter();
        let mut call = call::open_with(&SITE, switch::need(), |capture| {
            capture.began = Some(self.began);
            capture.operation(self.operation.as_deref());
            capture.provider(self.provider.as_deref());
            capture.parameters(&self);
        });
        if let Some(recording) = call.recording() {
            let span = Redacted::of_code(recording.span.span_id.to_string());
            recording.frame.reasoning().ended_unheard(span);
        }
        call.told(SITE.known(), &mut |output| {
            if self.is_answered() {
                self.fill(output, content);
                return None;
            }
            // What went wrong rig does not say.
            Some(Failure {
                error_type: Cow::Borrowed("_OTHER"),
                parts: None,
            })
        });
    }

    fn fill(&self, output: &mut Output, content: Class) {
        if let Some(text) = self.text() {
            output.values.value(Some(&Sensitivity::of(content)), &*text);
            output.structure(&*text);
        }
        output.answered(self);
        output.values.class = content;
    }

    fn is_answered(&self) -> bool {
        let says = self.id.is_some() || self.model.is_some() || self.usage().is_some();
        says || !self.parts.is_empty()
    }

    fn parts_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.parts.iter().filter(move |part| part["type"] == kind)
    }

    fn joined(&self, kind: &str) -> Option<Cow<'_, str>> {
        let texts = self
            .parts_of(kind)
            .filter_map(|part| part["content"].as_str());
        let text = texts.collect::<Vec<_>>().join("\n");
        (!text.is_empty()).then_some(Cow::Owned(text))
    }

    fn text_field(&mut self, field: &str, value: &str) {
        let place = match field {
            "gen_ai.operation.name" => &mut self.operation,
            "gen_ai.provider.name" => &mut self.provider,
            "gen_ai.request.model" => &mut self.asked_model,
            "gen_ai.response.id" => &mut self.id,
            "gen_ai.response.model" => &mut self.model,
            "gen_ai.tool.name" => &mut self.tool,
            "gen_ai.tool.call.id" => &mut self.call_id,
            "gen_ai.output.messages" => {
                let messages: Value = serde_json::from_str(value).unwrap_or_default();
                let messages = messages.as_array().cloned().unwrap_or_default();
                let parts = messages
                    .into_iter()
                    .filter_map(|mut it| match it["parts"].take() {
                        Value::Array(parts) => Some(parts),
                        _ => None,
                    });
                self.parts = parts.flatten().collect();
                return;
            }
            _ => return,
        };
        *place = Some(value.to_owned());
    }
}

impl Visit for Seen {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text_field(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        if field.name() == "gen_ai.request.stream" {
            self.stream = Some(value);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        let counts = &mut self.counts;
        let place = match field.name() {
            "gen_ai.usage.input_tokens" => &mut counts.input,
            "gen_ai.usage.output_tokens" => &mut counts.output,
            "gen_ai.usage.cache_read.input_tokens" => &mut counts.cache_read,
            "gen_ai.usage.cache_creation.input_tokens" => &mut counts.cache_write,
            "gen_ai.usage.reasoning_tokens" => &mut counts.reasoning,
            _ => return,
        };
        *place = Some(value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text_field(field.name(), &format!("{value:?}"));
    }
}

impl InferenceRequest for Seen {
    fn model(&self) -> Option<Cow<'_, str>> {
        self.asked_model.as_deref().map(Cow::Borrowed)
    }

    fn stream(&self) -> Option<bool> {
        self.stream
    }
}

impl InferenceResponse for Seen {
    fn id(&self) -> Option<Cow<'_, str>> {
        self.id.as_deref().map(Cow::Borrowed)
    }

    fn model(&self) -> Option<Cow<'_, str>> {
        self.model.as_deref().map(Cow::Borrowed)
    }

    fn usage(&self) -> Option<Usage> {
        self.counts.usage()
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        self.joined("text")
    }

    fn reasoning(&self) -> Option<Cow<'_, str>> {
        self.joined("reasoning")
    }

    fn tool_calls(&self) -> Vec<ToolCall<'_>> {
        let calls = self.parts_of("tool_call");
        let call = |part: &'_ Value| ToolCall {
            id: part["id"].as_str().map(|id| Cow::Owned(id.to_owned())),
            name: Cow::Owned(part["name"].as_str().unwrap_or_default().to_owned()),
            arguments: Cow::Owned(part["arguments"].to_string()),
        };
        calls.map(call).collect()
    }
}
