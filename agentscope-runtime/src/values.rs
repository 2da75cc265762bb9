//! Writes the values of one side of a call: redacted for telemetry, and once more for whoever keeps
//! them as they are.

use serde::Serialize;

use crate::class::{Class, Sensitivity};
use crate::classify::Classify;
use crate::keyring::Hasher;
use crate::payload;
use crate::policy;
use crate::redact::{Redactor, Tally, View};
use crate::room::{Buffers, Room};

pub(crate) struct Values {
    /// Its JSON is what is written.
    pub(crate) room: Room,
    pub(crate) tally: Tally,
    /// Class of the value that was written last.
    pub(crate) class: Class,
    /// By the key of the tenant that the call is for.
    pub(crate) hasher: Hasher,
    /// What was seen of the values that are written as they are, where somebody keeps such.
    payload: Option<Tally>,
}

impl Values {
    /// None yet, whose class is therefore `class`.
    pub(crate) fn new(class: Class, hasher: Hasher) -> Self {
        Self {
            room: Room::lend(),
            tally: Tally::default(),
            class,
            hasher,
            payload: payload::is_wanted().then(Tally::default),
        }
    }

    /// Begins a part of an object, which is not closed here; `key` is `,"name":`.
    pub(crate) fn key(&mut self, key: &str) {
        let Buffers { json, payload, .. } = self.room.get();
        json.begin_part(key);
        if self.payload.is_some() {
            payload.begin_part(key);
        }
    }

    fn write(&mut self, write: impl Fn(&mut Redactor<'_>)) {
        let Buffers { json, payload, .. } = self.room.get();
        let view = View::Telemetry(&self.hasher);
        write(&mut Redactor::new(json, &mut self.tally, view));
        if let Some(tally) = &mut self.payload {
            write(&mut Redactor::new(payload, tally, View::Payload));
        }
    }

    /// The class of a place, for a value that has none by its type.
    fn said(&mut self, here: Option<Sensitivity>) -> Sensitivity {
        let said = here.unwrap_or(Sensitivity::UNCLASSIFIED);
        self.class = said.class;
        said
    }

    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, here: Option<Sensitivity>, value: &T) {
        let said = self.said(here);
        self.write(|redactor| redactor.value(value, &said));
    }

    pub(crate) fn unknown<T: Serialize + ?Sized>(&mut self, here: Option<Sensitivity>, value: &T) {
        let said = self.said(here);
        self.write(|redactor| redactor.unknown(value, &said));
    }

    pub(crate) fn opaque(&mut self, here: Option<Sensitivity>) {
        let said = self.said(here);
        self.write(|redactor| redactor.opaque(&said));
    }

    pub(crate) fn classified<T: Classify + ?Sized>(
        &mut self,
        here: Option<Sensitivity>,
        value: &T,
    ) {
        // A default is for what has no class.
        let said = here.filter(|here| !here.by_default);
        self.class = said.map_or(T::MAX, |said| said.class.or(T::MAX));
        self.write(|redactor| match &here {
            Some(here) => redactor.classified(value, here),
            None => value.redact(redactor),
        });
    }

    /// Of the value that was written last as a whole: by the highest class in it, or by what its
    /// place says if that is stricter.
    pub(crate) fn together(&self, here: Option<Sensitivity>) -> Sensitivity {
        let by_class = Sensitivity::of(self.class);
        let here = here.unwrap_or(by_class);
        match policy::treatment(&here) > policy::treatment(&by_class) {
            true => here,
            false => by_class,
        }
    }

    /// They as they are, closed by `end`, with their highest class; once, and where somebody keeps
    /// such.
    pub(crate) fn payload(&mut self, end: &str) -> Option<(Class, &str)> {
        let tally = self.payload.take()?;
        let class = tally.max.filter(|_| tally.visible > 0 && !tally.cut)?;
        let json = &mut self.room.get().payload;
        json.raw(end);
        Some((class, json.since(0)))
    }

    /// Nothing half written may be shown.
    pub(crate) fn spoil(&mut self) {
        self.tally.visible = 0;
        self.payload = None;
    }
}
