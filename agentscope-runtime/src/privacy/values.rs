//! Writes the values of one side of a call: redacted for telemetry, and once more for whoever keeps
//! them as they are.

use serde::Serialize;

use crate::hash::keyring::Hasher;
use crate::json::room::{Buffers, Room};
use crate::policy;
use crate::privacy::class::{Class, Sensitivity};
use crate::privacy::classify::Classify;
use crate::privacy::content;
use crate::privacy::payload;
use crate::privacy::redact::{Redactor, View};
use crate::privacy::tally::Tally;
use crate::site::Layer;

pub(crate) struct Values {
    /// Its JSON is what is written.
    pub(crate) room: Room,
    pub(crate) tally: Tally,
    /// Class of the value that was written last.
    pub(crate) class: Class,
    /// By the key of the tenant that the call is for.
    pub(crate) hasher: Hasher,
    /// Somebody reads the JSON; else only the classes of the values count.
    is_read: bool,
    /// What was seen of the values that are written as they are, where somebody keeps such.
    payload: Option<Tally>,
}

impl Values {
    /// Of a call of this layer; none yet, whose class is therefore `class`.
    pub(crate) fn new(layer: Layer, class: Class, hasher: Hasher) -> Self {
        let payload = payload::is_wanted().then(Tally::default);
        // What a model is asked and answers goes nowhere unless the deployment asks for it.
        let is_content = layer == Layer::Inference;
        Self {
            room: Room::lend(),
            tally: Tally::default(),
            class,
            hasher,
            is_read: !is_content || payload.is_some() || content::capture().is_wanted(),
            payload,
        }
    }

    /// Begins a part of an object, which is not closed here; `key` is `,"name":`.
    #[inline]
    pub(crate) fn key(&mut self, key: &str) {
        if !self.is_read {
            return;
        }
        let Buffers { json, payload, .. } = self.room.get();
        json.begin_part(key);
        if self.payload.is_some() {
            payload.begin_part(key);
        }
    }

    fn write(&mut self, write: impl Fn(&mut Redactor<'_>)) {
        let Buffers { json, payload, .. } = self.room.get();
        let view = match self.is_read {
            true => View::Telemetry(&self.hasher),
            false => View::Classes,
        };
        write(&mut Redactor::new(json, &mut self.tally, view));
        if let Some(tally) = &mut self.payload {
            write(&mut Redactor::new(payload, tally, View::Payload));
        }
    }

    /// The class of a place, for a value that has none by its type.
    fn said<'s>(&mut self, here: Option<&'s Sensitivity>) -> &'s Sensitivity {
        let said = here.unwrap_or(&Sensitivity::UNCLASSIFIED);
        self.class = said.class;
        said
    }

    /// Whether a value of one class needs no more than to be counted, which it is then.
    fn is_counted(&mut self, said: &Sensitivity) -> bool {
        if !self.is_read {
            self.tally.see(said.class, policy::treatment(said));
        }
        !self.is_read
    }

    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, here: Option<&Sensitivity>, value: &T) {
        let said = self.said(here);
        if !self.is_counted(said) {
            self.write(|redactor| redactor.value(value, said));
        }
    }

    pub(crate) fn unknown<T: Serialize + ?Sized>(&mut self, here: Option<&Sensitivity>, value: &T) {
        let said = self.said(here);
        if !self.is_counted(said) {
            self.write(|redactor| redactor.unknown(value, said));
        }
    }

    pub(crate) fn opaque(&mut self, here: Option<&Sensitivity>) {
        let said = self.said(here);
        self.write(|redactor| redactor.opaque(said));
    }

    pub(crate) fn classified<T: Classify + ?Sized>(
        &mut self,
        here: Option<&Sensitivity>,
        value: &T,
    ) {
        // A default is for what has no class.
        let said = here.filter(|here| !here.by_default);
        self.class = said.map_or(T::MAX, |said| said.class.or(T::MAX));
        self.write(|redactor| match here {
            Some(here) => redactor.classified(value, here),
            None => value.redact(redactor),
        });
    }

    /// Of the value that was written last as a whole: by the highest class in it, or by what its
    /// place says if that is stricter.
    pub(crate) fn together(&self, here: Option<Sensitivity>) -> Sensitivity {
        let by_class = Sensitivity::of(self.class);
        // A default is for what has no class, and is that class where the value has none.
        let here = here.filter(|here| !here.by_default).unwrap_or(by_class);
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
