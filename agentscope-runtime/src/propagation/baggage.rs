//! `baggage`: whose the task is; W3C Baggage.
//!
//! Five keys are ours. What comes from outside is anybody's word: it is held to what an identifier
//! looks like, everything else is dropped and counted, and a tenant is believed only if somebody
//! vouches for it.

use std::borrow::Cow;
use std::sync::Arc;

use opentelemetry::StringValue;

use crate::names;

/// Bytes that the standard asks to hand on; more is dropped as a whole.
const LARGEST: usize = 8_192;
/// Members that are looked at.
const MEMBERS: usize = 64;
/// Bytes of one identifier.
const LONGEST: usize = 256;

/// What we say in baggage, and all that we read there.
pub(super) const KEYS: [&str; 5] = [
    names::SESSION_ID,
    names::TASK_ID,
    names::AGENT_TIER,
    names::USER_HASH,
    names::TENANT_ID,
];

/// Whose a task is, as its baggage says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Carried {
    pub(super) session: Option<StringValue>,
    pub(super) task: Option<StringValue>,
    pub(super) tier: Option<StringValue>,
    pub(super) user_hash: Option<StringValue>,
    /// Not to be believed without a signature.
    pub(super) tenant: Option<StringValue>,
    /// Members that are not in it.
    pub(super) dropped: u64,
}

impl Carried {
    fn place(&mut self, key: &str) -> Option<&mut Option<StringValue>> {
        match key {
            names::SESSION_ID => Some(&mut self.session),
            names::TASK_ID => Some(&mut self.task),
            names::AGENT_TIER => Some(&mut self.tier),
            names::USER_HASH => Some(&mut self.user_hash),
            names::TENANT_ID => Some(&mut self.tenant),
            _ => None,
        }
    }

    /// False if it is none of ours, stands twice, or is no identifier.
    fn take(&mut self, member: &str) -> bool {
        // Properties follow the value.
        let (pair, _) = cut(member, b';');
        let (key, value) = cut(pair, b'=');
        let key = trimmed(key);
        let Some(place @ None) = self.place(key) else {
            return false;
        };
        let value = decoded(trimmed(value));
        let Some(value) = value.filter(|value| is_accepted(key, value)) else {
            return false;
        };
        // Counted, for it is cloned into every span.
        *place = Some(Arc::<str>::from(value).into());
        true
    }
}

pub(super) fn parsed(text: &str) -> Carried {
    let mut carried = Carried::default();
    if text.len() > LARGEST {
        carried.dropped = 1;
        return carried;
    }
    let (mut rest, mut members) = (text, 0);
    while !rest.is_empty() {
        let (member, next) = cut(rest, b',');
        rest = next;
        let member = trimmed(member);
        if member.is_empty() {
            continue;
        }
        members += 1;
        if members > MEMBERS || !carried.take(member) {
            carried.dropped += 1;
        }
    }
    carried
}

/// What stands before the first of these signs, and what behind it. All of it is short: to search
/// for a byte by itself takes less than to prepare a search that is made for long texts.
fn cut(text: &str, sign: u8) -> (&str, &str) {
    match text.bytes().position(|byte| byte == sign) {
        Some(place) => (&text[..place], &text[place + 1..]),
        None => (text, ""),
    }
}

/// Adds a member; false where the value is none that a receiver would take.
pub(super) fn push(baggage: &mut String, key: &'static str, value: &str) -> bool {
    if !is_accepted(key, value) {
        return false;
    }
    put(baggage, key, value);
    true
}

/// The same of what others have put into the context, as far as there is room.
pub(super) fn push_foreign(baggage: &mut String, key: &str, value: &str) {
    let before = baggage.len();
    put(baggage, key, value);
    if baggage.len() > LARGEST {
        baggage.truncate(before);
    }
}

fn put(baggage: &mut String, key: &str, value: &str) {
    if !baggage.is_empty() {
        baggage.push(',');
    }
    baggage.push_str(key);
    baggage.push('=');
    encode(baggage, value);
}

/// Percent-encodes what may not stand in a value.
fn encode(baggage: &mut String, value: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    // The sign `=` may stand there, but there are readers that take it for the end.
    const ODD: u8 = NO_OCTET | PERCENT | EQUALS;
    if kinds(value) & ODD == 0 {
        return baggage.push_str(value);
    }
    let is_odd = |byte: u8| KINDS[usize::from(byte)] & ODD != 0;
    let mut rest = value;
    while let Some(place) = rest.bytes().position(is_odd) {
        let (plain, odd) = rest.split_at(place);
        baggage.push_str(plain);
        let sign = odd.chars().next().map_or(odd.len(), char::len_utf8);
        for byte in odd.bytes().take(sign) {
            let [high, low] = [byte >> 4, byte & 15].map(|it| DIGITS[usize::from(it)]);
            baggage.extend(['%', high.into(), low.into()]);
        }
        rest = &odd[sign..];
    }
    baggage.push_str(rest);
}

/// `None` where it is no value by the standard, or no text.
fn decoded(value: &str) -> Option<Cow<'_, str>> {
    let kinds = kinds(value);
    if kinds & NO_OCTET != 0 {
        return None;
    }
    if kinds & PERCENT == 0 {
        return Some(Cow::Borrowed(value));
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(high << 4 | low).ok()?);
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// Without the optional white space around it. Nearly always there is none.
pub(super) fn trimmed(text: &str) -> &str {
    let is_space = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let bytes = text.as_bytes();
    match is_space(bytes.first()) || is_space(bytes.last()) {
        true => text.trim_matches([' ', '\t']),
        false => text,
    }
}

/// Not what the standard calls a baggage-octet.
const NO_OCTET: u8 = 1;
const PERCENT: u8 = 2;
const EQUALS: u8 = 4;
/// Neither a sign of ASCII nor a blank.
const NO_SIGN: u8 = 8;

/// What each byte is of these.
const KINDS: [u8; 256] = {
    let mut kinds = [NO_OCTET | NO_SIGN; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        kinds[byte as usize] = match byte {
            b' ' | b'"' | b',' | b';' | b'\\' => NO_OCTET,
            b'%' => PERCENT,
            b'=' => EQUALS,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

/// What there is of these in a text.
fn kinds(text: &str) -> u8 {
    let kinds = text.bytes().map(|byte| KINDS[usize::from(byte)]);
    kinds.fold(0, |all, kind| all | kind)
}

pub(super) fn is_accepted(key: &str, value: &str) -> bool {
    match key {
        // Anything else could be the user.
        names::USER_HASH => is_keyed_hash(value),
        _ => is_identifier(value),
    }
}

/// Letters and digits of any script, and what ASCII has beside them. No control characters and
/// nothing that hides or turns what stands beside it.
pub(super) fn is_identifier(text: &str) -> bool {
    let is_sign = |sign: char| sign.is_ascii_graphic() || sign == ' ' || sign.is_alphanumeric();
    (1..=LONGEST).contains(&text.len())
        && (kinds(text) & NO_SIGN == 0 || text.chars().all(is_sign))
        && !text.starts_with(' ')
        && !text.ends_with(' ')
}

/// `h`, 8 digits of the key's id, `:`, 32 digits.
fn is_keyed_hash(text: &str) -> bool {
    let is_hex = |text: &str| {
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        text.bytes().all(is_digit)
    };
    let parts = text.strip_prefix('h').and_then(|text| text.split_once(':'));
    parts.is_some_and(|(key, hash)| {
        key.len() == 8 && hash.len() == 32 && is_hex(key) && is_hex(hash)
    })
}
