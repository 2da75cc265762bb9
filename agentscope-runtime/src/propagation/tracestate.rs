//! `tracestate`: what other tracing systems have to say to each other; handed on, not read.

use opentelemetry::trace::TraceState;

use super::baggage::trimmed;

/// Members that the standard allows.
const MEMBERS: usize = 32;
/// The standard asks for 512 at least.
const LARGEST: usize = 8_192;

/// `None` for what is malformed or too large. Nothing of it is kept then, as the standard asks.
pub(super) fn parsed(text: &str) -> Option<TraceState> {
    if text.len() > LARGEST {
        return None;
    }
    let members = text.split(',').map(trimmed);
    let members = members.filter(|member| !member.is_empty());
    let mut pairs = Vec::new();
    for member in members {
        let (key, value) = member.split_once('=')?;
        if pairs.len() == MEMBERS || !is_key(key) || !is_value(value) {
            return None;
        }
        pairs.push((key, value));
    }
    TraceState::from_key_value(pairs).ok()
}

/// `None` where there is nothing to say.
pub(super) fn written(state: &TraceState) -> Option<String> {
    let is_empty = state.into_iter().next().is_none();
    (!is_empty).then(|| state.header())
}

/// `vendor`, or `tenant@vendor`.
fn is_key(key: &str) -> bool {
    match key.split_once('@') {
        None => key.len() <= 256 && is_name(key),
        Some((tenant, vendor)) => {
            tenant.len() <= 241 && vendor.len() <= 14 && is_name(tenant) && is_name(vendor)
        }
    }
}

fn is_name(name: &str) -> bool {
    let is_first = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_next = |byte| is_first(byte) || matches!(byte, b'_' | b'-' | b'*' | b'/');
    name.bytes().next().is_some_and(is_first) && name.bytes().all(is_next)
}

fn is_value(value: &str) -> bool {
    let is_sign = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b',' | b'=');
    (1..=256).contains(&value.len()) && !value.ends_with(' ') && value.bytes().all(is_sign)
}
