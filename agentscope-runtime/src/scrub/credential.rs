//! Keys and tokens.

use super::Kind;
use super::bytes::{at, before, is_end, is_token, skip, skip_back};
use super::pass::Scan;
use super::vendors::{self, Key};

/// Bytes of a key that are looked at for what it is made of. No key needs more.
const LOOKED_AT: usize = 64;

/// Looks at what stands behind `Bearer ` or the like. The word goes with the token.
pub(super) fn bearer(scan: &mut Scan<'_>, behind: usize) -> usize {
    let text = scan.text;
    let start = skip(text, behind, scan.to.min(behind + 4), |byte| byte == b' ');
    let end = skip(text, start, scan.to, |byte| {
        is_token(byte) || matches!(byte, b'.' | b'~' | b'+' | b'/' | b'=' | b':')
    });
    let token = &text[start..end.min(start + LOOKED_AT)];
    // Words of a sentence are shorter, or have no digit in them.
    if token.len() < 16 || !is_mixed(token) {
        return behind;
    }
    let end = without_end_of_sentence(text, start, end);
    let word = skip_back(text, scan.from, behind - 1, |byte| {
        byte.is_ascii_alphabetic()
    });
    scan.keep(word..end, Kind::Credential);
    end
}

/// Looks at what begins as a JSON web token does: two or three parts, the first two objects.
pub(super) fn jwt(scan: &mut Scan<'_>, start: usize) -> usize {
    let (text, from) = (scan.text, start + 7);
    if start > scan.edge() && is_token(before(text, start)) && !is_escape(text, start) {
        return from;
    }
    let head = skip(text, from, scan.to, is_token);
    if at(text, head) != b'.' || !text[head + 1..scan.to].starts_with(b"eyJ") {
        return from;
    }
    let body = skip(text, head + 1, scan.to, is_token);
    let mut end = body;
    if body < scan.to && text[body] == b'.' {
        let signature = skip(text, body + 1, scan.to, is_token);
        end = if signature > body + 1 {
            signature
        } else {
            body
        };
    }
    scan.keep(start..end, Kind::Credential);
    end
}

/// Looks at a private key of which `BEGIN … PRIVATE KEY` ends at `behind`. One without an end has
/// been cut off, so all that follows is taken for it.
pub(super) fn pem(scan: &mut Scan<'_>, behind: usize) -> usize {
    const END: &[u8] = b"PRIVATE KEY";
    let text = &scan.text[..scan.to];
    let start = skip_back(
        text,
        scan.from.max(behind.saturating_sub(64)),
        behind,
        |byte| byte != b'-',
    );
    let start = skip_back(
        text,
        scan.from.max(start.saturating_sub(5)),
        start,
        |byte| byte == b'-',
    );
    let body = &text[behind..];
    // To the next `-----END`, and over the rest of that line.
    let end = body
        .windows(8)
        .position(|bytes| bytes == b"-----END")
        .map(|place| behind + place + 8);
    let end = end.map_or(scan.to, |end| {
        let kind = skip(text, end, scan.to.min(end + 40), |byte| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' '
        });
        match text[end..kind].windows(END.len()).any(|words| words == END) {
            true => skip(text, kind, scan.to.min(kind + 5), |byte| byte == b'-'),
            false => end,
        }
    });
    scan.keep(start..end, Kind::Credential);
    end
}

/// Looks at what begins with a prefix of a vendor's keys that ends at `behind`.
pub(super) fn vendor(scan: &mut Scan<'_>, behind: usize, key: &Key, prefix: &str) -> usize {
    let text = scan.text;
    let mut start = behind - prefix.len();
    if prefix == vendors::BOT {
        let number = skip_back(
            text,
            scan.from.max(start.saturating_sub(11)),
            start,
            |byte| byte.is_ascii_digit(),
        );
        if !(8..=10).contains(&(start - number)) {
            return behind;
        }
        start = number;
    }
    if start > scan.edge() && (start < scan.no_keys_before || !is_boundary(text, start)) {
        return behind;
    }
    let is_sign = |byte| key.signs.has(byte);
    let seen = skip(text, behind, scan.to.min(behind + LOOKED_AT), is_sign);
    scan.no_keys_before = seen;
    if !key.fits(&text[behind..without_end_of_sentence(text, behind, seen)]) {
        return behind;
    }
    let end = without_end_of_sentence(text, behind, skip(text, seen, scan.to, is_sign));
    if end < scan.to && !is_end(text, end) {
        return behind;
    }
    scan.keep(start..end, Kind::Credential);
    end
}

fn is_boundary(text: &[u8], start: usize) -> bool {
    let last = before(text, start);
    !(last.is_ascii_alphanumeric() || last == b'_') || is_escape(text, start)
}

/// Whether the letter before a place is that of `\n`, where a text has been escaped twice.
fn is_escape(text: &[u8], start: usize) -> bool {
    start >= 2 && text[start - 2] == b'\\' && matches!(text[start - 1], b'n' | b't' | b'r')
}

fn without_end_of_sentence(text: &[u8], start: usize, end: usize) -> usize {
    skip_back(text, start, end, |byte| matches!(byte, b'.' | b':' | b'~'))
        .max(start + 1)
        .min(end)
}

/// Whether there are letters and digits in it.
pub(super) fn is_mixed(token: &[u8]) -> bool {
    token.iter().any(u8::is_ascii_digit) && token.iter().any(u8::is_ascii_alphabetic)
}
