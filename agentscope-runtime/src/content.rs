//! Prompts and completions in telemetry: only where the deployment asks for them, and never more of
//! them than their class lets be shown.

use once_cell::sync::OnceCell;

use crate::json::{Json, text_of};
use crate::redacted::Redacted;

/// What `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Capture {
    /// On the spans of inferences.
    pub(crate) on_spans: bool,
    /// In `gen_ai.client.inference.operation.details` events.
    pub(crate) in_events: bool,
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

/// What an inference was asked or has answered, as the messages of the conventions.
pub(crate) enum Message {
    Input,
    Output,
}

impl Message {
    /// One message with one text: the redacted JSON of the arguments or of the result. A text that
    /// is all there is goes without its quotes.
    pub(crate) fn of(self, redacted: &Redacted) -> Redacted {
        let text = text_of(redacted.as_str().as_bytes());
        let (role, end) = match self {
            Self::Input => ("user", "}]"),
            // It has come to its end, or there would be no result.
            Self::Output => ("assistant", r#","finish_reason":"stop"}]"#),
        };
        let mut json = Json::default();
        json.raw(r#"[{"role":""#);
        json.raw(role);
        json.raw(r#"","parts":[{"type":"text","content":"#);
        json.string(&String::from_utf8_lossy(&text));
        json.raw("}]");
        json.raw(end);
        json.to_redacted()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn messages_are_json_of_the_conventions() {
        let asked = Message::Input.of(&Redacted::from(r#"{"q":"a \"b\""}"#));
        assert_eq!(
            asked.as_str(),
            r#"[{"role":"user","parts":[{"type":"text","content":"{\"q\":\"a \\\"b\\\"\"}"}]}]"#
        );
        let answered = Message::Output.of(&Redacted::from(r#""yes\n""#));
        assert_eq!(
            answered.as_str(),
            r#"[{"role":"assistant","parts":[{"type":"text","content":"yes\n"}],"finish_reason":"stop"}]"#
        );
    }
}
