//! Prompts and completions in telemetry: only where the deployment asks for them, and never more of
//! them than their class lets be shown.

use std::borrow::Cow;

use once_cell::sync::OnceCell;

use crate::answer::MOST_CHOICES;
use crate::class::Sensitivity;
use crate::json::{Json, text_of};
use crate::keyring::Hasher;
use crate::model::{InferenceResponse, ToolCall};
use crate::outcome::Outcome;
use crate::redact::{Redactor, Tally, View};
use crate::redacted::Redacted;
use crate::text;

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
    *CAPTURE.get_or_init(|| match std::env::var(VARIABLE) {
        Ok(word) => parse(&word).unwrap_or_else(|| {
            tracing::warn!(
                target: "agentscope",
                "{VARIABLE} is none of NO_CONTENT, SPAN_ONLY, EVENT_ONLY and SPAN_AND_EVENT: no \
                 content is captured"
            );
            Capture::default()
        }),
        Err(_) => Capture::default(),
    })
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

    /// What a model has answered, all of it as `said`; `None` where that is nothing.
    pub(crate) fn of_answer(
        answer: &dyn InferenceResponse,
        said: &Sensitivity,
        hasher: &Hasher,
    ) -> Option<Self> {
        let (mut json, mut tally) = (Json::default(), Tally::default());
        let texts = [("reasoning", answer.reasoning()), ("text", answer.text())];
        let texts = texts
            .into_iter()
            .filter_map(|(of, text)| Some(Part::Text(of, text?)));
        let calls = answer.tool_calls().into_iter().take(MOST_CHOICES);
        let parts: Vec<_> = texts.chain(calls.map(Part::Call)).collect();
        let mut redactor = Redactor::new(&mut json, &mut tally, View::Telemetry(hasher));
        redactor.list(&parts, |part, redactor| part.write(redactor, said, hasher));
        (!parts.is_empty()).then(|| Self(json.to_redacted()))
    }

    /// The message of whoever asks.
    pub(crate) fn asked(&self) -> Redacted {
        self.message("user", None)
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
        self.message("assistant", Some(text::label(reason.to_owned().into())))
    }

    fn message(&self, role: &str, reason: Option<Redacted>) -> Redacted {
        let mut json = Json::default();
        json.raw(r#"[{"role":""#);
        json.raw(role);
        json.raw(r#"","parts":"#);
        json.raw(self.0.as_str());
        if let Some(reason) = reason {
            json.raw(r#","finish_reason":"#);
            json.string(reason.as_str());
        }
        json.raw("}]");
        json.to_redacted()
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

enum Part<'a> {
    Text(&'static str, Cow<'a, str>),
    Call(ToolCall<'a>),
}

impl Part<'_> {
    fn write(&self, redactor: &mut Redactor<'_>, said: &Sensitivity, hasher: &Hasher) {
        redactor.object(|part| match self {
            Self::Text(of, content) => {
                part.field("type", |redactor| redactor.word(of));
                part.field("content", |redactor| redactor.value(&**content, said));
            }
            Self::Call(call) => {
                part.field("type", |redactor| redactor.word("tool_call"));
                if let Some(id) = &call.id {
                    let id = text::identifier(id.to_string().into(), hasher);
                    part.field("id", |redactor| redactor.redacted(&id));
                }
                let name = text::label(call.name.to_string().into());
                part.field("name", |redactor| redactor.redacted(&name));
                part.field("arguments", |redactor| {
                    // They are meant to be JSON, and not always that.
                    match serde_json::from_str::<serde_json::Value>(&call.arguments) {
                        Ok(arguments) => redactor.value(&arguments, said),
                        Err(_) => redactor.value(&*call.arguments, said),
                    }
                });
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Class;

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
            let parts = Parts::of_answer(&answer, &Sensitivity::of(class), &Hasher::default());
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
