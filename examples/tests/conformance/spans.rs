//! What every span must be. Each rule gives a line for each violation.

use agentscope::{Layer, names};
use opentelemetry::trace::SpanKind;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{Span, span, status::StatusCode};

use super::values::{attributes, is_keyed_hash, is_sha256, json, value};
use crate::receiver::text;

/// What a span of any layer has.
const EVERYWHERE: [&str; 4] = [
    names::OPERATION_NAME,
    names::SESSION_ID,
    names::LAYER,
    names::OUTCOME,
];

/// What a span of the layer has, whatever happened.
fn required(layer: Layer) -> &'static [&'static str] {
    match layer {
        Layer::Session => &[
            names::WORKFLOW_NAME,
            names::SPAN_KIND,
            names::LEVEL,
            names::SESSION_VERDICT,
            names::SESSION_VERDICT_SOURCE,
            names::SESSION_TOOL_CALLS,
            names::SESSION_INFERENCE_CALLS,
            names::SESSION_SEMANTIC_WARNINGS,
            names::TOTAL_INPUT_TOKENS,
            names::TOTAL_OUTPUT_TOKENS,
            names::TOOL_LATENCY,
            names::INFERENCE_LATENCY,
        ],
        Layer::Agent => &[
            names::FUNCTION_NAME,
            names::AGENT_NAME,
            names::AGENT_ID,
            names::AGENT_TOOL_CALLS,
            names::AGENT_INFERENCE_CALLS,
            names::ITERATION_COUNT,
            names::TOTAL_INPUT_TOKENS,
            names::TOTAL_OUTPUT_TOKENS,
            names::TOOL_LATENCY,
            names::INFERENCE_LATENCY,
        ],
        Layer::Tool => &[
            names::FUNCTION_NAME,
            names::TOOL_NAME,
            names::TOOL_TYPE,
            names::TOOL_EFFECT,
            names::CALL_REASON_SOURCE,
            names::STEP_INDEX,
        ],
        Layer::Inference => &[names::FUNCTION_NAME, names::PROVIDER_NAME],
        Layer::Delegation => &[
            names::PROVIDER_NAME,
            names::AGENT_NAME,
            names::DELEGATION_TARGET,
            names::DELEGATION_MODE,
            names::DELEGATION_DEPTH,
            names::STEP_INDEX,
            names::STEP_PATH,
        ],
    }
}

/// The operations that a span of the layer can be.
fn operations(layer: Layer) -> &'static [&'static str] {
    match layer {
        Layer::Session => &["invoke_workflow"],
        Layer::Agent | Layer::Delegation => &["invoke_agent"],
        Layer::Tool => &["execute_tool"],
        Layer::Inference => &["chat", "generate_content", "text_completion", "embeddings"],
    }
}

/// What is wrong with a span.
pub fn span(span: &Span) -> Vec<String> {
    let mut wrong = attributes(&span.attributes);
    let layer = names::SPANS
        .into_iter()
        .map(|span| span.layer)
        .find(|layer| text(&span.attributes, names::LAYER) == Some(layer.as_str()));
    match layer {
        Some(layer) => of_layer(span, layer, &mut wrong),
        None => wrong.push("layer: none of ours".into()),
    }
    ending(span, &mut wrong);
    contents(&span.attributes, &mut wrong);
    if span.trace_id.len() != 16 || span.span_id.len() != 8 {
        wrong.push("ids: not of 16 and 8 bytes".into());
    }
    if span.end_time_unix_nano < span.start_time_unix_nano {
        wrong.push("time: ends before it starts".into());
    }
    if span.dropped_attributes_count > 0 || !span.events.is_empty() {
        wrong.push("span: lost attributes, or has events".into());
    }
    links(span, layer, &mut wrong);
    wrong
        .into_iter()
        .map(|wrong| format!("span `{}`: {wrong}", span.name))
        .collect()
}

/// To the span that was displaced where the frame was recovered; to several delegations that are
/// joined; of a session to the delegation that it is linked to.
fn links(span: &Span, layer: Option<Layer>, wrong: &mut Vec<String>) {
    let recovered = text(&span.attributes, names::FRAME).is_some();
    let others = span.links.len().checked_sub(usize::from(recovered));
    let fits = match (others, layer) {
        (Some(0), _) => true,
        (Some(1), layer) => layer == Some(Layer::Session),
        (Some(_), _) => true,
        (None, _) => false,
    };
    if !fits {
        wrong.push(format!("links: {} of them", span.links.len()));
    }
}

fn of_layer(span: &Span, layer: Layer, wrong: &mut Vec<String>) {
    let attributes = &span.attributes;
    let has = |key: &&&str| value(attributes, key).is_some();
    let missing = EVERYWHERE.iter().chain(required(layer));
    for key in missing.filter(|key| !has(key)) {
        wrong.push(format!("required: {key}"));
    }
    let named = names::SPANS.into_iter().find(|span| span.layer == layer);
    let named = named.expect("every layer has a name");
    let name = expand(named.name, attributes);
    if span.name != name {
        wrong.push(format!("name: is not `{name}`"));
    }
    let kind = match named.kind {
        SpanKind::Client => span::SpanKind::Client,
        _ => span::SpanKind::Internal,
    };
    if span.kind() != kind {
        wrong.push(format!("kind: {:?}", span.kind()));
    }
    let operation = text(attributes, names::OPERATION_NAME).unwrap_or_default();
    if !operations(layer).contains(&operation) {
        wrong.push(format!(
            "operation: {operation} is none of {}",
            layer.as_str()
        ));
    }
    only_on(attributes, layer, wrong);
    if layer == Layer::Tool {
        of_tool(attributes, wrong);
    }
}

/// Puts the attributes' values in for the words in braces; ends before one that is not there.
fn expand(pattern: &str, attributes: &[KeyValue]) -> String {
    let words = pattern.split(' ').map(|word| {
        let key = word
            .strip_prefix('{')
            .and_then(|word| word.strip_suffix('}'));
        key.map_or(Some(word), |key| text(attributes, key))
    });
    let words: Vec<_> = words.map_while(|word| word).collect();
    words.join(" ")
}

/// Attributes that mean something else, or reveal something, on other layers.
fn only_on(attributes: &[KeyValue], layer: Layer, wrong: &mut Vec<String>) {
    let homes: [(&str, &[Layer]); 9] = [
        // Backends would count a request for every span that has it.
        (names::REQUEST_MODEL, &[Layer::Inference]),
        (names::USAGE_INPUT_TOKENS, &[Layer::Inference]),
        (names::PROVIDER_NAME, &[Layer::Inference, Layer::Delegation]),
        (names::DELEGATION_TARGET, &[Layer::Delegation]),
        (names::SPAN_KIND, &[Layer::Session]),
        (names::SESSION_VERDICT, &[Layer::Session]),
        (names::TOOL_NAME, &[Layer::Tool]),
        // Prompts and completions are never on a span.
        (
            names::INPUT_VALUE,
            &[Layer::Session, Layer::Agent, Layer::Tool],
        ),
        (
            names::OUTPUT_VALUE,
            &[Layer::Session, Layer::Agent, Layer::Tool],
        ),
    ];
    for (key, homes) in homes {
        if value(attributes, key).is_some() && !homes.contains(&layer) {
            wrong.push(format!("place: {key} on {}", layer.as_str()));
        }
    }
}

fn of_tool(attributes: &[KeyValue], wrong: &mut Vec<String>) {
    let status = match text(attributes, names::OUTCOME) {
        Some("ok") => &[Some("success"), Some("empty")][..],
        Some("cancelled") => &[None],
        _ => &[Some("error")],
    };
    if !status.contains(&text(attributes, names::TOOL_STATUS)) {
        wrong.push("tool status: does not fit the outcome".into());
    }
    let stated = text(attributes, names::CALL_REASON_SOURCE) != Some("missing");
    if text(attributes, names::CALL_REASON).is_some() != stated {
        wrong.push("reason: there exactly where its source is not `missing`".into());
    }
}

/// Outcome, status and error type say the same; success leaves the status alone.
fn ending(span: &Span, wrong: &mut Vec<String>) {
    let attributes = &span.attributes;
    let failed = matches!(text(attributes, names::OUTCOME), Some("error" | "panicked"));
    let status = span.status.clone().unwrap_or_default();
    let expected = if failed {
        StatusCode::Error
    } else {
        StatusCode::Unset
    };
    if status.code() != expected {
        wrong.push(format!("status: {:?}, not {expected:?}", status.code()));
    }
    if !status.message.is_empty() {
        wrong.push("status: has a text, which can hold anything".into());
    }
    if text(attributes, names::ERROR_TYPE).is_some() != failed {
        wrong.push("error.type: there exactly where the status is ERROR".into());
    }
}

/// Values whose form the table's types do not say.
fn contents(attributes: &[KeyValue], wrong: &mut Vec<String>) {
    type IsHash = fn(&str) -> bool;
    let together = [
        (names::INPUT_VALUE, names::INPUT_MIME_TYPE),
        (names::OUTPUT_VALUE, names::OUTPUT_MIME_TYPE),
        (names::USAGE_INPUT_TOKENS, names::USAGE_OUTPUT_TOKENS),
        (names::BUDGET_LIMIT, names::BUDGET_REMAINING),
        (names::COST_LIMIT, names::COST_REMAINING),
        (names::ITERATION_LIMIT, names::ITERATION_REMAINING),
        (names::TIME_LIMIT, names::TIME_REMAINING),
    ];
    for (one, other) in together {
        if value(attributes, one).is_some() != value(attributes, other).is_some() {
            wrong.push(format!("pair: {one} and {other} come together"));
        }
    }
    json(attributes, wrong);
    let hashes: [(&str, IsHash); 6] = [
        (names::TOOL_SCHEMA_HASH, is_sha256),
        (names::TOOL_SHAPE_HASH, is_keyed_hash),
        (names::TOOL_RESPONSE_HASH, is_keyed_hash),
        (names::SYSTEM_PROMPT_HASH, is_keyed_hash),
        (names::PROMPT_TEMPLATE_HASH, is_keyed_hash),
        (names::USER_HASH, is_keyed_hash),
    ];
    for (key, is_hash) in hashes {
        if text(attributes, key).is_some_and(|hash| !is_hash(hash)) {
            wrong.push(format!("hash: {key}"));
        }
    }
    for attribute in attributes {
        let number = match attribute
            .value
            .as_ref()
            .and_then(|value| value.value.as_ref())
        {
            Some(Value::IntValue(number)) => *number as f64,
            Some(Value::DoubleValue(number)) => *number,
            _ => continue,
        };
        // The numbers that can be below zero: what is left of an overspent budget.
        let may_be_negative = [
            names::BUDGET_REMAINING,
            names::COST_REMAINING,
            names::ITERATION_REMAINING,
            names::TIME_REMAINING,
            names::REQUEST_SEED,
        ];
        if number < 0.0 && !may_be_negative.contains(&attribute.key.as_str()) {
            wrong.push(format!("number: {} is {number}", attribute.key));
        }
    }
}
