//! What the items of a stream have told so far.

use std::time::Instant;

use crate::inference::usage::Usage;
use crate::metrics::pace::Pace;
use crate::model::{InferenceResponse as _, StreamedResponse};
use crate::output::Failure;
use crate::privacy::class::Class;

pub struct SoFar {
    /// Of the last item, if it was an `Err`.
    pub(crate) failure: Option<Failure>,
    /// The last that a closure has found: where each item carries one it is that of all before.
    pub(crate) usage: Option<Usage>,
    /// Whether there is a closure that looks for it.
    pub(crate) is_asked: bool,
    /// What a model has said, where the items are pieces of that.
    pub(crate) answer: Option<StreamedResponse>,
    pub(crate) pace: Option<Pace>,
    /// Of what is gathered.
    pub(crate) class: Class,
}

impl SoFar {
    /// The first item has come.
    pub(crate) fn begin(is_of_model: bool, class: Class) -> Box<Self> {
        Box::new(Self {
            failure: None,
            usage: None,
            is_asked: false,
            answer: None,
            class,
            pace: is_of_model.then(|| Pace::begin(Instant::now())),
        })
    }

    /// Of what is charged and not recorded: whatever is shown would be too much.
    pub(crate) fn of_usage() -> Box<Self> {
        let mut so_far = Self::begin(false, Class::Secret);
        so_far.answer = Some(StreamedResponse::counts_only());
        so_far
    }

    /// All that was used.
    pub(crate) fn used(&self) -> Option<Usage> {
        let of_answer = || self.answer.as_ref()?.usage();
        self.usage.or_else(of_answer)
    }

    /// The next one has.
    pub(crate) fn next(&mut self) {
        if let Some(pace) = &mut self.pace {
            pace.chunk(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_what_is_only_charged_nothing_is_kept_but_its_usage() {
        let mut so_far = SoFar::of_usage();
        let answer = so_far.answer.as_mut().expect("it gathers");
        answer.begin();
        let call = json!({"index": 0, "function": {"name": "pay", "arguments": "{}"}});
        let delta = json!({"content": "a", "reasoning": "b", "tool_calls": [call]});
        answer.push(&json!({
            "choices": [{"index": 0, "delta": delta}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2},
        }));
        assert_eq!((answer.text(), answer.reasoning()), (None, None));
        assert!(answer.tool_calls().is_empty());
        assert_eq!(so_far.used().expect("it is said").total(), 3);
    }
}
