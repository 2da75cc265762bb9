//! Collects what an annotated function returned, before the caller gets it.

use std::borrow::Cow;

use serde::Serialize;

use crate::hash::keyring::Hasher;
use crate::inference::answer::Answer;
use crate::inference::so_far::SoFar;
use crate::inference::usage::Usage;
use crate::json::Json;
use crate::json::canonical;
use crate::json::emptiness;
use crate::metrics::pace::Pace;
use crate::model::InferenceResponse;
use crate::privacy::class::{Class, Sensitivity};
use crate::privacy::classify::Classify;
use crate::privacy::content::{self, Manner, Parts};
use crate::privacy::redact::{Redactor, View};
use crate::privacy::redacted::Redacted;
use crate::privacy::tally::Tally;
use crate::privacy::values::Values;
use crate::site::{Layer, Meta};
use crate::snapshot::level::{self, Level};
use crate::tool::result_schema::Misfit;

/// What a call returned; expansions fill it from a reference to the `Ok` value.
pub struct Output {
    meta: &'static Meta,
    /// Their JSON is the result.
    pub(crate) values: Values,
    has_canonical: bool,
    /// Empty as the design defines it.
    pub(crate) empty: bool,
    /// Its type has one value only, so that its emptiness says nothing.
    pub(crate) unit: bool,
    pub(crate) usage: Option<Usage>,
    /// Whether there is a closure that looks for it.
    pub(crate) is_asked: bool,
    /// Where a model has given it.
    pub(crate) answer: Option<Answer>,
    /// Where it came in chunks.
    pub(crate) pace: Option<Pace>,
    /// Times that a streamed answer has begun.
    pub(crate) attempts: u32,
    /// The same as parts of a message, where the deployment asks for content.
    pub(crate) parts: Option<Parts>,
    /// Where it does not fit the schema that it should have.
    pub(crate) misfit: Option<Box<Misfit>>,
}

impl Output {
    pub(crate) fn new(meta: &'static Meta, hasher: &Hasher) -> Self {
        Self {
            meta,
            values: Values::new(meta.layer, Class::Public, hasher.clone()),
            has_canonical: false,
            empty: false,
            unit: false,
            usage: None,
            is_asked: false,
            answer: None,
            pace: None,
            attempts: 1,
            parts: None,
            misfit: None,
        }
    }

    /// Nothing half written may be shown.
    #[cold]
    pub(crate) fn forget(&mut self) {
        let is_asked = self.is_asked;
        *self = Self::new(self.meta, &self.values.hasher);
        self.is_asked = is_asked;
    }

    /// Of a stream: its items went to the caller one by one, and only what a model has said in them
    /// was gathered. It is of the class of the items.
    pub(crate) fn of_items(
        meta: &'static Meta,
        hasher: &Hasher,
        so_far: Option<Box<SoFar>>,
    ) -> Self {
        let mut output = Self::new(meta, hasher);
        output.empty = so_far.is_none();
        let Some(so_far) = so_far else {
            return output;
        };
        output.usage = so_far.usage;
        output.is_asked = so_far.is_asked;
        output.pace = so_far.pace;
        if let Some(answer) = so_far.answer {
            output.values.class = so_far.class;
            let said = output.said();
            if let Some(text) = answer.text() {
                output.values.value(Some(&said), &*text);
                output.structure(&*text);
            }
            output.attempts = answer.attempts();
            output.values.class = so_far.class;
            output.answered(&answer);
        }
        output.values.class = so_far.class;
        output
    }

    /// What holds of it as a whole.
    pub(crate) fn said(&self) -> Sensitivity {
        self.values.together(self.meta.output)
    }

    /// It is the answer of a model.
    pub(crate) fn answered(&mut self, answer: &dyn InferenceResponse) {
        if content::capture().is_wanted() {
            let said = self.said();
            let hasher = &self.values.hasher;
            self.parts = Parts::of_answer(answer, &Manner { said, hasher });
        }
        let answer = self.answer.insert(Answer::of(answer));
        self.usage = self.usage.or(answer.usage);
    }

    /// The result as it is, with its highest class, where somebody keeps such.
    pub(crate) fn payload(&mut self) -> Option<(Class, &str)> {
        self.values.payload("")
    }

    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.values.value(self.meta.output.as_ref(), value);
    }

    pub(crate) fn unknown<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.values.unknown(self.meta.output.as_ref(), value);
    }

    pub(crate) fn opaque(&mut self) {
        self.values.opaque(self.meta.output.as_ref());
    }

    pub(crate) fn classified<T: Classify + ?Sized>(&mut self, value: &T) {
        self.values.classified(self.meta.output.as_ref(), value);
    }

    pub(crate) fn structure<T: Serialize + ?Sized>(&mut self, value: &T) {
        let wanted = match self.meta.layer {
            Layer::Tool => true,
            // Only its size is told, and that at this level only.
            Layer::Inference => level::level() <= Level::Trace,
            _ => false,
        };
        if !wanted {
            return;
        }
        let empty = emptiness::of(value);
        // A type of one value only: that it is empty says nothing.
        self.empty = empty;
        self.unit = empty && size_of_val(value) == 0;
        // What may not be shown is not looked at further.
        if self.values.class <= Class::Pii {
            self.has_canonical = canonical::write(&mut self.values.room.get().canonical, value);
        }
    }

    fn canonical(&self) -> Option<&[u8]> {
        self.values.room.canonical().filter(|_| self.has_canonical)
    }

    /// The size as far as the class lets it be told.
    pub(crate) fn size(&self) -> Option<usize> {
        self.values
            .tally
            .size_shown(self.values.class, self.canonical()?.len())
    }

    /// What a keyed hash may be taken over.
    pub(crate) fn hashable(&self) -> Option<&[u8]> {
        self.canonical()
            .filter(|_| self.values.tally.may_be_compared(self.values.class))
    }
}

/// What is known of an error: its type, never its text, and its parts where they have classes.
pub struct Failure {
    pub(crate) error_type: Cow<'static, str>,
    /// Its JSON, redacted; `None` where nothing of it may be shown.
    pub(crate) parts: Option<Redacted>,
}

impl Failure {
    pub(crate) fn of<E: ?Sized>() -> Self {
        Self {
            error_type: Cow::Borrowed(std::any::type_name::<E>()),
            parts: None,
        }
    }

    pub(crate) fn classified<E: Classify + ?Sized>(&mut self, error: &E, hasher: &Hasher) {
        if let Some(variant) = error.variant() {
            self.error_type = Cow::Owned(format!("{}::{variant}", self.error_type));
        }
        let (mut json, mut tally) = (Json::default(), Tally::default());
        let view = View::Telemetry(hasher);
        error.redact(&mut Redactor::new(&mut json, &mut tally, view));
        self.parts = (tally.visible > 0).then(|| json.to_redacted());
    }

    /// By its name, for the type of an error is all that may be looked at.
    pub(crate) fn is_timeout(error_type: &str) -> bool {
        let mut segments = error_type.rsplit("::");
        let of_timeout = [
            "Elapsed",
            "Timeout",
            "TimedOut",
            "TimeoutError",
            "DeadlineExceeded",
        ];
        // The type's own name, or the variant's and the type's.
        segments
            .by_ref()
            .take(2)
            .any(|segment| of_timeout.contains(&segment))
    }
}
