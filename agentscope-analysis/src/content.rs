//! Which attributes of foreign emitters carry what people and models wrote.

use crate::facts::Scalar;

mod spaces;

/// A text of more bytes than this is content, where nobody knows its name.
const LONGEST_LABEL: usize = 64;

/// Whether an attribute of an emitter that does not redact by class carries content, judged by its
/// name alone: prompts, completions, arguments, results, documents, reasoning, messages, system
/// instructions, errors' texts, who the user is. Definitions of tools and templates of prompts are
/// code and no content.
///
/// The rule, in this order:
///
/// 1. In the namespaces that emit GenAI telemetry each name is listed, as far as it is documented.
/// 2. Other namespaces of OpenTelemetry's conventions carry none, but for a few names that hold
///    what was sent: headers, statements of databases, command lines.
/// 3. Any other name that has a word for content in it (`input`, `user_prompt`, `tool_response`)
///    carries content, unless it ends in what is only about it (`prompt_tokens`, `message_id`).
/// 4. Of what is left, names alone tell nothing; see [`carries_content`].
///
/// ```
/// use agentscope_analysis::is_content;
/// assert!(is_content("llm.input_messages.0.message.content"));
/// assert!(!is_content("llm.token_count.prompt"));
/// ```
pub fn is_content(key: &str) -> bool {
    named(key) == Named::Content
}

/// Whether an attribute carries content, judged by its name and, where the name tells nothing, by
/// its value: a text of more than 64 bytes does, a list does, a short text, a number and a truth
/// value do not.
///
/// ```
/// use agentscope_analysis::{Scalar, carries_content};
/// assert!(!carries_content("acme.region", Scalar::Text("eu-west-1")));
/// assert!(carries_content("acme.region", Scalar::Text(&"once upon a time ".repeat(9))));
/// ```
pub fn carries_content(key: &str, value: Scalar<'_>) -> bool {
    match (named(key), value) {
        (Named::Content, _) => true,
        (Named::Harmless, _) => false,
        (Named::Unknown, Scalar::Text(text)) => text.len() > LONGEST_LABEL,
        (Named::Unknown, Scalar::Other) => true,
        (Named::Unknown, Scalar::Int(_) | Scalar::Double(_) | Scalar::Bool(_)) => false,
    }
}

/// What the name of an attribute tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Content,
    Harmless,
    Unknown,
}

fn named(key: &str) -> Named {
    let Some((space, rest)) = key.split_once('.') else {
        return by_words(key);
    };
    let named = match space {
        "gen_ai" => spaces::gen_ai(rest),
        "agentscope" => spaces::ours(rest),
        "llm" | "tool" | "retrieval" | "embedding" | "reranker" | "document" | "input"
        | "output" | "agent" | "graph" | "tag" | "openinference" => {
            spaces::openinference(space, rest)
        }
        "traceloop" => spaces::traceloop(rest),
        "langfuse" | "langsmith" | "mlflow" | "logfire" => spaces::backend(space, rest),
        "ai" => spaces::vercel(rest),
        _ => spaces::conventions(space, rest),
    };
    match named {
        Named::Unknown => by_words(key),
        known => known,
    }
}

/// Words for what people and models write.
const WORDS: &[&str] = &[
    "answer",
    "answers",
    "args",
    "argument",
    "arguments",
    "body",
    "completion",
    "completions",
    "content",
    "contents",
    "conversation",
    "document",
    "documents",
    "events",
    "history",
    "input",
    "inputs",
    "instruction",
    "instructions",
    "kwargs",
    "message",
    "messages",
    "metadata",
    "output",
    "outputs",
    "parameters",
    "payload",
    "prompt",
    "prompts",
    "query",
    "question",
    "reasoning",
    "request",
    "response",
    "result",
    "results",
    "text",
    "thinking",
    "thought",
    "thoughts",
    "transcript",
];

/// Words for what is only about them.
const ABOUT: &[&str] = &[
    "bytes",
    "code",
    "cost",
    "count",
    "duration",
    "hash",
    "id",
    "ids",
    "index",
    "kind",
    "latency",
    "length",
    "mime_type",
    "model",
    "ms",
    "name",
    "reasons",
    "role",
    "schema",
    "score",
    "size",
    "status",
    "time",
    "timestamp",
    "token",
    "tokens",
    "type",
    "version",
];

fn by_words(key: &str) -> Named {
    let mut last = "";
    let mut is_content = false;
    for word in key.split(['.', '_', '-', '/', ' ']) {
        is_content |= is_word(word, WORDS);
        last = word;
    }
    match is_content && !is_word(last, ABOUT) {
        true => Named::Content,
        false => Named::Unknown,
    }
}

fn is_word(word: &str, words: &[&str]) -> bool {
    words.iter().any(|one| one.eq_ignore_ascii_case(word))
}
