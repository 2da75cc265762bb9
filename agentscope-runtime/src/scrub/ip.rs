//! IP addresses of both versions, with the length of a network's prefix or a zone.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::Kind;
use super::bytes::{at, before, is_end, is_start, number, skip, skip_back};
use super::context::{self, context};
use super::digits::{Gap, Hit, Run};
use super::pass::Scan;

/// The address of version 4 that begins with a group of a run.
pub(super) fn find(run: &mut Run<'_>, first: usize) -> Option<Hit> {
    let last = first + 3;
    if run.groups.len() <= last || (first..last).any(|group| run.gap(group) != Gap::Dot) {
        return None;
    }
    let range = run.groups[first].start..run.groups[last].end;
    if !is_v4(&run.text[range.clone()])
        || !run.starts(first, &[])
        || !run.ends(last, &[])
        || is_version(run, first, range.end)
    {
        return None;
    }
    let mut hit = Hit {
        range,
        kind: Kind::Ip,
        next: last + 1,
    };
    let prefix = run.digits(last + 1);
    if run.gap(last) == Gap::Slash
        && (1..=2).contains(&prefix.len())
        && number(prefix) <= 32
        && run.ends(last + 1, &[])
    {
        hit.range.end = run.groups[last + 1].end;
        hit.next += 1;
    }
    Some(hit)
}

fn is_v4(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.parse::<Ipv4Addr>().is_ok())
}

/// Files that packages come in, and what their versions end with.
const BEHIND: [&str; 26] = [
    "alpha", "beta", "build", "deb", "dev", "dll", "dmg", "el", "exe", "final", "gz", "jar", "msi",
    "nupkg", "pkg", "pre", "preview", "rc", "release", "rpm", "snapshot", "so", "tar", "tgz",
    "whl", "zip",
];

/// Whether what looks like an address is the version of something.
fn is_version(run: &mut Run<'_>, first: usize, end: usize) -> bool {
    let (text, start) = (run.text, run.groups[first].start);
    if matches!(at(text, end), b'.' | b'-' | b'+' | b'_' | b'~')
        && context::word_behind(text, end + 1, |word| BEHIND.contains(&word))
    {
        return true;
    }
    if first == 0 {
        match before(text, start) {
            // A comparison: `>=1.2.3.4`; one sign alone is an assignment.
            b'^' | b'~' | b'<' => return true,
            b'>' if !is_tag(text, start - 1) => return true,
            b'=' if start >= 2 && matches!(text[start - 2], b'=' | b'>' | b'<' | b'~' | b'!') => {
                return true;
            }
            // A product in a user agent: `Chrome/120.0.0.0`. Not a path, which is in lower case.
            b'/' => {
                let word = skip_back(text, start.saturating_sub(32), start - 1, |byte| {
                    byte.is_ascii_alphanumeric()
                });
                return text[word].is_ascii_uppercase();
            }
            // `openssl-1.1.1.1`, but a range of addresses has digits before its dash.
            b'-' if start >= 2 && text[start - 2].is_ascii_alphabetic() => return true,
            _ => {}
        }
        let room = skip_back(text, start.saturating_sub(4), start, |byte| byte == b' ');
        if room >= 2
            && matches!(
                &text[room - 2..room],
                b">=" | b"<=" | b"==" | b"~>" | b"\xC2\xA7"
            )
        {
            return true;
        }
    }
    let context = run.context();
    first == 0 && (context.version || (is_numbered(text, start) && !context.ip))
}

/// Whether the sign at a place ends a tag, as in `<td>`.
fn is_tag(text: &[u8], end: usize) -> bool {
    let name = skip_back(text, end.saturating_sub(48), end, |byte| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'/' | b'-' | b'_' | b'=' | b'"' | b'\'' | b' ' | b':')
    });
    name < end && before(text, name) == b'<'
}

/// Whether the word right before a number says that it is a section, a release or an object id.
fn is_numbered(text: &[u8], start: usize) -> bool {
    let end = skip_back(text, start.saturating_sub(4), start, |byte| {
        matches!(byte, b' ' | b':' | b'=' | b'"' | b'\'')
    });
    let from = skip_back(text, end.saturating_sub(16), end, |byte| {
        byte.is_ascii_alphabetic()
    });
    let word = String::from_utf8_lossy(&text[from..end]).to_ascii_lowercase();
    matches!(
        word.as_str(),
        "section"
            | "sections"
            | "chapter"
            | "clause"
            | "paragraph"
            | "appendix"
            | "article"
            | "table"
            | "figure"
            | "step"
            | "release"
            | "build"
            | "oid"
            | "v"
            | "ver"
            | "rev"
            | "revision"
            | "tag"
            | "driver"
            | "sdk"
            | "upgraded"
            | "bumped"
            | "downgraded"
            | "item"
            | "requirement"
    )
}

/// The longest address of version 6 with a zone and a prefix.
const LONGEST: usize = 48;

fn is_address(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')
}

/// Looks at the token around an anchor in it.
pub(super) fn look(scan: &mut Scan<'_>, end: usize) -> usize {
    if end <= scan.no_colons_before {
        return end;
    }
    let text = scan.text;
    let lowest = scan.edge().max(end.saturating_sub(LONGEST));
    let mut start = skip_back(text, lowest, end, is_address);
    // Of `\b` and `\f` the letter is none of an address.
    if before(text, start) == b'\\' && matches!(text[start], b'b' | b'f') && start + 1 < end {
        start += 1;
    }
    let highest = scan.to.min(end + LONGEST);
    let behind = skip(text, end, highest, is_address);
    scan.no_colons_before = behind;
    if let Some(range) = v6(scan, start, behind) {
        let end = range.end;
        scan.keep(range, Kind::Ip);
        return end;
    }
    end
}

fn v6(scan: &Scan<'_>, start: usize, mut behind: usize) -> Option<Range<usize>> {
    let text = scan.text;
    // The end of a sentence, or the colon of a list.
    while behind > start
        && matches!(text[behind - 1], b'.' | b':')
        && !text[..behind].ends_with(b"::")
    {
        behind -= 1;
    }
    let mut address = parse(&text[start..behind]);
    let mut from = start;
    if address.is_none() && text[start] == b':' && !text[start..].starts_with(b"::") {
        // `ip:2001:db8::1`
        from = start + 1;
        address = parse(&text[from..behind]);
    }
    address?;
    if (from > scan.edge() && !starts(text, from)) || !(behind >= scan.to || is_end(text, behind)) {
        return None;
    }
    let token = &text[from..behind];
    if !is_meant(text, token, from, behind) {
        return None;
    }
    let mut end = behind;
    if at(text, end) == b'%' {
        let zone = skip(text, end + 1, scan.to.min(end + 17), |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
        });
        end = if zone > end + 1 { zone } else { end };
    }
    if at(text, end) == b'/' {
        let prefix = skip(text, end + 1, scan.to.min(end + 5), |byte| {
            byte.is_ascii_digit()
        });
        if (end + 2..=end + 4).contains(&prefix) && number(&text[end + 1..prefix]) <= 128 {
            end = prefix;
        }
    }
    Some(from..end)
}

fn parse(token: &[u8]) -> Option<Ipv6Addr> {
    std::str::from_utf8(token).ok()?.parse().ok()
}

fn starts(text: &[u8], from: usize) -> bool {
    let last = before(text, from);
    if last == b'[' {
        // `list[::2]` is a slice.
        let outer = before(text, from - 1);
        return !(outer.is_ascii_alphanumeric() || matches!(outer, b'_' | b')' | b']'));
    }
    // Letters outside of ASCII are no part of an address.
    is_start(text, from) && !matches!(last, b'.' | b'$' | b'@' | b'&' | b'*' | b'-')
}

/// Whether a token that reads as an address is one: paths of code and times can read so.
fn is_meant(text: &[u8], token: &[u8], from: usize, behind: usize) -> bool {
    let has_digit = token.iter().any(u8::is_ascii_digit);
    if token == b"::" {
        // In code it is followed by a name or a type.
        let next = at(
            text,
            skip(text, behind, text.len().min(behind + 2), |byte| {
                byte == b' '
            }),
        );
        let is_code = next.is_ascii_uppercase()
            || matches!(next, b'(' | b'[' | b'{' | b'<' | b'*' | b'&' | b'$');
        let before_it = context(text, from);
        return before_it.ip && !is_code && !matches!(before(text, from), b':');
    }
    if !has_digit {
        return token.iter().filter(|byte| **byte == b':').count() >= 5;
    }
    let mut groups = token
        .split(|byte| *byte == b':')
        .filter(|group| !group.is_empty());
    let count = groups.clone().count();
    // An EUI-64 or a fingerprint: eight bytes.
    if count == 8 && groups.clone().all(|group| group.len() == 2) {
        return false;
    }
    // Of the short ones only the own machine: `::3` is a step more often than an address.
    if token.starts_with(b"::") && count == 1 {
        return token == b"::1" || token.len() > 5;
    }
    if token.starts_with(b"::") || count >= 3 {
        return true;
    }
    // `fe80::1`, not `a::b1` and not `1::2`; networks such as `fd00::`.
    let first = groups.next().unwrap_or_default();
    first.len() >= 3 && first.iter().any(u8::is_ascii_digit)
}
