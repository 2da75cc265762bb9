//! The attributes that a call's span opens with.

use std::borrow::Cow;
use std::cell::Cell;
use std::vec::Drain;

use opentelemetry::{KeyValue, Value};

use crate::agent::reasoning::ModelsCall;
use crate::capture::Capture;
use crate::frame::{Frame, Within};
use crate::names;
use crate::privacy::redacted::{Put, Redacted, Words, attribute};
use crate::propagation::path_of;
use crate::site::{Layer, Meta};

/// What is known of a call that is about to open its span.
pub(crate) struct Opened<'a> {
    pub(crate) name: &'a Redacted,
    /// The name, where `name = ..` made it at run time.
    pub(crate) given_name: Option<Redacted>,
    pub(crate) frame: &'a Frame,
    pub(crate) step: Option<u32>,
    pub(crate) reason: Option<&'a Redacted>,
    /// What it has from the inference that chose it.
    pub(crate) models: Option<&'a ModelsCall>,
}

/// Keys of a JSON value and of its type.
pub(crate) type JsonKeys = (&'static str, &'static str);
pub(crate) const INPUT: JsonKeys = (names::INPUT_VALUE, names::INPUT_MIME_TYPE);
pub(crate) const OUTPUT: JsonKeys = (names::OUTPUT_VALUE, names::OUTPUT_MIME_TYPE);

pub(crate) fn push_json(attributes: &mut Vec<KeyValue>, keys: JsonKeys, json: Redacted) {
    attributes.put(keys.0, json);
    push_word(attributes, keys.1, "application/json");
}

thread_local! {
    /// Room for attributes that are collected and then handed over, from one time to the next: those of
    /// the options of a call, and those that its span gets at its end.
    static ROOM: Cell<Vec<KeyValue>> = const { Cell::new(Vec::new()) };
}

/// An empty list to collect attributes in.
pub(crate) fn lend() -> Vec<KeyValue> {
    ROOM.try_with(Cell::take).unwrap_or_default()
}

/// Takes an empty list back.
pub(crate) fn keep(list: Vec<KeyValue>) {
    let _ = ROOM.try_with(|kept| kept.set(list));
}

/// Attributes on their way to a span.
///
/// Inlined, `next` is compiled to a copy in two parts, which the span then reads across their border:
/// the processor waits for both to be written, at every attribute.
pub(crate) struct OneByOne<'a>(pub(crate) Drain<'a, KeyValue>);

impl Iterator for OneByOne<'_> {
    type Item = KeyValue;

    #[inline(never)]
    fn next(&mut self) -> Option<KeyValue> {
        self.0.next()
    }
}

/// The semantic conventions fix how spans are called: `{operation} {name}`.
pub(crate) fn span_name(call: &Opened<'_>, capture: &Capture) -> Cow<'static, str> {
    let meta = &capture.site.meta;
    match (meta.layer, &call.given_name, &capture.model) {
        (Layer::Inference, _, Some(model)) => {
            let (operation, model) = (capture.operation.as_str(), model.as_str());
            let mut name = String::with_capacity(operation.len() + 1 + model.len());
            name.push_str(operation);
            name.push(' ');
            name.push_str(model);
            name.into()
        }
        (Layer::Inference, _, None) => capture.operation.as_str().to_owned().into(),
        (Layer::Tool, Some(name), _) => format!("execute_tool {name}").into(),
        (Layer::Agent | Layer::Session | Layer::Delegation, Some(name), _) => {
            format!("invoke_agent {name}").into()
        }
        (_, None, _) => meta.span_name.into(),
    }
}

/// A key and what it says, both in the code.
pub(crate) type Word = (&'static str, &'static str);

/// In one place: most attributes are such, and to write each where it belongs is more code than a call
/// finds room for in the processor's cache.
#[inline(never)]
pub(crate) fn push_word(attributes: &mut Vec<KeyValue>, key: &'static str, word: &'static str) {
    attributes.put(key, word);
}

/// What every span of a function says alike, but for its name where that is known at run time only.
pub(crate) fn words_of(meta: &Meta) -> Vec<Word> {
    let mut words = vec![
        (names::LAYER, meta.layer.as_str()),
        (names::FUNCTION_NAME, meta.function),
    ];
    match meta.layer {
        Layer::Tool => {
            words.push((names::OPERATION_NAME, "execute_tool"));
            words.push((names::TOOL_TYPE, "function"));
            words.push((names::TOOL_DESCRIPTION, meta.description));
            let effect = if meta.reads_only { "read" } else { "write" };
            words.push((names::TOOL_EFFECT, effect));
        }
        Layer::Agent | Layer::Session | Layer::Delegation => {
            words.push((names::OPERATION_NAME, "invoke_agent"));
            words.push((names::AGENT_DESCRIPTION, meta.description));
        }
        // Its operation is an option of its attribute.
        Layer::Inference => {}
    }
    words.retain(|(_, word)| !word.is_empty());
    words
}

pub(crate) fn of_call(call: &Opened<'_>, capture: &mut Capture) -> Vec<KeyValue> {
    let Within { session, agent, .. } = &**call.frame;
    // Room for those that the span gets at its end too.
    let mut attributes = Vec::with_capacity(36);
    let words = capture.site.words.iter();
    attributes.extend(words.map(|(key, word)| attribute(key, *word)));
    attributes.put(names::SESSION_ID, session.id.clone());
    if let Some(step) = call.step.or_else(|| session.latest_step()) {
        attributes.put(names::STEP_INDEX, i64::from(step));
    }
    if let Some(step) = call.step {
        attributes.put(names::STEP_PATH, path_of(call.frame, step));
    }
    session.push_identity(&mut attributes);
    if !capture.attributes.is_empty() {
        attributes.append(&mut capture.attributes);
        keep(std::mem::take(&mut capture.attributes));
    }
    match capture.site.meta.layer {
        Layer::Tool => tool(&mut attributes, call, capture),
        Layer::Inference => inference(&mut attributes, capture),
        Layer::Agent | Layer::Session | Layer::Delegation => {
            entry(&mut attributes, call);
        }
    }
    if let (Some(agent), Layer::Tool | Layer::Inference) = (agent, capture.site.meta.layer) {
        attributes.put(names::AGENT_ID, agent.id.clone());
    }
    attributes
}

/// The tier of an agent: its own, among its attributes, else that of whoever delegated to it.
pub(crate) fn tier(attributes: &mut Vec<KeyValue>, frame: &Frame) -> Option<Redacted> {
    let mut known = attributes.iter();
    let own = known.find(|it| it.key.as_str() == names::AGENT_TIER);
    if let Some(Value::String(tier)) = own.map(|it| &it.value) {
        return Some(Redacted::shown(tier.clone()));
    }
    let outer = match &frame.agent {
        None => &frame.session.tier,
        Some(agent) if frame.delegation.is_some() => &agent.tier,
        Some(_) => return None,
    };
    let tier = outer.clone()?;
    attributes.put(names::AGENT_TIER, tier.clone());
    Some(tier)
}

fn tool(attributes: &mut Vec<KeyValue>, call: &Opened<'_>, capture: &mut Capture) {
    attributes.put(names::TOOL_NAME, call.name.clone());
    if let Some(agent) = &call.frame.agent {
        attributes.put(names::AGENT_NAME, agent.name.clone());
    }
    let (reason, source) = match (call.reason, call.models) {
        (Some(reason), _) => (Some(reason), "stated"),
        (None, Some(models)) => (Some(&models.reason), "model"),
        (None, None) => (None, "missing"),
    };
    attributes.extend(reason.map(|reason| attribute(names::CALL_REASON, reason.clone())));
    push_word(attributes, names::CALL_REASON_SOURCE, source);
    if let Some(models) = call.models {
        let decided_by = models.decided_by.clone();
        attributes.put(names::CALL_DECIDED_BY, decided_by);
        let id = models.id.clone();
        attributes.extend(id.map(|id| attribute(names::TOOL_CALL_ID, id)));
    }
    if let Some(schema) = &capture.schema {
        push_word(attributes, names::TOOL_SCHEMA_HASH, schema.hash);
        if !schema.opaque.is_empty() {
            let opaque = Words(schema.opaque.clone());
            attributes.put(names::TOOL_OPAQUE_ARGS, opaque);
        }
    }
    if let Some(hash) = capture.shape_hash() {
        attributes.put(names::TOOL_SHAPE_HASH, hash);
    }
}

fn inference(attributes: &mut Vec<KeyValue>, capture: &Capture) {
    attributes.put(names::OPERATION_NAME, capture.operation.clone());
    let provider = capture.provider.clone();
    attributes.extend(provider.map(|provider| attribute(names::PROVIDER_NAME, provider)));
    let model = capture.model.clone();
    attributes.extend(model.map(|model| attribute(names::REQUEST_MODEL, model)));
}

fn entry(attributes: &mut Vec<KeyValue>, call: &Opened<'_>) {
    attributes.put(names::AGENT_NAME, call.name.clone());
    // Why the agent was asked. Nobody expects a reason here, so none is not missing.
    if let Some(reason) = call.reason {
        attributes.put(names::CALL_REASON, reason.clone());
        attributes.put(names::CALL_REASON_SOURCE, "stated");
    }
}
