//! Writes values as JSON, each part redacted by its class.

use serde::Serialize;

use crate::hash::key::KeyedHash;
use crate::hash::keyring::Hasher;
use crate::json::map_key;
use crate::json::{self, DEEPEST_SHOWN, Json, LARGEST, Written, is_escaped, text_of};
use crate::policy::{self, Destination};
use crate::privacy::class::{Sensitivity, Treatment};
use crate::privacy::classify::Classify;
use crate::privacy::kind::Kind;
use crate::privacy::redacted::Redacted;
use crate::privacy::scrubbing;
use crate::privacy::tally::Tally;
use crate::privacy::text::{placeholder, shortened};
use crate::privacy::treat;

/// A value larger than this (bytes of JSON) is shown as a preview and its size.
const VALUE_LIMIT: usize = 8 * 1024;
const PREVIEW: usize = 1024;
/// Stands for a value that nobody can look into, whatever its class lets be shown.
const OPAQUE: &str = "[opaque]";
/// In place of what is inside of more lists and objects than are walked.
const TOO_DEEP: &str = "[nested deeper than 60]";
/// Bytes of a text that is truncated, at most.
const TRUNCATED: usize = 512;

/// Receives a classified value part by part and writes what telemetry may show of it.
///
/// Values go in, only redacted JSON comes out: there is no way to read a value back. What
/// `#[derive(Classify)]` writes can be written by hand for a type that has its own form:
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Class, Classify, Redactor};
///
/// enum Weather { Sun, Rain }
///
/// impl Classify for Weather {
///     const MAX: Class = Class::Public;
///
///     fn redact(&self, out: &mut Redactor<'_>) {
///         out.word(match self { Self::Sun => "sun", Self::Rain => "rain" });
///     }
/// }
/// ```
pub struct Redactor<'a> {
    pub(crate) out: &'a mut Json,
    pub(crate) tally: &'a mut Tally,
    pub(crate) view: View<'a>,
    /// Lists and objects that it writes inside of.
    depth: usize,
}

/// For whom it writes.
#[derive(Clone, Copy)]
pub(crate) enum View<'a> {
    /// For telemetry, which shows of a value what the policy lets it; hashes are by this key.
    Telemetry(&'a Hasher),
    /// For a payload sink, which gets the values themselves unless they may be nowhere.
    Payload,
    /// For nobody: only which classes there are is told. Values are not looked at.
    Classes,
}

impl View<'_> {
    /// Bytes of one value that are written whole.
    fn limit(self) -> usize {
        match self {
            View::Telemetry(_) | View::Classes => VALUE_LIMIT,
            View::Payload => LARGEST,
        }
    }

    #[inline]
    fn treatment(self, sensitivity: &Sensitivity) -> Treatment {
        let is_kept = || {
            Destination::Payload.takes(sensitivity.class)
                && sensitivity.kind != Some(Kind::CardSecret)
        };
        match self {
            View::Telemetry(_) | View::Classes => policy::treatment(sensitivity),
            View::Payload if is_kept() => Treatment::Keep,
            View::Payload => Treatment::Drop,
        }
    }
}

impl<'a> Redactor<'a> {
    pub(crate) fn new(out: &'a mut Json, tally: &'a mut Tally, view: View<'a>) -> Self {
        let depth = 0;
        Self {
            out,
            tally,
            view,
            depth,
        }
    }

    /// The same for one part of what is written.
    pub(crate) fn again(&mut self) -> Redactor<'_> {
        let depth = self.depth + 1;
        Redactor {
            depth,
            ..Redactor::new(self.out, self.tally, self.view)
        }
    }

    /// Whether what comes is too deep to be walked, and then writes that.
    pub(crate) fn is_too_deep(&mut self) -> bool {
        let is_it = self.depth >= DEEPEST_SHOWN;
        if is_it {
            self.tally.cut = true;
            self.out.word(TOO_DEEP);
        }
        is_it
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.out.raw("null");
    }

    /// Writes an object; `fields` writes each of its parts.
    pub fn object(&mut self, fields: impl FnOnce(&mut Object<'_, 'a>)) {
        if self.is_too_deep() {
            return;
        }
        self.out.raw("{");
        fields(&mut Object {
            redactor: self,
            first: true,
        });
        self.out.raw("}");
    }

    /// Writes a list; `write` writes each item.
    pub fn list<I: IntoIterator>(&mut self, items: I, write: impl Fn(I::Item, &mut Redactor<'_>)) {
        if self.is_too_deep() {
            return;
        }
        self.out.raw("[");
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.out.raw(",");
            }
            write(item, &mut self.again());
        }
        self.out.raw("]");
    }

    /// Writes a word that is code, such as the name of an enum variant.
    pub fn word(&mut self, word: &'static str) {
        self.out.word(word);
    }

    /// Writes what may be shown already.
    pub(crate) fn redacted(&mut self, text: &Redacted) {
        self.out.string(text.as_str());
    }

    /// Writes a value that is not looked into, for its type has no JSON form, or is a lock: only that
    /// it was there. Where its class would show something of it that is told apart from policy.
    pub(crate) fn opaque(&mut self, sensitivity: &Sensitivity) {
        match self.view.treatment(sensitivity) {
            treatment @ (Treatment::Mask | Treatment::Drop) => self.hidden(sensitivity, treatment),
            _ => self.instead(sensitivity, Treatment::Mask, OPAQUE),
        }
    }

    /// Writes that a value was there, which is shown no more of than by this treatment.
    fn hidden(&mut self, sensitivity: &Sensitivity, treatment: Treatment) {
        let treatment = match treatment {
            Treatment::Drop => Treatment::Drop,
            _ => Treatment::Mask,
        };
        self.instead(sensitivity, treatment, placeholder(sensitivity.class));
    }

    /// Writes a word in the place of a value.
    fn instead(&mut self, sensitivity: &Sensitivity, treatment: Treatment, word: &str) {
        // A payload is as sensitive as what is in it.
        if !matches!((self.view, treatment), (View::Payload, Treatment::Drop)) {
            self.tally.see(sensitivity.class, treatment);
        }
        if !matches!(self.view, View::Classes) {
            self.out.word(word);
        }
    }

    /// Writes a value of a classified type that has a class here too: of the two the stricter.
    ///
    /// What somebody has said of the place holds for each part, also for those that the type would
    /// show beside one of that class. A default is for what has no class.
    pub(crate) fn classified<T: Classify + ?Sized>(&mut self, value: &T, here: &Sensitivity) {
        if !here.by_default && self.view.treatment(here) != Treatment::Keep {
            self.hidden(here, self.view.treatment(here));
        } else {
            value.redact(self);
        }
    }

    /// Writes a value of a type that does not say what is in it. A payload sink gets nothing of it:
    /// there may be a secret inside.
    pub(crate) fn unknown<T: Serialize + ?Sized>(&mut self, value: &T, sensitivity: &Sensitivity) {
        match self.view {
            View::Telemetry(_) | View::Classes => self.value(value, sensitivity),
            View::Payload => self.out.word(placeholder(sensitivity.class)),
        }
    }

    /// Writes what the class of a value lets telemetry show of it.
    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, value: &T, sensitivity: &Sensitivity) {
        let treatment = self.view.treatment(sensitivity);
        match (treatment, self.view) {
            (Treatment::Mask | Treatment::Drop, _) => return self.hidden(sensitivity, treatment),
            // Nearly all are texts, and what is hashed of one is not its JSON.
            (Treatment::Hash, View::Telemetry(hasher))
                if map_key::text(value, |text| self.text_hash(sensitivity, hasher, text)) =>
            {
                return;
            }
            _ => {}
        }
        if let View::Classes = self.view {
            return self.tally.see(sensitivity.class, treatment);
        }
        let from = self.out.len();
        let written = self.out.value(value);
        let is_whole = written == Written::Whole;
        if written == Written::Nothing || (!is_whole && treatment != Treatment::Keep) {
            // A value that fails to serialise is not shown: the error text could carry it. Nor is
            // the hash of a part of one, which would look like that of another.
            self.out.truncate(from);
            return self.hidden(sensitivity, treatment);
        }
        if let (Treatment::Hash, View::Telemetry(hasher)) = (treatment, self.view) {
            let hash = hash(
                hasher,
                sensitivity.kind,
                &text_of(self.out.bytes_since(from)),
            );
            self.out.truncate(from);
            return self.hashed(sensitivity, &hash);
        }
        self.tally.cut |= !is_whole;
        let bytes = self.out.len() - from;
        if treatment == Treatment::Keep && is_whole && bytes <= self.view.limit() {
            return self.tally.see(sensitivity.class, treatment);
        }
        let json = self.out.since(from);
        let instead = match treatment {
            Treatment::Keep if written == Written::Begun => {
                format!("{} [more than {LARGEST} bytes]", beginning(json))
            }
            Treatment::Keep if written == Written::Deep => {
                format!("{} {TOO_DEEP}", beginning(json))
            }
            Treatment::Keep => format!("{} [{bytes} bytes]", beginning(json)),
            _ => match part(treatment, sensitivity.kind, json) {
                Some(part) => part,
                // It is not what it is said to be.
                None => {
                    self.out.truncate(from);
                    return self.hidden(sensitivity, treatment);
                }
            },
        };
        self.tally.see(sensitivity.class, treatment);
        self.out.truncate(from);
        self.out.string(&instead);
    }

    /// Writes the hash of a text; false where it may be too large to be looked at.
    fn text_hash(&mut self, sensitivity: &Sensitivity, hasher: &Hasher, text: &str) -> bool {
        let fits = json::largest_string(text) <= LARGEST;
        if fits {
            self.hashed(
                sensitivity,
                &hash(hasher, sensitivity.kind, text.as_bytes()),
            );
        }
        fits
    }

    fn hashed(&mut self, sensitivity: &Sensitivity, hash: &KeyedHash) {
        self.tally.see(sensitivity.class, Treatment::Hash);
        self.out.unescaped(hash.as_bytes());
    }
}

fn hash(hasher: &Hasher, kind: Option<Kind>, text: &[u8]) -> KeyedHash {
    hasher.hash(
        kind.map_or("value", Kind::as_str),
        &treat::canonical(kind, text),
    )
}

/// What is shown of a text or a number, of which a part may be shown.
fn part(treatment: Treatment, kind: Option<Kind>, json: &str) -> Option<String> {
    if json.starts_with(['[', '{', 'n']) {
        return None;
    }
    let text = text_of(json.as_bytes());
    let text = std::str::from_utf8(&text).ok()?;
    match treatment {
        // Before it is cut, and of no more than is shown of characters of four bytes.
        Treatment::Truncate => Some(treat::truncated(&scrubbing::begun(text, TRUNCATED))),
        Treatment::Generalise => treat::generalised(kind, text),
        Treatment::BinLast4 => treat::bin_last4(text),
        Treatment::Last4 => treat::last4(text),
        Treatment::Keep | Treatment::Hash | Treatment::Mask | Treatment::Drop => None,
    }
}

/// What is shown of JSON that is too large to be shown.
fn beginning(json: &str) -> String {
    shortened(&scrubbing::beginning(json, PREVIEW), PREVIEW).into_owned()
}

/// An object that is being written; made by [`Redactor::object`].
pub struct Object<'r, 'a> {
    pub(crate) redactor: &'r mut Redactor<'a>,
    pub(crate) first: bool,
}

impl Object<'_, '_> {
    /// Writes one part; its name is code.
    pub fn field(&mut self, name: &'static str, write: impl FnOnce(&mut Redactor<'_>)) {
        let separator = separator(&mut self.first);
        match name.bytes().any(is_escaped) {
            false => self.redactor.out.key(separator, name),
            // `#[serde(rename = ..)]` may say anything.
            true => {
                self.redactor.out.raw(separator);
                self.redactor.out.string(name);
                self.redactor.out.raw(":");
            }
        }
        write(&mut self.redactor.again());
    }
}

/// What stands before a part of an object.
pub(crate) fn separator(first: &mut bool) -> &'static str {
    match std::mem::take(first) {
        true => "",
        false => ",",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::class::Class;

    fn shown<T: Serialize + ?Sized>(value: &T, class: Class, redact: Option<Treatment>) -> String {
        let (mut out, mut tally) = (Json::default(), Tally::default());
        let sensitivity = Sensitivity {
            redact,
            ..Sensitivity::of(class)
        };
        Redactor::new(&mut out, &mut tally, View::Telemetry(&Hasher::default()))
            .value(value, &sensitivity);
        out.into_string()
    }

    #[test]
    fn a_value_is_shown_as_its_class_allows() {
        assert_eq!(shown("a\"b", Class::Public, None), r#""a\"b""#);
        assert_eq!(shown("v", Class::Confidential, None), r#""[confidential]""#);
        assert_eq!(shown("v", Class::Special, None), r#""[special]""#);
        assert_eq!(
            shown("4111111111111111", Class::Pii, Some(Treatment::Last4)),
            r#""…1111""#
        );
        assert_eq!(
            shown("1234567", Class::Pii, Some(Treatment::Last4)),
            r#""[pii]""#
        );
        assert_eq!(
            shown("alice", Class::Pii, None),
            shown("alice", Class::Pii, None)
        );
        assert_ne!(
            shown("alice", Class::Pii, None),
            shown("bob", Class::Pii, None)
        );
        // Not seen to be a text by itself, and hashed all the same as one.
        let hidden = Some("al\"ice");
        assert_eq!(
            shown(&hidden, Class::Pii, None),
            shown("al\"ice", Class::Pii, None)
        );
    }

    #[test]
    fn what_is_cut_is_scrubbed_before() {
        for before in 30..64 {
            let text = format!("{} 4111 1111 1111 1111 it is", "x".repeat(before));
            let shown = shown(&text, Class::Internal, Some(Treatment::Truncate));
            assert!(!shown.contains("41"), "{shown}");
        }
    }

    #[test]
    fn a_large_value_becomes_a_preview_that_is_still_json() {
        let json = shown(&"ä\"".repeat(20_000), Class::Internal, None);
        assert!(json.len() < 2 * PREVIEW + 99);
        let text: String = serde_json::from_str(&json).expect("valid JSON");
        assert!(text.ends_with(" bytes]"), "{text}");
    }
}
