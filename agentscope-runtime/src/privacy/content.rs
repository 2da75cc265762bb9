//! Prompts and completions in telemetry: only where the deployment asks for them, and never more of
//! them than their class lets be shown.

use once_cell::sync::OnceCell;
use opentelemetry::KeyValue;
use serde_json::Value;

use crate::environment;
use crate::hash::keyring::Hasher;
use crate::inference::answer::MOST_CHOICES;
use crate::json::{Json, LARGEST, text_of};
use crate::model::InferenceResponse;
use crate::model::conversation::{self, Part};
use crate::names;
use crate::outcome::Outcome;
use crate::privacy::class::Sensitivity;
use crate::privacy::redact::{Redactor, View};
use crate::privacy::redacted::{Redacted, attribute};
use crate::privacy::tally::Tally;
use crate::privacy::text;

/// What `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Capture {
    /// On the spans of inferences.
    pub(crate) on_spans: bool,
    /// In `gen_ai.client.inference.operation.details` events.
    pub(crate) in_events: bool,
}

impl Capture {
    pub(crate) fn is_wanted(self) -> bool {
        self.on_spans || self.in_events
    }
}

const VARIABLE: &str = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

static CAPTURE: OnceCell<Capture> = OnceCell::new();

/// Read once.
pub(crate) fn capture() -> Capture {
    match CAPTURE.get() {
        Some(capture) => *capture,
        None => read(),
    }
}

#[cold]
fn read() -> Capture {
    let said = said();
    let asked = *said.as_ref().unwrap_or(&Capture::default());
    let is_first = CAPTURE.set(asked).is_ok();
    // Not before it is known: whoever takes the log may ask.
    if let (true, Err(mistake)) = (is_first, said) {
        tracing::warn!(target: "agentscope", "{mistake}");
    }
    CAPTURE.get().copied().unwrap_or_default()
}

fn said() -> Result<Capture, String> {
    let word = environment::get(VARIABLE).unwrap_or_default();
    parse(&word).ok_or_else(|| {
        format!(
            "{VARIABLE} is none of NO_CONTENT, SPAN_ONLY, EVENT_ONLY and SPAN_AND_EVENT: no \
             content is captured"
        )
    })
}

/// What is wrong with the variable.
pub(crate) fn mistake() -> Option<String> {
    said().err()
}

fn parse(word: &str) -> Option<Capture> {
    let (on_spans, in_events) = match word.trim().to_ascii_uppercase().as_str() {
        "" | "NO_CONTENT" => (false, false),
        "SPAN_ONLY" => (true, false),
        "EVENT_ONLY" => (false, true),
        "SPAN_AND_EVENT" => (true, true),
        _ => return None,
    };
    Some(Capture {
        on_spans,
        in_events,
    })
}

/// Whether the conventions know messages of an operation.
pub(crate) fn has_messages(operation: &Redacted) -> bool {
    operation.as_str() != "embeddings"
}

/// Parts of a message of the conventions: JSON, redacted.
pub(crate) struct Parts(Redacted);

/// How content is written: as what, and by whose key.
pub(crate) struct Manner<'a> {
    pub(crate) said: Sensitivity,
    pub(crate) hasher: &'a Hasher,
}

impl Parts {
    /// One text: the redacted JSON of the arguments or of the result. A text that is all there is
    /// goes without its quotes.
    pub(crate) fn of_json(redacted: &Redacted) -> Self {
        let text = text_of(redacted.as_str().as_bytes());
        let mut json = Json::default();
        json.raw(r#"[{"type":"text","content":"#);
        json.string(&String::from_utf8_lossy(&text));
        json.raw("}]");
        Self(json.to_redacted())
    }

    /// What a model has answered; `None` where that is nothing.
    pub(crate) fn of_answer(answer: &dyn InferenceResponse, manner: &Manner<'_>) -> Option<Self> {
        let reasoning = answer.reasoning().map(Part::Reasoning);
        let texts = reasoning.into_iter().chain(answer.text().map(Part::Text));
        let calls = answer.tool_calls().into_iter().take(MOST_CHOICES);
        let parts: Vec<_> = texts.chain(calls.map(Part::Call)).collect();
        Self::of(&parts, manner)
    }

    fn of(parts: &[Part<'_>], manner: &Manner<'_>) -> Option<Self> {
        let (mut json, mut tally) = (Json::default(), Tally::default());
        let view = View::Telemetry(manner.hasher);
        let mut redactor = Redactor::new(&mut json, &mut tally, view);
        redactor.list(parts, |part, redactor| write(part, redactor, manner));
        (!parts.is_empty()).then(|| Self(json.to_redacted()))
    }

    /// The message of whoever asks.
    fn asked(&self) -> Redacted {
        list(&[self.message("user", None)])
    }

    /// The message of the model, which stopped for a reason of which we have the provider's word, or
    /// none.
    pub(crate) fn answered(&self, reason: Option<&str>, outcome: Outcome) -> Redacted {
        let reason = match (reason, outcome) {
            (Some(reason), _) => finish_reason(reason),
            (None, Outcome::Ok) => "stop",
            (None, Outcome::Cancelled) => outcome.as_str(),
            (None, Outcome::Error | Outcome::Panicked) => "error",
        };
        let reason = text::label(reason.to_owned().into());
        list(&[self.message("assistant", Some(reason))])
    }

    fn message(&self, role: &str, reason: Option<Redacted>) -> Redacted {
        let mut json = Json::default();
        json.raw(r#"{"role":"#);
        json.string(text::label(role.to_owned().into()).as_str());
        json.raw(r#","parts":"#);
        json.raw(self.0.as_str());
        if let Some(reason) = reason {
            json.raw(r#","finish_reason":"#);
            json.string(reason.as_str());
        }
        json.raw("}");
        json.to_redacted()
    }
}

fn list(messages: &[Redacted]) -> Redacted {
    let messages: Vec<_> = messages.iter().map(Redacted::as_str).collect();
    let mut json = Json::default();
    json.raw("[");
    json.raw(&messages.join(","));
    json.raw("]");
    json.to_redacted()
}

/// What a model is asked.
pub(crate) struct Conversation {
    pub(crate) messages: Redacted,
    /// What it is told beside them.
    pub(crate) instructions: Option<Redacted>,
}

impl Conversation {
    /// One message with all of the arguments.
    pub(crate) fn of_arguments(input: &Redacted) -> Self {
        Self {
            messages: Parts::of_json(input).asked(),
            instructions: None,
        }
    }

    pub(crate) fn attributes(&self) -> impl Iterator<Item = KeyValue> + use<> {
        let instructions = self.instructions.clone();
        let instructions = instructions.map(|said| attribute(names::SYSTEM_INSTRUCTIONS, said));
        let messages = attribute(names::INPUT_MESSAGES, self.messages.clone());
        [messages].into_iter().chain(instructions)
    }

    /// `None` where no message is found. Of a long one the end.
    pub(crate) fn of(body: &Value, manner: &Manner<'_>) -> Option<Self> {
        let mut written = Vec::new();
        let mut bytes = 0;
        for message in conversation::messages(body).iter().rev() {
            let Some(parts) = Parts::of(&message.parts, manner) else {
                continue;
            };
            bytes += parts.0.as_str().len();
            if bytes > LARGEST {
                break;
            }
            written.push(parts.message(message.role, None));
        }
        written.reverse();
        let instructions = Parts::of(&conversation::instructions(body), manner);
        (!written.is_empty()).then(|| Self {
            messages: list(&written),
            instructions: instructions.map(|parts| parts.0),
        })
    }
}

/// The word of the conventions for a provider's; a word that none of them has stays.
fn finish_reason(word: &str) -> &str {
    match word.to_ascii_lowercase().as_str() {
        "stop" | "end_turn" | "stop_sequence" | "completed" => "stop",
        "length" | "max_tokens" | "max_output_tokens" | "model_context_window_exceeded" => "length",
        "content_filter" | "content_filtered" | "guardrail_intervened" | "refusal" | "safety" => {
            "content_filter"
        }
        "tool_call" | "tool_calls" | "tool_use" | "function_call" => "tool_call",
        _ => word,
    }
}

fn write(part: &Part<'_>, redactor: &mut Redactor<'_>, manner: &Manner<'_>) {
    let Manner { said, hasher } = manner;
    let identifier = |id: &str| text::identifier(id.to_owned().into(), hasher);
    let label = |name: &str| text::label(name.to_owned().into());
    redactor.object(|object| match part {
        Part::Text(content) => {
            object.field("type", |redactor| redactor.word("text"));
            object.field("content", |redactor| redactor.value(&**content, said));
        }
        Part::Reasoning(content) => {
            object.field("type", |redactor| redactor.word("reasoning"));
            object.field("content", |redactor| redactor.value(&**content, said));
        }
        Part::Call(call) => {
            object.field("type", |redactor| redactor.word("tool_call"));
            if let Some(id) = &call.id {
                object.field("id", |redactor| redactor.redacted(&identifier(id)));
            }
            object.field("name", |redactor| redactor.redacted(&label(&call.name)));
            object.field("arguments", |redactor| {
                // They are meant to be JSON, and not always that.
                match serde_json::from_str::<Value>(&call.arguments) {
                    Ok(arguments) => redactor.value(&arguments, said),
                    Err(_) => redactor.value(&*call.arguments, said),
                }
            });
        }
        Part::Result(id, result) => {
            object.field("type", |redactor| redactor.word("tool_call_response"));
            if let Some(id) = id {
                object.field("id", |redactor| redactor.redacted(&identifier(id)));
            }
            object.field("response", |redactor| redactor.value(*result, said));
        }
        Part::Other(kind) => {
            object.field("type", |redactor| redactor.redacted(&label(kind)));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::class::Class;

    #[test]
    fn the_words_of_the_conventions_are_known_and_no_other_shows_anything() {
        let both = Capture {
            on_spans: true,
            in_events: true,
        };
        assert_eq!(parse("span_and_event"), Some(both));
        assert_eq!(parse("NO_CONTENT"), Some(Capture::default()));
        assert_eq!(parse("true"), None);
    }

    #[test]
    fn a_text_that_is_all_there_is_goes_without_its_quotes() {
        let asked = Parts::of_json(&Redacted::from(r#"{"q":"a \"b\""}"#)).asked();
        assert_eq!(
            asked.as_str(),
            r#"[{"role":"user","parts":[{"type":"text","content":"{\"q\":\"a \\\"b\\\"\"}"}]}]"#
        );
        let answered = Parts::of_json(&Redacted::from(r#""yes\n""#)).answered(None, Outcome::Ok);
        assert_eq!(
            answered.as_str(),
            r#"[{"role":"assistant","parts":[{"type":"text","content":"yes\n"}],"finish_reason":"stop"}]"#
        );
    }

    #[test]
    fn an_answer_is_a_message_of_its_parts_by_its_class() {
        let answer = serde_json::json!({
            "id": "msg_1", "type": "message", "role": "assistant", "stop_reason": "tool_use",
            "content": [
                {"type": "thinking", "thinking": "It may rain."},
                {"type": "text", "text": "I ask alice@example.com."},
                {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Bonn"}},
            ],
        });
        let message = |class| {
            let said = Sensitivity::of(class);
            let hasher = &Hasher::default();
            let parts = Parts::of_answer(&answer, &Manner { said, hasher });
            let reason = answer.finish_reasons();
            let message = parts
                .expect("it says something")
                .answered(reason.first().map(|reason| &**reason), Outcome::Ok);
            serde_json::from_str::<serde_json::Value>(message.as_str()).expect("JSON")
        };
        let call = |arguments| {
            serde_json::json!(
                {"type": "tool_call", "id": "toolu_1", "name": "weather", "arguments": arguments}
            )
        };
        let shown = message(Class::Internal);
        assert_eq!(shown[0]["role"], "assistant");
        assert_eq!(shown[0]["finish_reason"], "tool_call");
        let parts = &shown[0]["parts"];
        assert_eq!(
            parts[0],
            serde_json::json!({"type": "reasoning", "content": "It may rain."})
        );
        assert!(!parts[1].to_string().contains("alice"), "{parts}");
        assert_eq!(parts[2], call(serde_json::json!({"city": "Bonn"})));

        let hidden = message(Class::Confidential);
        assert_eq!(hidden[0]["parts"][0]["content"], "[confidential]");
        assert_eq!(
            hidden[0]["parts"][2],
            call(serde_json::json!("[confidential]"))
        );
    }
}
