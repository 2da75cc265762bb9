//! What a span is, by the words that each convention has for it.

use super::Said;
use super::spelling::Text;
use crate::node::Layer;
use crate::record::SpanKind;

pub(super) struct Found {
    pub(super) layer: Layer,
    pub(super) is_chain: bool,
    pub(super) is_embedding: bool,
}

impl From<Layer> for Found {
    fn from(layer: Layer) -> Self {
        Self {
            layer,
            is_chain: false,
            is_embedding: false,
        }
    }
}

/// By the first convention that has a word for it.
pub(super) fn of(said: &Said<'_>, span_name: &str, kind: SpanKind) -> Found {
    let is_handed_on = kind == SpanKind::Client && said.text(Text::Provider) == Some("agentscope");
    let ours = || own(said.text(Text::Layer)?).map(Found::from);
    let inference = || openinference(said.text(Text::SpanKind)?);
    let operation = || operation(said.text(Text::Operation)?, is_handed_on);
    let traceloop = || traceloop(said.text(Text::Traceloop)?).map(Found::from);
    let request = || request_type(said.text(Text::RequestType)?);
    ours()
        .or_else(inference)
        .or_else(operation)
        .or_else(traceloop)
        .or_else(request)
        .or_else(|| by_name(span_name, kind, is_handed_on))
        .unwrap_or(Layer::Other.into())
}

fn own(word: &str) -> Option<Layer> {
    Some(match word {
        "session" => Layer::Session,
        "agent" => Layer::Agent,
        "tool" => Layer::Tool,
        "inference" => Layer::Inference,
        "delegation" => Layer::Delegation,
        _ => return None,
    })
}

fn openinference(word: &str) -> Option<Found> {
    let is = |expected: &str| word.eq_ignore_ascii_case(expected);
    Some(match () {
        () if is("LLM") => Layer::Inference.into(),
        () if is("TOOL") || is("RETRIEVER") => Layer::Tool.into(),
        () if is("AGENT") => Layer::Agent.into(),
        () if is("CHAIN") => Found {
            is_chain: true,
            ..Layer::Other.into()
        },
        () if is("EMBEDDING") => embedding(),
        () if is("RERANKER") || is("GUARDRAIL") || is("EVALUATOR") => Layer::Other.into(),
        () if is("PROMPT") || is("DECISION") => Layer::Other.into(),
        // UNKNOWN, and whatever comes later: another convention may know.
        () => return None,
    })
}

fn operation(word: &str, is_handed_on: bool) -> Option<Found> {
    Some(match word {
        "chat" | "text_completion" | "generate_content" => Layer::Inference.into(),
        "execute_tool" | "retrieval" => Layer::Tool.into(),
        "invoke_agent" if is_handed_on => Layer::Delegation.into(),
        // Of either kind: until 2026 the conventions had agents of the same process as clients too.
        "invoke_agent" => Layer::Agent.into(),
        "invoke_workflow" | "handle_turn" => Layer::Session.into(),
        "embeddings" => embedding(),
        "create_agent" | "plan" | "fetch_response" => Layer::Other.into(),
        _ => return None,
    })
}

fn embedding() -> Found {
    Found {
        is_embedding: true,
        ..Layer::Inference.into()
    }
}

fn traceloop(word: &str) -> Option<Layer> {
    Some(match word {
        "workflow" => Layer::Session,
        "agent" => Layer::Agent,
        "tool" => Layer::Tool,
        "task" => Layer::Other,
        _ => return None,
    })
}

/// Of OpenLLMetry, whose calls of models have no span kind.
fn request_type(word: &str) -> Option<Found> {
    Some(match word {
        "chat" | "completion" => Layer::Inference.into(),
        "embedding" => embedding(),
        "rerank" => Layer::Tool.into(),
        _ => return None,
    })
}

fn by_name(span_name: &str, kind: SpanKind, is_handed_on: bool) -> Option<Found> {
    // The conventions have no operation that a server serves, and one may well chat.
    if !matches!(kind, SpanKind::Internal | SpanKind::Client) {
        return None;
    }
    let (word, _) = span_name.split_once(' ')?;
    operation(word, is_handed_on)
}

/// The name of a span without the word for its operation: `add` of `execute_tool add`.
pub(super) fn without_operation(span_name: &str) -> Option<&str> {
    let rest = span_name
        .split_once(' ')
        .filter(|(word, _)| operation(word, false).is_some())
        .map(|(_, rest)| rest.trim());
    Some(rest.unwrap_or(span_name)).filter(|name| !name.is_empty())
}
