//! What the words around a number say it is.

use super::bytes::{at, before};
use super::words::{self, About};

/// So much of the text before a number is read.
const BEFORE: usize = 56;
/// So much of it where the number has no name of its own.
const NEAR: usize = 40;
/// So much of the text behind it.
const BEHIND: usize = 24;

/// What stands before a number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Context {
    /// One can call it.
    pub(super) phone: bool,
    /// One can pay with it.
    pub(super) card: bool,
    /// It is a Social Security number.
    pub(super) ssn: bool,
    /// It is a version.
    pub(super) version: bool,
    /// It is an IP address.
    pub(super) ip: bool,
}

/// What the text before `end` says of what follows.
///
/// A name right before it, as in `order_id: 5`, has the say alone. Otherwise what is near counts,
/// unless the last word is the name of something else.
pub(super) fn context(text: &[u8], end: usize) -> Context {
    let from = end.saturating_sub(BEFORE);
    let region = &text[from..end];
    let name_end = trimmed(region);
    let (region, is_name) = match name_end.checked_sub(1).map(|last| region[last]) {
        Some(b':' | b'=') => (phrase(&region[..name_end - 1]), true),
        // The colon of Chinese and Japanese.
        Some(0x9A) if region[..name_end].ends_with("：".as_bytes()) => {
            (phrase(&region[..name_end - 3]), true)
        }
        _ => (&region[region.len().saturating_sub(NEAR)..], false),
    };
    let is_whole = region.len() < NEAR || is_name;
    let mut found = About::default();
    let mut last = About::default();
    let mut version_behind = usize::MAX;
    let mut called = false;
    each_word(region, is_whole, |word| {
        let about = words::about(word);
        found.phone |= about.phone || (called && is_called(word));
        found.card |= about.card;
        found.ssn |= about.ssn;
        found.ip |= about.ip;
        version_behind = match about.version {
            true => 0,
            false => version_behind.saturating_add(1),
        };
        called = calls(word);
        last = about;
    });
    if region.iter().any(|byte| *byte >= 0xE0) {
        let part = words::about_part(&String::from_utf8_lossy(region));
        found.phone |= part.phone;
        found.card |= part.card;
    }
    let is_other = last.other && !last.phone;
    Context {
        phone: !is_other && (found.phone || (is_name && last.phone_name)),
        card: !is_other && found.card,
        ssn: found.ssn,
        version: version_behind <= 2 && !last.ip,
        ip: found.ip,
    }
}

/// `call me`, `ring us`: on its own a call is what agents make.
fn calls(word: &str) -> bool {
    matches!(
        word,
        "call" | "ring" | "reach" | "text" | "contact" | "phone"
    )
}

fn is_called(word: &str) -> bool {
    matches!(
        word,
        "me" | "us" | "him" | "her" | "them" | "back" | "on" | "at" | "you"
    )
}

/// Whether the word behind `from` makes the number before it an amount.
pub(super) fn is_amount(text: &[u8], from: usize) -> bool {
    at(text, from) == b'%' || word_behind(text, from, words::is_unit)
}

/// Whether the word behind `from` says that one can call the number before it.
pub(super) fn is_phone_behind(text: &[u8], from: usize) -> bool {
    word_behind(text, from, words::is_phone_behind)
}

/// Calls `each` with the next word behind a place, at most a space or a bracket further.
pub(super) fn word_behind<T>(text: &[u8], from: usize, each: impl FnOnce(&str) -> T) -> T {
    let rest = &text[from.min(text.len())..text.len().min(from + BEHIND)];
    let skipped = rest
        .iter()
        .take(2)
        .take_while(|byte| matches!(byte, b' ' | b'(' | b','))
        .count();
    let word = &rest[skipped..];
    let end = word.iter().position(|byte| !is_letter(*byte));
    lower(&word[..end.unwrap_or(word.len())], each)
}

/// The length of a region without quotes, spaces and opening brackets at its end.
fn trimmed(region: &[u8]) -> usize {
    let is_room = |byte: &u8| {
        matches!(
            byte,
            b' ' | b'\n'
                | b'\t'
                | b'"'
                | b'\''
                | b'`'
                | b'('
                | b'['
                | b'+'
                | b'#'
                | b'\\'
                | b'<'
                | b'*'
        )
    };
    region
        .iter()
        .rposition(|byte| !is_room(byte))
        .map_or(0, |last| last + 1)
}

/// The last phrase of a region: a field's name, or what stands in the line before a colon.
fn phrase(region: &[u8]) -> &[u8] {
    let ends = |byte: &u8| {
        matches!(
            byte,
            b'\n' | b',' | b';' | b'{' | b'}' | b'&' | b'?' | b'|' | b'='
        )
    };
    let from = region.iter().rposition(ends).map_or(0, |last| last + 1);
    &region[from..]
}

/// A table, for each byte before each number is asked.
const LETTERS: [bool; 256] = {
    let mut letters = [false; 256];
    let mut byte = 0;
    while byte < letters.len() {
        letters[byte] = byte >= 0x80 || (byte as u8).is_ascii_alphabetic();
        byte += 1;
    }
    letters
};

fn is_letter(byte: u8) -> bool {
    LETTERS[usize::from(byte)]
}

/// Calls `each` with the words of a region in lower case. `phoneNumber` and `phone_number` are two.
/// A marker is no word: what was found before says nothing of what follows.
fn each_word(region: &[u8], is_whole: bool, mut each: impl FnMut(&str)) {
    let mut from = 0;
    while let Some(other) = region[from..].iter().position(|byte| is_letter(*byte)) {
        from += other;
        let mut was_lower = region[from].is_ascii_lowercase();
        let more = region[from + 1..].iter().position(|byte| {
            // A hump: `phoneNumber`.
            let ends = !is_letter(*byte) || (was_lower && byte.is_ascii_uppercase());
            was_lower = byte.is_ascii_lowercase();
            ends
        });
        let end = more.map_or(region.len(), |more| from + 1 + more);
        let is_marker = before(region, from) == b'[' && at(region, end) == b']';
        // The first word may be the rest of a longer one.
        if !is_marker
            && (from > 0 || is_whole)
            && (least(region[from])..=40).contains(&(end - from))
        {
            // The letter of `\n` is none of a word, where a text has been escaped twice.
            let skip = usize::from(
                before(region, from) == b'\\' && matches!(region[from], b'n' | b't' | b'r'),
            );
            lower(&region[from + skip..end], &mut each);
        }
        from = end;
    }
}

/// Bytes of the shortest word that says something: a single letter never does.
fn least(first: u8) -> usize {
    if first.is_ascii() { 2 } else { 3 }
}

/// Calls `each` with a word in lower case.
fn lower<T>(word: &[u8], each: impl FnOnce(&str) -> T) -> T {
    let mut ascii = [0; 40];
    if let Some(room) = ascii.get_mut(..word.len())
        && word.is_ascii()
    {
        room.copy_from_slice(word);
        room.make_ascii_lowercase();
        return each(std::str::from_utf8(room).unwrap_or_default());
    }
    // Twice the room, for a letter may grow; longer words are none that is known.
    let mut room = [0; 80];
    let mut end = 0;
    for letter in std::str::from_utf8(word).unwrap_or_default().chars() {
        for lower in letter.to_lowercase() {
            let Some(rest) = room.get_mut(end..end + lower.len_utf8()) else {
                return each("");
            };
            end += lower.encode_utf8(rest).len();
        }
    }
    each(std::str::from_utf8(&room[..end]).unwrap_or_default())
}
