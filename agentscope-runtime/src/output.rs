//! Collects what an annotated function returned, before the caller gets it.

use std::borrow::Cow;

use serde::Serialize;

use crate::canonical;
use crate::class::{Class, Classify, Sensitivity};
use crate::json::Json;
use crate::redact::{Redactor, Tally};
use crate::site::{Layer, Meta};
use crate::usage::Usage;

/// What a call returned; expansions fill it from a reference to the `Ok` value.
pub struct Output {
    meta: &'static Meta,
    pub(crate) tally: Tally,
    pub(crate) json: Json,
    pub(crate) canonical: Option<Canonical>,
    pub(crate) usage: Option<Usage>,
}

/// What is known of a result beside its redacted value.
pub(crate) struct Canonical {
    pub(crate) bytes: Vec<u8>,
    /// Empty as the design defines it.
    pub(crate) empty: bool,
    /// Its type has one value only, so that its emptiness says nothing.
    pub(crate) unit: bool,
}

impl Output {
    pub(crate) fn new(meta: &'static Meta) -> Self {
        Self {
            meta,
            tally: Tally::default(),
            json: Json::default(),
            canonical: None,
            usage: None,
        }
    }

    fn redactor(&mut self) -> Redactor<'_> {
        Redactor::new(&mut self.json, &mut self.tally)
    }

    fn sensitivity(&self) -> Sensitivity {
        // The macros give every result that they hand over as a value a class.
        self.meta.output.unwrap_or(Sensitivity {
            class: Class::Secret,
            kind: None,
            redact: None,
        })
    }

    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, value: &T) {
        let sensitivity = self.sensitivity();
        self.redactor().value(value, &sensitivity);
        self.structure(value);
    }

    pub(crate) fn opaque(&mut self) {
        let sensitivity = self.sensitivity();
        self.redactor().opaque(&sensitivity);
    }

    pub(crate) fn classified<T: Classify + ?Sized>(&mut self, value: &T) {
        value.redact(&mut self.redactor());
    }

    pub(crate) fn structure<T: Serialize + ?Sized>(&mut self, value: &T) {
        if self.meta.layer == Layer::Tool || self.meta.layer == Layer::Inference {
            self.canonical = canonical::of(value).map(|(bytes, empty)| Canonical {
                bytes,
                empty,
                unit: size_of_val(value) == 0 && empty,
            });
        }
    }

    /// Whether a keyed hash of the result may be shown: equality is something of the value.
    pub(crate) fn may_hash(&self) -> bool {
        self.tally.max.is_none_or(|max| max <= Class::Pii)
    }

    pub fn usage(&mut self, usage: impl Into<Option<Usage>>) {
        self.usage = usage.into();
    }
}

/// What is known of an error: its type, never its text.
pub struct Failure {
    pub(crate) error_type: Cow<'static, str>,
}

impl Failure {
    pub(crate) fn of<E: ?Sized>() -> Self {
        Self {
            error_type: Cow::Borrowed(std::any::type_name::<E>()),
        }
    }

    pub(crate) fn variant(&mut self, variant: Option<&'static str>) {
        if let Some(variant) = variant {
            self.error_type = Cow::Owned(format!("{}::{variant}", self.error_type));
        }
    }

    /// By its name, for the type of an error is all that may be looked at.
    pub(crate) fn is_timeout(error_type: &str) -> bool {
        ["Elapsed", "Timeout", "TimedOut", "DeadlineExceeded"]
            .iter()
            .any(|word| error_type.contains(word))
    }
}
