//! Secrets in URLs: `scheme://user:secret@host`, `?access_token=secret`.

use super::Kind;
use super::bytes::{at, skip};
use super::pass::Scan;

/// Bytes behind the scheme that are looked at.
const LONGEST: usize = 512;

/// Bytes of a parameter's name that are looked at.
const LONGEST_NAME: usize = 32;

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

/// Names of parameters that hold a secret, small and without what may join their words. Those of
/// OpenTelemetry's conventions for `url.query` are among them.
const NAMES: [&[u8]; 20] = [
    b"accesstoken",
    b"apikey",
    b"authtoken",
    b"awsaccesskeyid",
    b"clientsecret",
    b"idtoken",
    b"passwd",
    b"password",
    b"pwd",
    b"refreshtoken",
    b"secret",
    b"securitytoken",
    b"sessiontoken",
    b"sig",
    b"signature",
    b"token",
    b"xamzcredential",
    b"xamzsecuritytoken",
    b"xamzsignature",
    b"xgoogsignature",
];

/// Looks at a parameter whose name begins at `start`. The name stays.
pub(super) fn parameter(scan: &mut Scan<'_>, start: usize) -> usize {
    let text = scan.text;
    let is_name = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-');
    let sign = skip(text, start, scan.to.min(start + LONGEST_NAME), is_name);
    if at(text, sign) != b'=' || !is_secret(&text[start..sign]) {
        return start;
    }
    let end = skip(text, sign + 1, scan.to, |byte| {
        !matches!(
            byte,
            0..=b' ' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b'&' | b'#' | b';' | b',' | b')'
        )
    });
    if sign + 1 < end && !is_placeholder(&text[sign + 1..end]) {
        scan.keep(sign + 1..end, Kind::Credential);
    }
    end
}

fn is_secret(name: &[u8]) -> bool {
    let letters = || {
        let letters = name.iter().filter(|byte| byte.is_ascii_alphabetic());
        letters.map(u8::to_ascii_lowercase)
    };
    NAMES
        .iter()
        .any(|known| letters().eq(known.iter().copied()))
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
