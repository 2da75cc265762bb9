//! What a model answered.

use std::borrow::Cow;

use serde_json::Value;

use crate::inference::usage::Usage;
use crate::model::dialect;
use crate::model::fields::joined;

/// An answer of a model.
///
/// Everything has a default that says nothing, for no provider has all of it: implement what yours
/// has. Where an answer has several choices, the texts and the tool calls are those of the first.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::model::InferenceResponse;
///
/// let answer = serde_json::json!({
///     "id": "msg_1",
///     "type": "message",
///     "model": "claude-sonnet-4-5",
///     "content": [{"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Bonn"}}],
///     "stop_reason": "tool_use",
///     "usage": {"input_tokens": 10, "cache_read_input_tokens": 90, "output_tokens": 20},
/// });
/// assert_eq!(answer.finish_reasons(), ["tool_use"]);
/// assert_eq!(answer.usage().expect("said").input_tokens, 100, "what was cached is input too");
/// assert_eq!(answer.tool_calls()[0].arguments, r#"{"city":"Bonn"}"#);
/// assert_eq!(answer.text(), None);
/// ```
pub trait InferenceResponse {
    /// By what the provider knows this answer.
    fn id(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// The model that answered, often more precise than the one that was asked.
    fn model(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// Why the model stopped, one for each choice, in the provider's own words; `error` for a
    /// stream that broke off. Empty where it has not stopped.
    fn finish_reasons(&self) -> Vec<Cow<'_, str>> {
        Vec::new()
    }

    /// The tokens, with cached ones in the input and reasoning in the output, however the provider
    /// counts. `None` where it does not say.
    fn usage(&self) -> Option<Usage> {
        None
    }

    /// What the model said, a refusal included. `None` where that is nothing.
    fn text(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// What the model thought, as far as the provider shows it. `None` where that is nothing.
    fn reasoning(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// The tools that the application shall call; not those that the provider calls itself.
    fn tool_calls(&self) -> Vec<ToolCall<'_>> {
        Vec::new()
    }
}

/// A tool that a model chose to call.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::model::ToolCall;
/// let call = ToolCall { id: None, name: "now".into(), arguments: "{}".into() };
/// assert_eq!(call.name, "now");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolCall<'a> {
    /// By what the result is handed back; Gemini often gives none.
    pub id: Option<Cow<'a, str>>,
    /// The name of the tool.
    pub name: Cow<'a, str>,
    /// The arguments as the model wrote them: meant to be JSON, and not always that.
    pub arguments: Cow<'a, str>,
}

impl<'a> ToolCall<'a> {
    /// As most clients have it; an empty id is none.
    pub(super) fn of(
        id: Option<&'a str>,
        name: &'a str,
        arguments: impl Into<Cow<'a, str>>,
    ) -> Self {
        Self {
            id: id.filter(|id| !id.is_empty()).map(Cow::Borrowed),
            name: Cow::Borrowed(name),
            arguments: arguments.into(),
        }
    }
}

impl InferenceResponse for Value {
    fn id(&self) -> Option<Cow<'_, str>> {
        dialect::of(self)?.id(self).map(Cow::Borrowed)
    }

    fn model(&self) -> Option<Cow<'_, str>> {
        dialect::of(self)?.model(self).map(Cow::Borrowed)
    }

    fn finish_reasons(&self) -> Vec<Cow<'_, str>> {
        dialect::of(self).map_or_else(Vec::new, |dialect| dialect.finish_reasons(self))
    }

    fn usage(&self) -> Option<Usage> {
        dialect::of(self)?.counts(self)?.usage()
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        joined(dialect::of(self)?.text(self), "")
    }

    fn reasoning(&self) -> Option<Cow<'_, str>> {
        joined(dialect::of(self)?.reasoning(self), "\n")
    }

    fn tool_calls(&self) -> Vec<ToolCall<'_>> {
        dialect::of(self).map_or_else(Vec::new, |dialect| dialect.tool_calls(self))
    }
}

/// An answer that something else holds.
macro_rules! held {
    ($($holder:ty),*) => {$(
        impl<T: InferenceResponse + ?Sized> InferenceResponse for $holder {
            fn id(&self) -> Option<Cow<'_, str>> {
                (**self).id()
            }

            fn model(&self) -> Option<Cow<'_, str>> {
                (**self).model()
            }

            fn finish_reasons(&self) -> Vec<Cow<'_, str>> {
                (**self).finish_reasons()
            }

            fn usage(&self) -> Option<Usage> {
                (**self).usage()
            }

            fn text(&self) -> Option<Cow<'_, str>> {
                (**self).text()
            }

            fn reasoning(&self) -> Option<Cow<'_, str>> {
                (**self).reasoning()
            }

            fn tool_calls(&self) -> Vec<ToolCall<'_>> {
                (**self).tool_calls()
            }
        }
    )*};
}

held!(&T, Box<T>, std::sync::Arc<T>);
