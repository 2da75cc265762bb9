//! What other libraries recorded of people's and models' words.
//!
//! Nobody has said of what class it is, so it counts as confidential, and of confidential values a
//! store shows a mask (see the table of `agentscope_runtime::policy`): the words
//! themselves go to the payload sink, if there is one, and the record keeps the reference to them.
//! The scrubber is a second net under that, for what is not known to hold words: names of things,
//! ids, and whatever attribute a library made up.

use std::borrow::Cow;

use agentscope_runtime::__private::payload::{identifier_of_others, put_of_others};
use agentscope_runtime::__private::scrub::scrub;
use agentscope_runtime::PayloadSide;
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use serde_json::Map;

use super::limits::Content;
use super::record::{Draft, Record};
use super::seen;
use crate::store::{SessionId, Tenant};

/// What the runtime's policy shows of a confidential value.
const MASK: &str = "[confidential]";

/// Hides what a record says, and gathers it for the payload sink.
#[derive(Default)]
pub(super) struct Concealed {
    /// Whether agentscope made the record, and redacted what stands under its own names.
    is_ours: bool,
    content: Content,
    input: Map<String, serde_json::Value>,
    output: Map<String, serde_json::Value>,
}

impl Concealed {
    pub(super) fn new(is_ours: bool, content: Content) -> Self {
        Self {
            is_ours,
            content,
            ..Self::default()
        }
    }

    /// Whether names in it pass the scrubber: not where agentscope made the record.
    pub(super) fn scrubs(&self) -> bool {
        !self.is_ours && self.content != Content::Recorded
    }

    /// Attributes of the record, or of a part of it, `place`.
    pub(super) fn attributes(&mut self, place: &str, attributes: &mut [KeyValue]) {
        for attribute in attributes {
            let key = attribute.key.as_str();
            let is_of_runtime = self.is_ours && place.is_empty();
            if is_of_runtime && seen::is_redacted_at_source(key) {
                continue;
            }
            if seen::is_content(attribute, is_of_runtime) {
                let name = format!("{place}{key}");
                self.hide(&name, attribute.value.as_mut());
            } else if self.scrubs() {
                scrub_text(&mut attribute.key);
                scrub_any(attribute.value.as_mut());
            }
        }
    }

    /// A value that may be anybody's words.
    pub(super) fn hide(&mut self, name: &str, value: Option<&mut AnyValue>) {
        let Some(value) = value.filter(|value| holds_words(value)) else {
            return;
        };
        match self.content {
            Content::Recorded => return,
            Content::Scrubbed => {
                let said = value.value.clone();
                self.keep(name, said.map_or(serde_json::Value::Null, json));
                return scrub_any(Some(value));
            }
            Content::Masked => {}
        }
        let mask = Value::StringValue(MASK.to_owned());
        let said = value
            .value
            .replace(mask)
            .map_or(serde_json::Value::Null, json);
        self.keep(name, said);
    }

    /// The same of a text.
    pub(super) fn hide_text(&mut self, name: &str, text: &mut String) {
        if self.content == Content::Scrubbed {
            self.keep(name, serde_json::Value::String(text.clone()));
            return scrub_text(text);
        }
        if !text.is_empty() && self.content == Content::Masked {
            let said = std::mem::replace(text, MASK.to_owned());
            self.keep(name, serde_json::Value::String(said));
        }
    }

    fn keep(&mut self, name: &str, said: serde_json::Value) {
        const OUT: [&str; 5] = ["output", "completion", "response", "result", "exception"];
        let side = match OUT.iter().any(|word| name.contains(word)) {
            true => &mut self.output,
            false => &mut self.input,
        };
        side.insert(name.to_owned(), said);
    }

    /// Takes it to the payload sink, and gives what telemetry may say of it.
    pub(super) fn put(self, session: &str, tenant: &str, trace: u128, span: u64) -> Vec<KeyValue> {
        let mut attributes = Vec::new();
        let ids = (TraceId::from(trace), SpanId::from(span));
        for (side, said) in [
            (PayloadSide::Input, self.input),
            (PayloadSide::Output, self.output),
        ] {
            if said.is_empty() {
                continue;
            }
            let json = serde_json::Value::Object(said).to_string();
            let told = put_of_others(&json, side, (session, tenant), ids);
            attributes.extend(told.into_iter().map(|it| KeyValue {
                key: it.key.as_str().to_owned(),
                value: Some(it.value.into()),
                key_strindex: 0,
            }));
        }
        attributes
    }
}

/// Numbers and flags are nobody's words.
fn holds_words(value: &AnyValue) -> bool {
    match &value.value {
        Some(Value::StringValue(text)) => !text.is_empty(),
        Some(Value::BytesValue(bytes)) => !bytes.is_empty(),
        Some(Value::ArrayValue(list)) => list.values.iter().any(holds_words),
        Some(Value::KvlistValue(map)) => !map.values.is_empty(),
        _ => false,
    }
}

fn json(value: Value) -> serde_json::Value {
    let of = |value: AnyValue| value.value.map_or(serde_json::Value::Null, json);
    match value {
        Value::StringValue(text) => text.into(),
        Value::BoolValue(flag) => flag.into(),
        Value::IntValue(number) => number.into(),
        Value::DoubleValue(number) => number.into(),
        Value::ArrayValue(list) => list.values.into_iter().map(of).collect(),
        Value::KvlistValue(map) => map
            .values
            .into_iter()
            .map(|it| (it.key, it.value.map_or(serde_json::Value::Null, of)))
            .collect(),
        Value::BytesValue(bytes) => bytes.into(),
        Value::StringValueStrindex(_) => serde_json::Value::Null,
    }
}

/// A session id that holds an address or the like becomes a keyed hash, in the record too: two that
/// differ go on differing, and what is exported is of the same session when it is read again.
pub(super) fn session<T: Record>(draft: &mut Draft<T>, tenant: &Tenant) {
    let Some(said) = &draft.session else { return };
    let Some(shown) = identifier_of_others(said.as_str(), tenant.as_str()) else {
        return;
    };
    for attribute in draft.record.attributes() {
        let value = attribute.value.as_mut().and_then(|it| it.value.as_mut());
        if let Some(Value::StringValue(text)) = value
            && text == said.as_str()
        {
            text.clone_from(&shown);
        }
    }
    draft.session = Some(SessionId::named(shown));
}

/// The second net.
pub(super) fn scrub_text(text: &mut String) {
    if let Cow::Owned(scrubbed) = scrub(text) {
        *text = scrubbed;
    }
}

fn scrub_any(value: Option<&mut AnyValue>) {
    match value.and_then(|value| value.value.as_mut()) {
        Some(Value::StringValue(text)) => scrub_text(text),
        Some(Value::ArrayValue(list)) => {
            list.values
                .iter_mut()
                .for_each(|item| scrub_any(Some(item)));
        }
        Some(Value::KvlistValue(map)) => scrub_all(&mut map.values),
        // Nothing can be found in bytes.
        Some(Value::BytesValue(bytes)) => {
            if let Ok(text) = std::str::from_utf8(bytes)
                && let Cow::Owned(scrubbed) = scrub(text)
            {
                *bytes = scrubbed.into_bytes();
            }
        }
        _ => {}
    }
}

/// Attributes of whoever made records that are not ours.
pub(super) fn scrub_all(attributes: &mut [KeyValue]) {
    for attribute in attributes {
        scrub_text(&mut attribute.key);
        scrub_any(attribute.value.as_mut());
    }
}
