//! What a backend needs beside the standard names: `AGENTSCOPE_PROFILE`.
//!
//! Most backends read spans as they are. A few have a view of their own that stays empty without an
//! attribute of their own; for these the exporting thread writes it beside the others, from what is
//! on the span already and therefore redacted. The runtime knows nothing of it.

use std::time::Duration;

use agentscope_runtime::names;
use opentelemetry::{Key, KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use crate::env;

pub(crate) const VARIABLE: &str = "AGENTSCOPE_PROFILE";

/// The attributes that a backend needs.
#[derive(Debug)]
pub(crate) struct Profile {
    name: &'static str,
    extras: &'static [Extra],
}

/// One attribute: what it is made of, where, and how.
#[derive(Debug)]
struct Extra {
    key: &'static str,
    from: &'static str,
    /// Only on spans of this layer.
    layer: Option<&'static str>,
    value: fn(&Value) -> Option<Value>,
}

const fn same(key: &'static str, from: &'static str) -> Extra {
    Extra {
        key,
        from,
        layer: None,
        value: |value| Some(value.clone()),
    }
}

const fn of(layer: &'static str, extra: Extra) -> Extra {
    Extra {
        layer: Some(layer),
        ..extra
    }
}

const fn made(key: &'static str, from: &'static str, value: fn(&Value) -> Option<Value>) -> Extra {
    Extra {
        value,
        ..same(key, from)
    }
}

/// Langfuse reads sessions, layers, models, tokens and messages as they are. Source:
/// `packages/shared/src/server/otel` of langfuse/langfuse, 2026-08-22.
const LANGFUSE: &[Extra] = &[
    same("langfuse.user.id", names::USER_HASH),
    // A time-out that we warn of has failed all the same.
    made("langfuse.observation.level", names::ERROR_TYPE, |_| {
        Some("ERROR".into())
    }),
    made("langfuse.observation.level", names::LEVEL, |level| {
        let word = match level.as_str().as_ref() {
            "TRACE" | "DEBUG" => "DEBUG",
            "WARN" | "SEMANTIC_WARN" => "WARNING",
            "ERROR" | "CRITICAL" => "ERROR",
            _ => "DEFAULT",
        };
        Some(word.into())
    }),
    same("langfuse.observation.status_message", names::ERROR_TYPE),
    // Else it computes the cost itself, by prices of its own; as it does where ours is too little to
    // be told.
    made("langfuse.observation.cost_details", names::COST, |cost| {
        let is_some = matches!(cost, Value::F64(usd) if *usd > 0.0);
        is_some.then(|| format!(r#"{{"total":{cost}}}"#).into())
    }),
];

/// LangSmith knows no agents, and finds threads by their metadata. Source:
/// `src/langsmith/trace-with-opentelemetry.mdx` of langchain-ai/docs.
const LANGSMITH: &[Extra] = &[
    of(
        "agent",
        made("langsmith.span.kind", names::LAYER, |_| {
            Some("chain".into())
        }),
    ),
    same("langsmith.metadata.session_id", names::SESSION_ID),
    same("langsmith.metadata.user_id", names::USER_HASH),
];

/// Weave's threads have names of their own, and its view of agents reads what a tool was given and
/// gave under the names of the conventions only. Source: `trace_server/opentelemetry/constants.py`
/// and `trace_server/agents/semconv.py` of wandb/weave.
const WEAVE: &[Extra] = &[
    same("wandb.thread_id", names::SESSION_ID),
    of(
        "session",
        made("wandb.is_turn", names::LAYER, |_| Some(true.into())),
    ),
    of(
        "tool",
        same("gen_ai.tool.call.arguments", names::INPUT_VALUE),
    ),
    of("tool", same("gen_ai.tool.call.result", names::OUTPUT_VALUE)),
];

static PROFILES: [Profile; 3] = [
    Profile {
        name: "langfuse",
        extras: LANGFUSE,
    },
    Profile {
        name: "langsmith",
        extras: LANGSMITH,
    },
    Profile {
        name: "weave",
        extras: WEAVE,
    },
];

/// The profile that the environment asks for; `Err` with its word where there is no such.
pub(crate) fn asked() -> Result<Option<&'static Profile>, String> {
    let Some(word) = env::get(VARIABLE) else {
        return Ok(None);
    };
    named(&word).map(Some).ok_or(word)
}

/// The profile of a name.
pub(crate) fn named(word: &str) -> Option<&'static Profile> {
    PROFILES
        .iter()
        .find(|profile| word.eq_ignore_ascii_case(profile.name))
}

/// The words that [`VARIABLE`] takes.
pub(crate) fn known() -> String {
    PROFILES.each_ref().map(|profile| profile.name).join(", ")
}

impl Profile {
    /// The same on a span as OTLP has it.
    #[cfg(feature = "server")]
    pub(crate) fn apply_otlp(&self, span: &mut opentelemetry_proto::tonic::trace::v1::Span) {
        use opentelemetry_proto::tonic::common::v1::KeyValue;
        let Some(layer) = find_otlp(span, names::LAYER) else {
            return;
        };
        for extra in self.extras {
            let is_here = extra.layer.is_none_or(|only| only == layer.as_str());
            if !is_here || find_otlp(span, extra.key).is_some() {
                continue;
            }
            let made = find_otlp(span, extra.from).as_ref().and_then(extra.value);
            span.attributes.extend(made.map(|value| KeyValue {
                key: extra.key.to_owned(),
                value: Some(value.into()),
                key_strindex: 0,
            }));
        }
    }

    fn apply(&self, span: &mut SpanData) {
        // A span that is not ours has nothing of this.
        let Some(layer) = find(span, names::LAYER) else {
            return;
        };
        let layer = layer.to_string();
        for extra in self.extras {
            let is_here = extra.layer.is_none_or(|only| only == layer);
            if !is_here || find(span, extra.key).is_some() {
                continue;
            }
            let made = find(span, extra.from).and_then(extra.value);
            let key = Key::from_static_str(extra.key);
            let made = made.map(|value| KeyValue::new(key, value));
            span.attributes.extend(made);
        }
    }
}

fn find<'a>(span: &'a SpanData, key: &str) -> Option<&'a Value> {
    let mut attributes = span.attributes.iter();
    let attribute = attributes.find(|attribute| attribute.key.as_str() == key)?;
    Some(&attribute.value)
}

/// Lists and maps are no source of a profile.
#[cfg(feature = "server")]
fn find_otlp(span: &opentelemetry_proto::tonic::trace::v1::Span, key: &str) -> Option<Value> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value as Otlp;
    let attribute = span
        .attributes
        .iter()
        .find(|attribute| attribute.key == key)?;
    Some(match attribute.value.as_ref()?.value.as_ref()? {
        Otlp::StringValue(text) => text.clone().into(),
        Otlp::BoolValue(flag) => (*flag).into(),
        Otlp::IntValue(number) => (*number).into(),
        Otlp::DoubleValue(number) => (*number).into(),
        _ => return None,
    })
}

/// An exporter that adds what the profile says.
#[derive(Debug)]
pub(crate) struct Profiled<E> {
    pub(crate) exporter: E,
    pub(crate) profile: Option<&'static Profile>,
}

impl<E: SpanExporter> SpanExporter for Profiled<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        if let Some(profile) = self.profile {
            batch.iter_mut().for_each(|span| profile.apply(span));
        }
        self.exporter.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attribute_of_a_profile_is_in_the_docs() {
        let docs = include_str!("../../docs/backends.md");
        for profile in &PROFILES {
            for extra in profile.extras {
                let row = format!("| {} | `{}` | `{}` |", profile.name, extra.key, extra.from);
                assert!(docs.contains(&row), "{row}");
            }
        }
    }
}
