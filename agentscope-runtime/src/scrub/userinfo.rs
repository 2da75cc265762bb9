//! Secrets in URLs: `scheme://user:secret@host`, `?access_token=secret`.

use super::Kind;
use super::bytes::{at, skip};
use super::pass::Scan;

/// Bytes behind the scheme that are looked at.
const LONGEST: usize = 512;

/// Looks at what stands behind `://`. The name goes with the password.
pub(super) fn look(scan: &mut Scan<'_>, start: usize) -> usize {
    if start < scan.no_userinfo_before {
        return start;
    }
    let text = scan.text;
    let end = skip(text, start, scan.to.min(start + LONGEST), |byte| {
        !matches!(
            byte,
            0..=b' ' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b'/' | b'?' | b'#'
        )
    });
    scan.no_userinfo_before = end;
    let part = &text[start..end];
    // The last of them: a password may have one in it that nobody has encoded.
    let Some(sign) = part.iter().rposition(|byte| *byte == b'@') else {
        return start;
    };
    let Some(colon) = part[..sign].iter().position(|byte| *byte == b':') else {
        return start;
    };
    let secret = &part[colon + 1..sign];
    if secret.is_empty() || is_placeholder(secret) || at(part, sign + 1) == 0 {
        return start;
    }
    scan.keep(start..start + sign, Kind::Credential);
    start + sign
}

/// Looks at what a parameter is that is named as a secret is. The name stays.
pub(super) fn parameter(scan: &mut Scan<'_>, start: usize) -> usize {
    let text = scan.text;
    let end = skip(text, start, scan.to, |byte| {
        !matches!(
            byte,
            0..=b' ' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b'&' | b'#' | b';' | b',' | b')'
        )
    });
    if start < end && !is_placeholder(&text[start..end]) {
        scan.keep(start..end, Kind::Credential);
    }
    end
}

/// `${PASSWORD}`, `{password}`, `***`: nothing to hide.
fn is_placeholder(secret: &[u8]) -> bool {
    matches!(
        secret,
        [b'$', ..] | [b'{', .., b'}'] | [b'[', .., b']'] | [b'%', .., b'%']
    ) || secret
        .iter()
        .all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.'))
}
