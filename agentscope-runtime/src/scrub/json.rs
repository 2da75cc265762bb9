//! The same over JSON: what is scrubbed is what its strings say, and it stays JSON.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::bytes::{floor, skip};
use super::{CUT, Kind, LARGEST, pass, scrub, settled};

/// So much of the JSON before a string tells what the string is about: the name of its field.
const BEFORE: usize = 64;

/// So often the whole is looked at, see [`super::ROUNDS`].
const ROUNDS: usize = 4;

/// JSON with markers in the place of finds; borrowed if there is none.
///
/// Strings are scrubbed as the text they stand for, names of fields among them. A number that is a
/// find becomes the marker as a string. What is no JSON is scrubbed as a text.
///
/// JSON longer than [`LARGEST`] would be none without its end, so a string that says that it was cut
/// takes its place.
#[must_use]
pub fn scrub_json(json: &str) -> Cow<'_, str> {
    if json.len() > LARGEST {
        return match serde_json::from_str::<IgnoredAny>(json) {
            Ok(_) => Cow::Owned(format!("\"{CUT}\"")),
            Err(_) => scrub(json),
        };
    }
    if serde_json::from_str::<IgnoredAny>(json).is_err() {
        return scrub(json);
    }
    let Some(mut text) = scrubbed(json) else {
        return Cow::Borrowed(json);
    };
    for _ in 0..ROUNDS {
        match scrubbed(&text) {
            Some(again) => text = again,
            None if text.len() <= LARGEST => return Cow::Owned(text),
            None => break,
        }
    }
    Cow::Owned(format!("\"{}\"", super::GIVEN_UP))
}

/// JSON without its finds; nothing where there is none.
fn scrubbed(json: &str) -> Option<String> {
    let bytes = json.as_bytes();
    let mut out: Option<String> = None;
    let (mut copied, mut place) = (0, 0);
    while place < bytes.len() {
        let (end, instead) = match bytes[place] {
            b'"' => string(json, place),
            b'-' | b'0'..=b'9' => number(json, place),
            _ => {
                place += 1;
                continue;
            }
        };
        if let Some(instead) = instead {
            let out = out.get_or_insert_with(|| String::with_capacity(json.len()));
            out.push_str(&json[copied..place]);
            out.push_str(&instead);
            copied = end;
        }
        place = end;
    }
    let mut out = out?;
    out.push_str(&json[copied..]);
    Some(out)
}

/// Where the string ends that begins at `start`, and what is to take its place.
fn string(json: &str, start: usize) -> (usize, Option<String>) {
    let bytes = json.as_bytes();
    let from = start + 1;
    let mut end = skip(bytes, from, bytes.len(), |byte| {
        !matches!(byte, b'"' | b'\\')
    });
    if bytes.get(end) == Some(&b'"') {
        let found = pass::finds(json, from..end);
        if found.is_empty() {
            return (end + 1, None);
        }
        let mut out = String::from("\"");
        let mut copied = from;
        for find in found {
            out.push_str(&json[copied..find.range.start]);
            out.push_str(find.kind.marker());
            copied = find.range.end;
        }
        out.push_str(&json[copied..=end]);
        return (end + 1, Some(out));
    }
    while end < bytes.len() && bytes[end] != b'"' {
        // The sign behind a backslash ends nothing.
        let next = if bytes[end] == b'\\' { end + 2 } else { end };
        end = skip(bytes, next.min(bytes.len()), bytes.len(), |byte| {
            !matches!(byte, b'"' | b'\\')
        });
    }
    let end = (end + 1).min(bytes.len());
    (end, unescaped(json, start, end))
}

/// A string with escapes, scrubbed as the text that it stands for.
fn unescaped(json: &str, start: usize, end: usize) -> Option<String> {
    let Ok(text) = serde_json::from_str::<String>(&json[start..end]) else {
        // Half of a surrogate pair: no text, but its ASCII part may be one.
        let escaped = &json[start + 1..end - 1];
        return match scrub(escaped) {
            Cow::Owned(_) => Some("\"[scrubbed]\"".to_owned()),
            Cow::Borrowed(_) => None,
        };
    };
    let before = &json[floor(json, start.saturating_sub(BEFORE))..=start];
    let whole = format!("{before}{text}");
    let found = pass::finds(&whole, before.len()..whole.len());
    if found.is_empty() {
        return None;
    }
    let (mut out, mut copied) = (String::new(), before.len());
    for find in found {
        out.push_str(&whole[copied..find.range.start]);
        out.push_str(find.kind.marker());
        copied = find.range.end;
    }
    out.push_str(&whole[copied..]);
    serde_json::to_string(&settled(out)).ok()
}

/// Where the number ends that begins at `start`, and what is to take its place.
fn number(json: &str, start: usize) -> (usize, Option<String>) {
    let end = skip(json.as_bytes(), start, json.len(), |byte| {
        byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
    });
    // Shorter ones are nothing.
    if end - start < 7 {
        return (end, None);
    }
    let found = pass::finds(json, start..end);
    let kind: Option<Kind> = found.first().map(|find| find.kind);
    (end, kind.map(|kind| format!("\"{}\"", kind.marker())))
}
