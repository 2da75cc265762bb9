//! Makes up what the scrubber shall find.

use std::net::{Ipv4Addr, Ipv6Addr};

use agentscope_runtime::__private::scrub::Kind;

use crate::formats::{CARDS, DOMAINS, IBANS, LOCALS, NAMED, PHONES};
use crate::rng::Rng;

/// A value, and whether its form alone says what it is.
pub(crate) struct Made {
    pub(crate) text: String,
    pub(crate) is_plain: bool,
}

fn plain(text: String) -> Made {
    Made {
        text,
        is_plain: true,
    }
}

pub(crate) fn value(rng: &mut Rng, kind: Kind) -> Made {
    match kind {
        Kind::Email => plain(email(rng)),
        Kind::Card => card(rng),
        Kind::Iban => plain(iban(rng)),
        Kind::Ip => plain(ip(rng)),
        Kind::Ssn => ssn(rng),
        Kind::Phone => phone(rng),
        Kind::Credential => plain(credential(rng)),
    }
}

fn email(rng: &mut Rng) -> String {
    let local = rng.pick(LOCALS).replace("##", &rng.digits(2));
    let sign = if rng.below(30) == 0 { "%40" } else { "@" };
    format!("{local}{sign}{}", rng.pick(DOMAINS))
}

fn card(rng: &mut Rng) -> Made {
    let (prefix, length, is_plain) = CARDS[rng.below(CARDS.len())];
    let prefix = if prefix == "180" { "1800" } else { prefix };
    let body = format!("{prefix}{}", rng.digits(length - prefix.len() - 1));
    let digits = format!("{body}{}", luhn(&body));
    let groups: &[usize] = match length {
        13 => &[4, 3, 3, 3],
        14 => &[4, 6, 4],
        15 => &[4, 6, 5],
        16 => &[4, 4, 4, 4],
        19 => &[4, 4, 4, 4, 3],
        _ => &[4, 4, 4],
    };
    let separator = rng.pick(&[
        "", "", "", " ", " ", "-", "-", "\u{a0}", "\u{202f}", "\u{2011}",
    ]);
    Made {
        text: grouped(&digits, groups, separator),
        is_plain,
    }
}

fn grouped(digits: &str, groups: &[usize], separator: &str) -> String {
    let mut parts = Vec::new();
    let mut rest = digits;
    for group in groups {
        let (part, tail) = rest.split_at((*group).min(rest.len()));
        parts.push(part);
        rest = tail;
    }
    parts.retain(|part| !part.is_empty());
    parts.join(separator)
}

/// The digit that makes the checksum right.
pub(crate) fn luhn(body: &str) -> u32 {
    let sum: u32 = body
        .bytes()
        .rev()
        .zip([true, false].into_iter().cycle())
        .map(
            |(byte, is_doubled)| match (u32::from(byte - b'0'), is_doubled) {
                (digit, false) => digit,
                (digit, true) if digit > 4 => digit * 2 - 9,
                (digit, true) => digit * 2,
            },
        )
        .sum();
    (10 - sum % 10) % 10
}

fn iban(rng: &mut Rng) -> String {
    let pattern = rng.pick(IBANS);
    let (country, body) = pattern.split_at(2);
    // The country's letters are no pattern.
    let body: String = body
        .chars()
        .map(|sign| match sign {
            'C' => rng.signs("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 1),
            sign => rng.fill(&sign.to_string()),
        })
        .collect();
    let rest = format!("{body}{country}00")
        .bytes()
        .fold(0_u32, |rest, sign| match sign {
            b'0'..=b'9' => (rest * 10 + u32::from(sign - b'0')) % 97,
            _ => (rest * 100 + u32::from(sign - b'A') + 10) % 97,
        });
    let whole = format!("{country}{:02}{body}", 98 - rest);
    let separator = rng.pick(&["", "", " ", " ", "-", "\u{a0}"]);
    grouped(&whole, &[4; 9], separator)
}

fn ip(rng: &mut Rng) -> String {
    let v4 = Ipv4Addr::from_bits(u32::try_from(rng.next() >> 32).unwrap() | 0x0100_0000);
    let mut groups: [u16; 8] = std::array::from_fn(|_| u16::try_from(rng.next() >> 48).unwrap());
    groups[0] = 0x2001 + u16::try_from(rng.below(0x1000)).unwrap();
    match rng.below(12) {
        0..5 => v4.to_string(),
        5 => format!("{v4}/{}", 8 + rng.below(25)),
        6 => v4.to_ipv6_mapped().to_string(),
        7 => Ipv6Addr::from(groups).to_string(),
        8 => {
            groups[3..7].fill(0);
            Ipv6Addr::from(groups).to_string()
        }
        9 => {
            groups[2..].fill(0);
            format!("{}/{}", Ipv6Addr::from(groups), 32 + rng.below(33))
        }
        10 => format!("fe80::{:x}:{:x}%eth{}", groups[6], groups[7], rng.below(4)),
        _ => Ipv6Addr::from(groups).to_string().to_uppercase(),
    }
}

fn ssn(rng: &mut Rng) -> Made {
    let area = loop {
        let area = 1 + rng.below(899);
        if area != 666 && area != 111 {
            break area;
        }
    };
    let (group, serial) = (1 + rng.below(99), 1 + rng.below(9999));
    let separator = rng.pick(&["-", "-", "-", " ", ".", ""]);
    Made {
        text: format!("{area:03}{separator}{group:02}{separator}{serial:04}"),
        is_plain: !separator.is_empty(),
    }
}

fn phone(rng: &mut Rng) -> Made {
    let is_plain = rng.below(10) < 7;
    let pattern = rng.pick(if is_plain { PHONES } else { NAMED });
    let mut text = rng.fill(pattern);
    // A date is not what was meant, nor a group of zeros alone.
    if text.starts_with("00") && !pattern.starts_with("00") {
        text.replace_range(0..1, "4");
    }
    Made { text, is_plain }
}

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const TOKEN: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

fn credential(rng: &mut Rng) -> String {
    let with = |prefix: &str, signs: &str, count: usize, rng: &mut Rng| {
        // The last sign is a letter: a sentence may go on with a dash behind a key.
        format!(
            "{prefix}{}7{}k",
            rng.signs(signs, count / 2),
            rng.signs(LETTERS, count - count / 2)
        )
    };
    match rng.below(27) {
        0 => with("sk-ant-api03-", LETTERS, 92, rng),
        1 => with("sk-proj-", LETTERS, 120, rng),
        2 => with("sk-", LETTERS, 46, rng),
        3 => with("ghp_", LETTERS, 34, rng),
        4 => with("github_pat_11", LETTERS, 75, rng),
        5 => format!(
            "xoxb-{}-{}-{}",
            rng.digits(12),
            rng.digits(13),
            rng.signs(LETTERS, 24)
        ),
        6 => format!("AKIA{}7A", rng.signs(UPPER, 14)),
        7 => with("AIza", LETTERS, 33, rng),
        8 => with("glpat-", LETTERS, 18, rng),
        9 => format!("Bearer {}8z", rng.signs(TOKEN, 30)),
        10 => format!(
            "eyJhbGciOiJIUzI1NiJ9.eyJ{}.{}a",
            rng.signs(TOKEN, 60),
            rng.signs(TOKEN, 42)
        ),
        11 => format!(
            "-----BEGIN RSA PRIVATE KEY-----\nMII{}\n{}\n-----END RSA PRIVATE KEY-----",
            rng.signs(LETTERS, 60),
            rng.signs(LETTERS, 40)
        ),
        12 => with("hf_", LETTERS, 32, rng),
        13 => with("npm_", LETTERS, 34, rng),
        14 => format!("SG.{}.{}a1", rng.signs(LETTERS, 22), rng.signs(LETTERS, 41)),
        15 => with("sk_live_", LETTERS, 24, rng),
        16 => with("gsk_", LETTERS, 50, rng),
        17 => with("tvly-", LETTERS, 30, rng),
        18 => format!(
            "lsv2_pt_{}_{}",
            rng.fill(&"~".repeat(32)),
            rng.fill("~~~~~~~~~7")
        ),
        19 => format!("dapi7a{}", rng.fill(&"~".repeat(30))),
        20 => format!("dop_v1_7a{}", rng.fill(&"~".repeat(62))),
        21 => format!("{}:AA{}k", rng.digits(9), rng.signs(LETTERS, 32)),
        22 => with("hvs.", LETTERS, 88, rng),
        23 => with("xai-", LETTERS, 78, rng),
        24 => with("shpat_", "abcdef0123456789", 30, rng),
        25 => format!("ASIA{}7A", rng.signs(UPPER, 14)),
        _ => with("ya29.", LETTERS, 100, rng),
    }
}
