//! Numbers of payment cards: issuer, length and the Luhn checksum.

use super::Kind;
use super::digits::{Gap, Hit, Run};

/// The digits of the shortest and of the longest card.
const LENGTHS: std::ops::RangeInclusive<usize> = 12..=19;

/// The card that begins with a group of a run; the longest one.
pub(super) fn find(run: &mut Run<'_>, first: usize) -> Option<Hit> {
    let length = run.len(first);
    if !matches!(length, 4 | 6 | 8) && !LENGTHS.contains(&length) {
        return None;
    }
    let issuers = run.digits(first)[0];
    // No issuer has numbers that begin so.
    if !matches!(issuers, b'1'..=b'6' | b'8' | b'9') {
        return None;
    }
    let gap = match length {
        12.. => Gap::None,
        _ => run.gap(first),
    };
    if !matches!(gap, Gap::None | Gap::Space | Gap::Dash) {
        return None;
    }
    let mut best = None;
    let (mut total, mut last) = (length, first);
    loop {
        if LENGTHS.contains(&total) && is_card(run, first, last, total, gap) {
            best = Some(last);
        }
        let next = run.len(last + 1);
        if gap == Gap::None || run.gap(last) != gap || next == 0 || total + next > 19 {
            break;
        }
        // Three digits or fewer only close a number.
        if run.len(last) < 3 {
            break;
        }
        (total, last) = (total + next, last + 1);
    }
    let last = best?;
    let end = run.groups[last].end;
    Some(Hit {
        range: run.groups[first].start..end,
        kind: Kind::Card,
        next: last + 1,
    })
}

fn is_card(run: &mut Run<'_>, first: usize, last: usize, total: usize, gap: Gap) -> bool {
    let (digits, _) = run.joined(first..last + 1);
    let digits = &digits[..total];
    let fit = fit(digits);
    if fit == Fit::None || !is_luhn(digits) || digits.iter().all(|digit| *digit == digits[0]) {
        return false;
    }
    let joins: &[Gap] = match gap {
        Gap::Dash => &[Gap::Dash],
        _ => &[],
    };
    if !run.starts(first, joins) || !(run.ends(last, joins) || is_whole_float(run, last)) {
        return false;
    }
    // A row of a table has more columns of four.
    let is_column =
        |gap_at: usize, group: usize| run.gap(gap_at) == Gap::Space && run.len(group) == 4;
    if gap == Gap::Space {
        let behind = is_column(last, last + 1) && is_column(last + 1, last + 2);
        let before =
            first >= 2 && is_column(first - 1, first - 1) && is_column(first - 2, first - 2);
        if behind || before {
            return false;
        }
    }
    fit == Fit::Sure || run.context().card
}

/// Whether the number is written as one with a fraction of nothing, as programs do that take every
/// number for one.
fn is_whole_float(run: &Run<'_>, last: usize) -> bool {
    run.gap(last) == Gap::Dot && run.digits(last + 1) == b"0" && run.ends(last + 1, &[])
}

/// How well a number fits what issuers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    None,
    /// A length that many other numbers have too: only with a word that says so.
    Length,
    Sure,
}

fn fit(digits: &[u8]) -> Fit {
    let prefix = |length: usize| super::bytes::number(&digits[..length]);
    let (two, three, four, six) = (prefix(2), prefix(3), prefix(4), prefix(6));
    let length = digits.len();
    let sure = match length {
        // Diners.
        14 => matches!(three, 300..=305) || four == 3095 || matches!(two, 36 | 38 | 39),
        // American Express; JCB.
        15 => matches!(two, 34 | 37) || matches!(four, 1800 | 2131),
        16 => {
            // Visa, Mastercard, Mir, JCB, Diners; Maestro, Discover, UnionPay and national ones.
            matches!(two, 40..=49 | 51..=55 | 36 | 38 | 39 | 50 | 56..=58 | 60..=69 | 81 | 82)
                || matches!(four, 2200..=2204 | 2221..=2720 | 3528..=3589 | 9792)
        }
        _ => false,
    };
    if sure {
        return Fit::Sure;
    }
    let likely = match length {
        // What no issuer has, but those who make numbers up give to JCB.
        16 if two == 35 => true,
        // Visa, old and new; Maestro; UnionPay; what Discover, JCB and Diners may have.
        13 | 18 | 19 if two / 10 == 4 => true,
        16..=19 if matches!(four, 3528..=3589) || two == 36 => true,
        16..=19 if matches!(six, 506_099..=506_198 | 507_865..=507_964 | 650_002..=650_027) => true,
        12..=19 => matches!(two, 50 | 56..=58 | 60..=69),
        _ => false,
    };
    match likely {
        true => Fit::Length,
        false => Fit::None,
    }
}

/// The checksum of ISO/IEC 7812.
fn is_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(
            |(place, digit)| match (u32::from(digit - b'0'), place % 2) {
                (digit, 0) => digit,
                (digit, _) => digit * 2 / 10 + digit * 2 % 10,
            },
        )
        .sum();
    sum.is_multiple_of(10)
}
