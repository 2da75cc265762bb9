//! Looking at single bytes of a text.

/// The largest place at or before `at` that is between characters.
pub(super) fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The byte at a place, 0 where there is none.
#[inline]
pub(super) fn at(text: &[u8], place: usize) -> u8 {
    text.get(place).copied().unwrap_or(0)
}

/// The byte before a place, 0 where there is none.
#[inline]
pub(super) fn before(text: &[u8], place: usize) -> u8 {
    place.checked_sub(1).map_or(0, |place| at(text, place))
}

/// The place behind the bytes from `from` on for which `is` holds.
#[inline]
pub(super) fn skip(text: &[u8], from: usize, to: usize, is: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(from..to).unwrap_or_default();
    from + rest
        .iter()
        .position(|byte| !is(*byte))
        .unwrap_or(rest.len())
}

/// The first of the bytes before `end` for which `is` holds.
#[inline]
pub(super) fn skip_back(text: &[u8], from: usize, end: usize, is: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(from..end).unwrap_or_default();
    from + rest
        .iter()
        .rposition(|byte| !is(*byte))
        .map_or(0, |last| last + 1)
}

/// Whether no word runs on into `place` from the left. Letters outside of ASCII are no part of a
/// number or a key, so `電話09012345678` has one; nor is the letter of `\n` in a text that has
/// been escaped twice.
pub(super) fn is_start(text: &[u8], place: usize) -> bool {
    match before(text, place) {
        b'0'..=b'9' | b'_' => false,
        b'n' | b't' | b'r' | b'b' | b'f' => place >= 2 && text[place - 2] == b'\\',
        byte => !byte.is_ascii_alphabetic(),
    }
}

/// Whether no word runs on from `place` to the right.
pub(super) fn is_end(text: &[u8], place: usize) -> bool {
    let next = at(text, place);
    !(next.is_ascii_alphanumeric() || next == b'_')
}

/// What keys and tokens are made of.
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The number that decimal digits stand for; other bytes are passed over.
pub(super) fn number(digits: &[u8]) -> u64 {
    digits
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .fold(0, |sum, byte| sum * 10 + u64::from(byte - b'0'))
}
