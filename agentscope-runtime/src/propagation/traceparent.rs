//! `traceparent`: which trace, and which span of it; W3C Trace Context, version 00.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId};

use super::baggage::trimmed;
use crate::hash::key::hex;

/// `00-`, 32 digits, `-`, 16 digits, `-`, 2 digits.
const LENGTH: usize = 55;

/// Flags that version 00 knows: sampled, and that the trace's id is random.
const KNOWN: u8 = 0b11;
const SAMPLED: u8 = 0b01;

/// `None` for a span context without valid ids.
pub(super) fn written(span: &SpanContext) -> Option<String> {
    if !span.is_valid() {
        return None;
    }
    let mut text = *b"00-                                -                -  ";
    let (trace, id) = (span.trace_id().to_bytes(), span.span_id().to_bytes());
    put(&mut text[3..35], &trace);
    put(&mut text[36..52], &id);
    let flags = hex(u32::from(span.trace_flags().to_u8() & KNOWN));
    text[53..].copy_from_slice(&flags[6..]);
    String::from_utf8(text.into()).ok()
}

/// Eight digits for each four bytes.
pub(super) fn put(digits: &mut [u8], bytes: &[u8]) {
    let (words, _) = bytes.as_chunks();
    for (digits, word) in digits.chunks_exact_mut(8).zip(words) {
        digits.copy_from_slice(&hex(u32::from_be_bytes(*word)));
    }
}

/// `None` for what is malformed. Of a later version, what version 00 knows.
pub(super) fn parsed(text: &str) -> Option<(TraceId, SpanId, TraceFlags)> {
    let text = trimmed(text).as_bytes();
    let (fields, rest) = text.split_at_checked(LENGTH)?;
    if [fields[2], fields[35], fields[52]] != *b"---" {
        return None;
    }
    let [version] = bytes(&fields[..2])?;
    let known = match (version, rest) {
        (0, []) => KNOWN,
        (1..=0xfe, [] | [b'-', ..]) => SAMPLED,
        _ => return None,
    };
    let trace = TraceId::from_bytes(bytes(&fields[3..35])?);
    let span = SpanId::from_bytes(bytes(&fields[36..52])?);
    let [flags] = bytes(&fields[53..])?;
    if trace == TraceId::INVALID || span == SpanId::INVALID {
        return None;
    }
    Some((trace, span, TraceFlags::new(flags & known)))
}

/// Lower-case digits only, as the standard has it; two a byte.
pub(super) fn bytes<const COUNT: usize>(digits: &[u8]) -> Option<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    let (pairs, _) = digits.as_chunks();
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
