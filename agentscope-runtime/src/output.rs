//! Collects what an annotated function returned, before the caller gets it.

use std::borrow::Cow;

use serde::Serialize;

use crate::canonical;
use crate::class::{Class, Sensitivity};
use crate::classify::Classify;
use crate::emptiness;
use crate::json::Json;
use crate::keyring::Hasher;
use crate::payload;
use crate::redact::{Redactor, Tally, View};
use crate::redacted::Redacted;
use crate::room::{Buffers, Room};
use crate::site::{Layer, Meta};
use crate::usage::{Usage, UsageOption};

/// What a call returned; expansions fill it from a reference to the `Ok` value.
pub struct Output {
    meta: &'static Meta,
    hasher: Hasher,
    /// What was seen of the value that is written as it is, where somebody keeps such.
    payload: Option<Tally>,
    pub(crate) tally: Tally,
    /// Its JSON is the result.
    pub(crate) room: Room,
    /// Highest class of the result.
    class: Class,
    has_canonical: bool,
    /// Empty as the design defines it.
    pub(crate) empty: bool,
    /// Its type has one value only, so that its emptiness says nothing.
    pub(crate) unit: bool,
    pub(crate) usage: Option<Usage>,
}

impl Output {
    pub(crate) fn new(meta: &'static Meta, hasher: &Hasher) -> Self {
        Self {
            meta,
            hasher: hasher.clone(),
            payload: payload::is_wanted().then(Tally::default),
            tally: Tally::default(),
            room: Room::lend(),
            class: Class::Public,
            has_canonical: false,
            empty: false,
            unit: false,
            usage: None,
        }
    }

    /// Of a stream that has ended: its items went to the caller one by one, unseen.
    pub(crate) fn of_items(meta: &'static Meta, empty: bool, usage: Option<Usage>) -> Self {
        Self {
            empty,
            usage,
            ..Self::new(meta, &Hasher::default())
        }
    }

    /// For telemetry, and once more for whoever keeps values as they are.
    fn write(&mut self, write: impl Fn(&mut Redactor<'_>)) {
        let Buffers { json, payload, .. } = self.room.get();
        let view = View::Telemetry(&self.hasher);
        write(&mut Redactor::new(json, &mut self.tally, view));
        if let Some(tally) = &mut self.payload {
            write(&mut Redactor::new(payload, tally, View::Payload));
        }
    }

    /// The result as it is, with its highest class, where somebody keeps such.
    pub(crate) fn payload(&mut self) -> Option<(Class, &str)> {
        let tally = self.payload.take()?;
        let class = tally.max.filter(|_| tally.visible > 0 && !tally.cut)?;
        Some((class, self.room.get().payload.since(0)))
    }

    fn sensitivity(&self) -> Sensitivity {
        self.meta.output.unwrap_or(Sensitivity::UNCLASSIFIED)
    }

    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, value: &T) {
        let sensitivity = self.sensitivity();
        self.class = sensitivity.class;
        self.write(|redactor| redactor.value(value, &sensitivity));
    }

    pub(crate) fn unknown<T: Serialize + ?Sized>(&mut self, value: &T) {
        let sensitivity = self.sensitivity();
        self.class = sensitivity.class;
        self.write(|redactor| redactor.unknown(value, &sensitivity));
    }

    pub(crate) fn opaque(&mut self) {
        let sensitivity = self.sensitivity();
        self.class = sensitivity.class;
        self.write(|redactor| redactor.opaque(&sensitivity));
    }

    pub(crate) fn classified<T: Classify + ?Sized>(&mut self, value: &T) {
        let here = self.meta.output;
        // A default is for what has no class.
        let said = here.filter(|here| !here.by_default);
        self.class = said.map_or(T::MAX, |said| said.class.or(T::MAX));
        self.write(|redactor| match &here {
            Some(here) => redactor.classified(value, here),
            None => value.redact(redactor),
        });
    }

    pub(crate) fn structure<T: Serialize + ?Sized>(&mut self, value: &T) {
        let wanted = matches!(self.meta.layer, Layer::Tool | Layer::Inference);
        if !wanted {
            return;
        }
        let empty = emptiness::of(value);
        // A type of one value only: that it is empty says nothing.
        self.empty = empty;
        self.unit = empty && size_of_val(value) == 0;
        // What may not be shown is not looked at further.
        if self.class <= Class::Pii {
            self.has_canonical = canonical::write(&mut self.room.get().canonical, value);
        }
    }

    fn canonical(&self) -> Option<&[u8]> {
        self.room.canonical().filter(|_| self.has_canonical)
    }

    /// The size as far as the class lets it be told.
    pub(crate) fn size(&self) -> Option<usize> {
        self.tally.size_shown(self.class, self.canonical()?.len())
    }

    /// What a keyed hash may be taken over.
    pub(crate) fn hashable(&self) -> Option<&[u8]> {
        self.canonical()
            .filter(|_| self.tally.may_be_compared(self.class))
    }

    pub fn usage(&mut self, usage: impl UsageOption) {
        self.usage = usage.usage_option();
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
