//! What each profile adds to the spans of the golden scenario, and where.

use std::collections::BTreeSet;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;

use crate::receiver::text;

const AGENT: &str = "invoke_agent Weather Agent";
const CHAT: &str = "chat gpt-4o";
const EMBED: &str = "embeddings text-embedding-3-small";
const SESSION: &str = "invoke_workflow support_pipeline";
/// The session of the call that has none.
const OWN_SESSION: &str = "invoke_workflow embed";
const FAILED: &str = "execute_tool broken_tool";
const TOOL: &str = "execute_tool get_weather";
const ALL: [&str; 7] = [AGENT, CHAT, EMBED, FAILED, TOOL, SESSION, OWN_SESSION];

/// An attribute, its value, and the spans that have it. `=` is the value of another attribute.
type Golden = (&'static str, &'static str, &'static [&'static str]);

const OF_SESSION: &[&str] = &[AGENT, CHAT, FAILED, TOOL, SESSION];

pub const LANGFUSE: &[Golden] = &[
    ("langfuse.user.id", "=enduser.pseudo.id", OF_SESSION),
    (
        "langfuse.observation.level",
        "DEFAULT",
        &[AGENT, CHAT, EMBED, TOOL, OWN_SESSION],
    ),
    // The worst that was said in it: a time-out is warned of.
    ("langfuse.observation.level", "WARNING", &[SESSION]),
    ("langfuse.observation.level", "ERROR", &[FAILED]),
    (
        "langfuse.observation.status_message",
        "=error.type",
        &[FAILED],
    ),
    (
        "langfuse.observation.cost_details",
        r#"{"total":0.000725}"#,
        &[CHAT],
    ),
];

pub const LANGSMITH: &[Golden] = &[
    ("langsmith.span.kind", "chain", &[AGENT]),
    ("langsmith.metadata.session_id", "=session.id", &ALL),
    (
        "langsmith.metadata.user_id",
        "=enduser.pseudo.id",
        OF_SESSION,
    ),
];

pub const WEAVE: &[Golden] = &[
    ("wandb.thread_id", "=session.id", &ALL),
    ("wandb.is_turn", "true", &[SESSION, OWN_SESSION]),
    (
        "gen_ai.tool.call.arguments",
        r#"{"location":"Paris"}"#,
        &[TOOL],
    ),
    (
        "gen_ai.tool.call.result",
        r#"{"conditions":"rainy"}"#,
        &[TOOL],
    ),
];

/// What is in `spans` beyond `plain`, spans of the same run without the profile: span, attribute,
/// value.
pub fn added(plain: &[Span], spans: &[Span]) -> BTreeSet<(String, String, String)> {
    let keys = |span: &Span| -> BTreeSet<String> {
        let plain = plain.iter().find(|plain| plain.name == span.name);
        let attributes = plain.iter().flat_map(|plain| &plain.attributes);
        attributes.map(|attribute| attribute.key.clone()).collect()
    };
    let mut added = BTreeSet::new();
    for span in spans {
        let known = keys(span);
        for attribute in &span.attributes {
            let value = attribute.value.as_ref().and_then(|it| it.value.as_ref());
            let value = match value {
                Some(Value::StringValue(text)) => text.clone(),
                Some(Value::BoolValue(flag)) => flag.to_string(),
                other => format!("{other:?}"),
            };
            if !known.contains(&attribute.key) {
                added.insert((span.name.clone(), attribute.key.clone(), value));
            }
        }
    }
    added
}

/// The same by the golden list.
pub fn golden(spans: &[Span], golden: &[Golden]) -> BTreeSet<(String, String, String)> {
    let mut wanted = BTreeSet::new();
    for (key, value, on) in golden {
        for name in *on {
            let span = spans.iter().find(|span| span.name == *name);
            let span = span.expect("the scenario has it");
            let value = match value.strip_prefix('=') {
                Some(from) => text(&span.attributes, from).unwrap_or("is not there"),
                None => value,
            };
            wanted.insert(((*name).to_owned(), (*key).to_owned(), value.to_owned()));
        }
    }
    wanted
}
