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
        let (pair, _) = member.split_once(';').unwrap_or((member, ""));
        let Some((key, value)) = pair.split_once('=') else {
            return false;
        };
        let key = key.trim_matches([' ', '\t']);
        let Some(place @ None) = self.place(key) else {
            return false;
        };
        let value = decoded(value.trim_matches([' ', '\t']));
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
    let members = text
        .split(',')
        .map(|member| member.trim_matches([' ', '\t']));
    let members = members.filter(|member| !member.is_empty());
    for (place, member) in members.enumerate() {
        if place >= MEMBERS || !carried.take(member) {
            carried.dropped += 1;
        }
    }
    carried
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
    let is_plain = |byte| is_octet(byte) && !matches!(byte, b'%' | b'=');
    let mut rest = value;
    while let Some(place) = rest.bytes().position(|byte| !is_plain(byte)) {
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
    if !value.bytes().all(is_octet) {
        return None;
    }
    if !value.contains('%') {
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

/// What the standard calls a baggage-octet.
fn is_octet(byte: u8) -> bool {
    matches!(byte, 0x21..=0x7e) && !matches!(byte, b'"' | b',' | b';' | b'\\')
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
        && text.chars().all(is_sign)
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
