//! International Bank Account Numbers: country, length, form and checksum.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::Kind;
use super::bytes::{at, before};
use super::pass::Scan;
use super::words::Quickly;

/// The countries of the registry and some that use the form without being in it. Behind a country
/// its length and what its account numbers are made of: `n` digits, `a` capitals, `c` either. For
/// a checksum lets one of 97 slips through, and the form lets fewer.
const COUNTRIES: &str = "AD:n8c12 AE:n19 AL:n8c16 AT:n16 AZ:a4c20 BA:n16 BE:n12 BG:a4n6c8 BH:a4c14 BI:n23 \
    BR:n23a1c1 BY:c4n4c16 CH:n5c12 CR:n18 CY:n8c16 CZ:n20 DE:n18 DJ:n23 DK:n14 DO:c4n20 EE:n16 EG:n25 \
    ES:n20 FI:n14 FK:a2n12 FO:n14 FR:n10c11n2 GB:a4n14 GE:a2n16 GI:a4c15 GL:n14 GR:n7c16 GT:c4c20 HN:a4n20 \
    HR:n17 HU:n24 IE:a4n14 IL:n19 IQ:a4n15 IS:n22 IT:a1n10c12 JO:a4n4c18 KW:a4c22 KZ:n3c13 LB:n4c20 \
    LC:a4c24 LI:n5c12 LT:n16 LU:n3c13 LV:a4c13 LY:n21 MC:n10c11n2 MD:c2c18 ME:n18 MK:n3c10n2 MN:n16 \
    MR:n23 MT:a4n5c18 MU:a4n19a3 NI:a4n20 NL:a4n10 NO:n11 OM:n3c16 PK:a4c16 PL:n24 PS:a4c21 PT:n21 \
    QA:a4c21 RO:a4c16 RS:n18 RU:n14c15 SA:n2c18 SC:a4n20a3 SD:n14 SE:n20 SI:n15 SK:n20 SM:a1n10c12 \
    SO:n19 ST:n21 SV:a4n20 TL:n19 TN:n20 TR:n6c16 UA:n6c19 VA:n18 VG:a4n16 XK:n16 YE:a4n4c18 \
    DZ:n22 AO:n21 BJ:c2n22 BF:c2n22 CM:n23 CV:n21 CG:n23 GA:n23 IR:n22 CI:a2n22 MG:n23 ML:c2n22 MZ:n21 SN:a2n22";

/// Looks at the token that begins with a country and two digits.
pub(super) fn look(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    let text = scan.text;
    if start > scan.edge() && !super::bytes::is_start(text, start) {
        return None;
    }
    let form = form(&text[start..start + 2])?;
    let range = find(text, start, scan.to, form)?;
    let end = range.end;
    scan.keep(range, Kind::Iban);
    Some(end)
}

static FORMS: LazyLock<HashMap<&'static str, &'static [u8], Quickly>> = LazyLock::new(|| {
    COUNTRIES
        .split_ascii_whitespace()
        .filter_map(|one| {
            let (country, form) = one.split_once(':')?;
            Some((country, form.as_bytes()))
        })
        .collect()
});

fn form(country: &[u8]) -> Option<&'static [u8]> {
    FORMS.get(std::str::from_utf8(country).ok()?).copied()
}

/// How many signs the number of an account has.
fn length(form: &[u8]) -> usize {
    let mut sum = 0;
    let mut part = 0;
    for byte in form {
        match byte {
            b'0'..=b'9' => part = part * 10 + usize::from(byte - b'0'),
            _ => {
                sum += part;
                part = 0;
            }
        }
    }
    sum + part
}

fn find(text: &[u8], start: usize, to: usize, form: &[u8]) -> Option<Range<usize>> {
    let wanted = 4 + length(form);
    let mut signs = [0; 40];
    let (mut count, mut place) = (0, start);
    let mut separators = 0;
    let mut separator = None;
    while count < wanted {
        if place >= to {
            return None;
        }
        match text[place] {
            sign @ (b'0'..=b'9' | b'A'..=b'Z') => {
                signs[count] = sign;
                count += 1;
                separators = 0;
                place += 1;
                continue;
            }
            sign @ (b' ' | b'-' | b'.') if separator.is_none_or(|one| one == sign) => {
                separator = Some(sign);
                separators += 1;
                place += 1;
            }
            0xC2 if at(text, place + 1) == 0xA0 => {
                separators += 1;
                place += 2;
            }
            0xE2 if at(text, place + 1) == 0x80 && matches!(at(text, place + 2), 0x91 | 0xAF) => {
                separators += 1;
                place += 3;
            }
            _ => return None,
        }
        if separators > 1 {
            return None;
        }
    }
    let is_whole = place >= to || super::bytes::is_end(text, place);
    (is_whole
        && before(text, start) != b'$'
        && fits(&signs[4..wanted], form)
        && is_valid(&signs[..wanted]))
    .then_some(start..place)
}

fn fits(signs: &[u8], form: &[u8]) -> bool {
    let mut place = 0;
    let mut rest = form;
    while let [class, tail @ ..] = rest {
        let digits = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let part = usize::try_from(super::bytes::number(&tail[..digits])).unwrap_or(0);
        let Some(part) = signs.get(place..place + part) else {
            return false;
        };
        let is_fit = part.iter().all(|sign| match class {
            b'n' => sign.is_ascii_digit(),
            b'a' => sign.is_ascii_uppercase(),
            _ => true,
        });
        if !is_fit {
            return false;
        }
        place += part.len();
        rest = &tail[digits..];
    }
    true
}

/// The checksum of ISO 7064, modulo 97.
fn is_valid(signs: &[u8]) -> bool {
    let rest = signs[4..]
        .iter()
        .chain(&signs[..4])
        .fold(0_u32, |rest, sign| match sign {
            b'0'..=b'9' => (rest * 10 + u32::from(sign - b'0')) % 97,
            _ => (rest * 100 + u32::from(sign - b'A') + 10) % 97,
        });
    rest == 1
}
