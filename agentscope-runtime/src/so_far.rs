//! What the items of a stream have told so far.

use std::time::Instant;

use crate::class::Class;
use crate::model::{InferenceResponse as _, StreamedResponse};
use crate::output::Failure;
use crate::pace::Pace;
use crate::usage::Usage;

pub struct SoFar {
    /// Of the last item, if it was an `Err`.
    pub(crate) failure: Option<Failure>,
    /// The last that a closure has found: where each item carries one it is that of all before.
    pub(crate) usage: Option<Usage>,
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
            answer: None,
            class,
            pace: is_of_model.then(|| Pace::begin(Instant::now())),
        })
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
