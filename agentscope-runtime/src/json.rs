//! A JSON text that is being written.

pub(crate) mod canonical;
pub(crate) mod emptiness;
pub(crate) mod entries;
pub(crate) mod map_key;
pub(crate) mod ordered;
pub(crate) mod room;

use std::borrow::Cow;
use std::io;

use serde::Serialize;

use crate::privacy::redacted::Redacted;
use crate::privacy::scrubbing;

/// Bytes, because serde_json writes bytes; only whole JSON texts and strings ever go in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Json(Vec<u8>);

impl Json {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes back what was written after `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// Writes structure: braces, commas, `null`.
    #[inline]
    pub(crate) fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Writes a text that is code (a name, a hash, a placeholder) as a JSON string: there is nothing
    /// to escape in it.
    pub(crate) fn word(&mut self, word: &str) {
        self.unescaped(word.as_bytes());
    }

    /// Writes the key of a part of an object that is written part by part: `,"name":`.
    #[inline]
    pub(crate) fn begin_part(&mut self, key: &str) {
        let from = self.len();
        self.raw(key);
        // The first opens the object.
        if let (0, Some(first)) = (from, self.0.first_mut()) {
            *first = b'{';
        }
    }

    /// Writes the key of a part of an object, and before it what separates it.
    pub(crate) fn key(&mut self, before: &'static str, key: &str) {
        self.0.reserve(before.len() + key.len() + 3);
        // One byte or none.
        before.bytes().for_each(|byte| self.0.push(byte));
        self.0.push(b'"');
        self.raw(key);
        self.raw("\":");
    }

    /// Likewise; bytes, because they are not checked again for what they are known to be.
    pub(crate) fn unescaped(&mut self, word: &[u8]) {
        self.0.reserve(word.len() + 2);
        self.0.push(b'"');
        self.0.extend_from_slice(word);
        self.0.push(b'"');
    }

    pub(crate) fn bytes_since(&self, from: usize) -> &[u8] {
        &self.0[from..]
    }

    /// Writes a text as a JSON string.
    pub(crate) fn string(&mut self, text: &str) {
        let bytes = text.as_bytes();
        if !has_escaped(bytes) {
            return self.unescaped(bytes);
        }
        self.raw("\"");
        let mut from = 0;
        // What needs escaping is ASCII, so the text is only cut between characters.
        for (place, byte) in bytes.iter().enumerate() {
            let escaped = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                0..=31 => &format!("\\u{byte:04x}"),
                _ => continue,
            };
            self.0.extend_from_slice(&bytes[from..place]);
            self.raw(escaped);
            from = place + 1;
        }
        self.0.extend_from_slice(&bytes[from..]);
        self.raw("\"");
    }

    /// Writes a value.
    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        // Most are plain texts, and serde_json would go through them byte by byte.
        let is_written = map_key::text(value, |text| {
            let is_plain = text.len() + 2 <= LARGEST && !has_escaped(text.as_bytes());
            if is_plain {
                self.unescaped(text.as_bytes());
            }
            is_plain
        });
        if is_written {
            return Written::Whole;
        }
        let from = self.len();
        let out = &mut self.0;
        let take = |bytes: &[u8]| out.extend_from_slice(bytes);
        let written = write(value, DEEPEST_SHOWN, take);
        if written == Written::Nothing {
            self.truncate(from);
        }
        written
    }

    /// What was written from `from` on.
    pub(crate) fn since(&self, from: usize) -> &str {
        // Only UTF-8 goes in, but a value that is too large may end inside a character.
        match std::str::from_utf8(&self.0[from..]) {
            Ok(text) => text,
            Err(error) => {
                std::str::from_utf8(&self.0[from..][..error.valid_up_to()]).unwrap_or_default()
            }
        }
    }

    /// All of it; a `Redactor` has written it.
    pub(crate) fn to_redacted(&self) -> Redacted {
        Redacted::shown(scrubbing::at_once(self.since(0)).into_owned())
    }

    pub(crate) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    #[cfg(test)]
    pub(crate) fn into_string(self) -> String {
        self.since(0).to_owned()
    }
}

/// The text that a JSON string stands for; other JSON as it is.
pub(crate) fn text_of(json: &[u8]) -> Cow<'_, [u8]> {
    let unquoted = json
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""));
    match unquoted {
        // All are looked at, so that several can be at once.
        Some(text) if !text.iter().fold(false, |any, byte| any | (*byte == b'\\')) => {
            Cow::Borrowed(text)
        }
        _ => match serde_json::from_slice::<String>(json) {
            Ok(text) => Cow::Owned(text.into_bytes()),
            Err(_) => Cow::Borrowed(json),
        },
    }
}

/// How much of a value was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Whole,
    /// It is larger than [`LARGEST`]: not more than that was written.
    Begun,
    /// It is nested deeper than [`DEEPEST_SHOWN`]: what is deeper, and behind that, was not written.
    Deep,
    /// It cannot be serialised.
    Nothing,
}

/// Bytes of JSON that are written of one value. Telemetry must not hold up the agent: what is
/// larger is only begun.
pub(crate) const LARGEST: usize = 256 * 1024;

/// Lists and objects inside one another that are walked: each takes of the stack, which is the
/// agent's. What serde_json reads is no deeper.
pub(crate) const DEEPEST: usize = 128;

/// The same of what is shown of one value, and of what its type shows around such values: so both
/// together can be read.
pub(crate) const DEEPEST_SHOWN: usize = 60;

/// Whether the JSON of a value is neither too large nor too deep for the thread of the agent.
pub(crate) fn fits<T: Serialize + ?Sized>(value: &T) -> bool {
    write(value, DEEPEST, |_| ()) == Written::Whole
}

fn write<T: Serialize + ?Sized>(value: &T, deepest: usize, take: impl FnMut(&[u8])) -> Written {
    let mut room = Room::new(take);
    let mut is_deep = false;
    let nesting = Nesting {
        left: deepest,
        is_deep: &mut is_deep,
    };
    let mut serializer = serde_json::Serializer::with_formatter(&mut room, nesting);
    match value.serialize(&mut serializer) {
        Ok(()) => Written::Whole,
        Err(_) if is_deep => Written::Deep,
        Err(_) if room.full => Written::Begun,
        Err(_) => Written::Nothing,
    }
}

/// Writes as serde_json does, and no deeper than so much.
struct Nesting<'a> {
    left: usize,
    is_deep: &'a mut bool,
}

impl Nesting<'_> {
    fn open<W: io::Write + ?Sized>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        let Some(left) = self.left.checked_sub(1) else {
            *self.is_deep = true;
            return Err(io::ErrorKind::InvalidData.into());
        };
        self.left = left;
        out.write_all(bracket)
    }

    fn close<W: io::Write + ?Sized>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.left += 1;
        out.write_all(bracket)
    }
}

impl serde_json::ser::Formatter for Nesting<'_> {
    fn begin_array<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }
}

/// Whether JSON has a byte of a text otherwise.
pub(crate) fn is_escaped(byte: u8) -> bool {
    byte < 32 || matches!(byte, b'"' | b'\\')
}

/// All are looked at, so that several can be at once.
pub(crate) fn has_escaped(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .fold(false, |any, byte| any | is_escaped(*byte))
}

/// Bytes that the JSON of a text takes, and one for what is behind it, at most.
#[inline]
pub(crate) fn largest_string(text: &str) -> usize {
    // To look at a short one costs more than it tells.
    if text.len() < 256 {
        return 3 + 6 * text.len();
    }
    let escaped = text.bytes().filter(|byte| is_escaped(*byte)).count();
    3 + text.len() + 5 * escaped
}

/// Takes [`LARGEST`] bytes and no more.
struct Room<F> {
    take: F,
    left: usize,
    full: bool,
}

impl<F: FnMut(&[u8])> Room<F> {
    fn new(take: F) -> Self {
        Self {
            take,
            left: LARGEST,
            full: false,
        }
    }
}

impl<F: FnMut(&[u8])> io::Write for Room<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fits = bytes.len().min(self.left);
        (self.take)(&bytes[..fits]);
        self.left -= fits;
        if fits < bytes.len() {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, LARGEST, Written};

    #[test]
    fn any_text_becomes_a_string_that_reads_back() {
        for text in ["", "ä\"\\\n\u{1}\t🦀", "plain"] {
            let mut json = Json::default();
            json.string(text);
            let read: String = serde_json::from_str(&json.into_string()).expect("valid JSON");
            assert_eq!(read, text);
        }
    }

    #[test]
    fn a_value_that_fails_leaves_nothing_behind() {
        let mut json = Json::default();
        json.raw("[");
        let map = std::collections::HashMap::from([((1, 2), 3)]);
        assert_eq!(json.value(&map), Written::Nothing, "JSON keys are strings");
        assert_eq!(json.into_string(), "[");
    }

    #[test]
    fn a_value_that_is_too_large_is_only_begun() {
        let mut json = Json::default();
        assert_eq!(json.value(&"ä".repeat(LARGEST)), Written::Begun);
        assert!(json.len() <= LARGEST && json.since(0).starts_with("\"ää"));
    }
}
