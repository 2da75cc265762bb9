//! Telephone numbers. They have no checksum: a number counts as one if it is written as only they
//! are, or if the words around it say so.

use super::Kind;
use super::bytes::{at, before, is_end, is_start};
use super::context;
use super::digits::{Gap, Hit, Run};
use super::phone_ends::{extension, is_amount, is_date, is_extension, is_time};
use super::phone_plan;

/// Groups of digits that a number has at most.
const GROUPS: usize = 8;

/// A number that begins with a group and ends before another.
pub(super) struct Parts {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) digits: usize,
    /// Where it begins, with its sign and brackets.
    start: usize,
}

/// The number that begins with a group of a run, before the group `to`.
pub(super) fn find(run: &mut Run<'_>, first: usize, to: usize) -> Option<Hit> {
    // Inside of a longer number there is none.
    if matches!(run.gap_before(first), Gap::Dash | Gap::Dot) && !is_bracketed(run, first) {
        return None;
    }
    let parts = international(run, first, to)
        .or_else(|| written(run, first, to))
        .or_else(|| named(run, first, to))?;
    let end = run.groups[parts.last].end;
    let (end, next) = extension(run, end, parts.last + 1);
    Some(Hit {
        range: parts.start..end,
        kind: Kind::Phone,
        next,
    })
}

/// `+41 (0)62 585 51 90`, `0049 30 123456`.
fn international(run: &mut Run<'_>, first: usize, to: usize) -> Option<Parts> {
    let text = run.text;
    let mut start = run.groups[first].start;
    let mut zeros = 0;
    let sign = match before(text, start) {
        b'+' => start - 1,
        b'(' if before(text, start - 1) == b'+' => start - 2,
        _ => start,
    };
    if sign >= run.from() && sign < start {
        // Not the offset of a time, no sum, no line of a difference between files.
        let last = before(text, sign);
        let is_free = sign == run.from() || is_start(text, sign) || last == b'_';
        if !is_free || (sign > run.from() && matches!(last, b'0'..=b'9' | b'+')) {
            return None;
        }
        start = sign;
        if before(text, start) == b'(' && start > run.from() && has_bracket(run, first) {
            start -= 1;
        }
    } else {
        if !run.digits(first).starts_with(b"00") || !run.starts(first, &[Gap::Dash]) {
            return None;
        }
        // Written as one word it may be anything.
        if run.len(first) > 6 && !run.context().phone {
            return None;
        }
        zeros = 2;
    }
    let (digits, count) = run.joined(first..to.min(first + GROUPS));
    let (code, least, most) = phone_plan::lengths(digits[..count].get(zeros..)?)?;
    if zeros + code < run.len(first).min(zeros + code) {
        return None;
    }
    let is_american = digits[zeros] == b'1';
    let mut total = 0;
    let mut best = None;
    let mut trunk = 0;
    for group in first..to.min(first + GROUPS) {
        if group > first {
            if run.gap(group - 1) == Gap::Other && !is_tight(run, group - 1) {
                break;
            }
            // The zero that is dialled only at home.
            if run.digits(group) == b"0" && before(text, run.groups[group].start) == b'(' {
                trunk = 1;
            }
        }
        total += run.len(group);
        let Some(number) = total.checked_sub(zeros + code + trunk) else {
            continue;
        };
        if number > most {
            break;
        }
        let is_whole = number >= least || (trunk == 1 && number + 1 >= least);
        if is_whole && run_ends(run, group) {
            best = Some((group, total));
        }
    }
    let (last, digits_in_all) = best?;
    if is_american
        && !(matches!(digits[zeros + 1], b'2'..=b'9') && matches!(digits[zeros + 4], b'2'..=b'9'))
    {
        return None;
    }
    // Zeros and a code with what a table has behind it.
    if zeros == 2 && last == first && !run.context().phone {
        return None;
    }
    Some(Parts {
        first,
        last,
        digits: digits_in_all,
        start,
    })
    .filter(|parts| !is_amount(run, parts))
}

/// Whether nothing runs on behind a group that makes the number a part of something longer.
fn run_ends(run: &Run<'_>, last: usize) -> bool {
    match run.gap(last) {
        Gap::Dash | Gap::Dot => false,
        Gap::None => {
            let end = run.groups[last].end;
            end >= run.to || is_end(run.text, end) || is_extension(run.text, end)
        }
        _ => true,
    }
}

/// Whether the signs between two groups belong to one number: brackets, or a dash between spaces.
fn is_tight(run: &Run<'_>, group: usize) -> bool {
    let between = &run.text[run.groups[group].end..run.groups[group + 1].start];
    matches!(
        between,
        b") "
            | b")"
            | b" ("
            | b"("
            | b")-"
            | b" - "
            | b"-("
            | b")/"
            | b") - "
            | b" / "
            | b"/("
            | b")."
            | b"  "
    )
}

fn is_bracketed(run: &Run<'_>, group: usize) -> bool {
    let start = run.groups[group].start;
    start > run.from() && before(run.text, start) == b'('
}

fn has_bracket(run: &Run<'_>, group: usize) -> bool {
    (group..run.groups.len().min(group + 3))
        .any(|group| at(run.text, run.groups[group].end) == b')')
}

/// A number that is written as in the country it is of: brackets, a zero in front, the groups of
/// North America.
fn written(run: &mut Run<'_>, first: usize, to: usize) -> Option<Parts> {
    let parts = shaped(run, first, to)?;
    // Where it is one of a row of numbers it is not said to be a telephone number by its form.
    let is_one_of_many = !is_bracketed(run, first) && run.gap_before(first) == Gap::Space;
    (!is_one_of_many || run.context().phone).then_some(parts)
}

fn shaped(run: &mut Run<'_>, first: usize, to: usize) -> Option<Parts> {
    let bracketed = is_bracketed(run, first) && at(run.text, run.groups[first].end) == b')';
    let mut start = run.groups[first].start;
    if bracketed {
        start -= 1;
        if start > run.from() && !is_start(run.text, start) {
            return None;
        }
    } else if !run.starts(first, &[Gap::Dash, Gap::Slash]) {
        return None;
    }
    // What no such number begins with: most of what comes here.
    let head = &run.text[run.groups[first].range()];
    let is_possible = match head {
        [b'0', digit, ..] => *digit != b'0',
        [b'1'] => true,
        [b'1'..=b'9', _, _] => true,
        _ => false,
    };
    if !bracketed && !is_possible {
        return None;
    }
    let lengths: [usize; 6] = std::array::from_fn(|place| match first + place < to {
        true => run.len(first + place),
        false => 0,
    });
    let gaps: [Gap; 5] = std::array::from_fn(|place| match first + place + 1 < to {
        true => run.gap(first + place),
        false => Gap::None,
    });
    let parts = |count: usize, run: &Run<'_>| {
        // There are not so many groups.
        if lengths[..count].contains(&0) {
            return None;
        }
        let last = first + count - 1;
        let digits = lengths[..count].iter().sum();
        let is_alone = run.gap(last) == Gap::None
            || matches!(run.gap(last), Gap::Other | Gap::Slash)
            || (run.gap(last) == Gap::Space
                && gaps[..count - 1].iter().any(|gap| *gap != Gap::Space));
        (is_alone && run_ends(run, last)).then_some(Parts {
            first,
            last,
            digits,
            start,
        })
    };
    let is_area = |digits: &[u8]| matches!(digits.first(), Some(b'2'..=b'9'));
    // `1-415-555-2671`, `1 (415) 555-2671`
    if head == b"1"
        && lengths[1..4] == [3, 3, 4]
        && is_area(run.digits(first + 1))
        && is_area(run.digits(first + 2))
    {
        return parts(4, run);
    }
    if lengths[..3] == [3, 3, 4] && is_area(head) && is_area(run.digits(first + 1)) {
        let is_american = bracketed
            || matches!(
                (gaps[0], gaps[1]),
                (Gap::Dash, Gap::Dash) | (Gap::Dot, Gap::Dot) | (Gap::Slash, Gap::Dash)
            );
        if is_american && !(gaps[0] == Gap::Dot && run.context().version) {
            return parts(3, run);
        }
    }
    // `(11) 91234-5678`, `(02) 9876 5432`, `(030) 123456`
    if bracketed && (2..=5).contains(&lengths[0]) {
        return (2..=4).rev().find_map(|count| {
            let parts = parts(count, run)?;
            let is_tight = lengths[1..count]
                .iter()
                .all(|length| (2..=9).contains(length));
            (is_tight && (9..=11).contains(&parts.digits)).then_some(parts)
        });
    }
    // `138 1234 5678`
    if lengths[..3] == [3, 4, 4]
        && head[0] == b'1'
        && matches!(head[1], b'3'..=b'9')
        && gaps[0] == gaps[1]
    {
        return parts(3, run).filter(|_| matches!(gaps[0], Gap::Space | Gap::Dash));
    }
    if head[0] != b'0' || head.get(1).is_none_or(|digit| *digit == b'0') {
        return None;
    }
    with_zero(run, head[1], &lengths, &gaps, parts)
}

/// Numbers with the zero in front that is dialled only at home, and a second digit behind it.
fn with_zero(
    run: &Run<'_>,
    second: u8,
    lengths: &[usize; 6],
    gaps: &[Gap; 5],
    parts: impl Fn(usize, &Run<'_>) -> Option<Parts>,
) -> Option<Parts> {
    // `06 12 34 56 78`
    if lengths[..5] == [2; 5]
        && gaps[..4].iter().all(|gap| *gap == gaps[0])
        && gaps[0] != Gap::Slash
    {
        return parts(5, run);
    }
    for count in (2..=5).rev() {
        let groups = &lengths[..count];
        let digits: usize = groups.iter().sum();
        let is_even = gaps[1..count - 1].iter().all(|gap| *gap == gaps[1]) && gaps[1] != Gap::Dot;
        let is_sized = (2..=5).contains(&groups[0])
            && groups[1..].iter().all(|length| (2..=8).contains(length));
        // A date, with the time behind it or without.
        // Nor a Social Security number that cannot be one.
        let is_date =
            groups == [3, 2, 4] || groups[..2] == [2, 2] && matches!(groups.get(2), Some(4) | None);
        if !is_sized || is_date || !(9..=11).contains(&digits) {
            continue;
        }
        let is_number = match count {
            // `07700 900123`, `06-12345678`
            2 => {
                (groups == [5, 6] && gaps[0] == Gap::Space && second == b'7')
                    || (groups == [2, 8] && matches!(gaps[0], Gap::Dash | Gap::Space))
            }
            _ => {
                is_even
                    && (digits > 9 || gaps[1] == Gap::Space)
                    && groups.iter().any(|length| *length > 2)
                    && gaps[0] != Gap::Dot
            }
        };
        if is_number && let Some(parts) = parts(count, run) {
            return Some(parts);
        }
    }
    None
}

/// A number that is one because the words around it say so.
fn named(run: &mut Run<'_>, first: usize, to: usize) -> Option<Parts> {
    // The words are before the run or behind it.
    let is_last = to == run.groups.len() && first + GROUPS >= to;
    if first > 0 && !is_last {
        return None;
    }
    let bracketed = is_bracketed(run, first);
    let mut start = run.groups[first].start;
    if bracketed {
        start -= 1;
    } else if !run.starts(first, &[Gap::Dash]) {
        return None;
    }
    let mut total = 0;
    let mut best = None;
    for last in first..to.min(first + GROUPS) {
        if last > first && run.gap(last - 1) == Gap::Other && !is_tight(run, last - 1) {
            break;
        }
        total += run.len(last);
        if total > 12 {
            break;
        }
        if total < 7 || !run_ends(run, last) {
            continue;
        }
        best = Some((last, total));
    }
    let (last, digits) = best?;
    let parts = Parts {
        first,
        last,
        digits,
        start,
    };
    if is_date(run, &parts) || is_time(run, &parts) {
        return None;
    }
    let is_named = (last + 1 == run.groups.len()
        && context::is_phone_behind(run.text, run.groups[last].end))
        || (first == 0 && run.context().phone);
    (is_named && !is_amount(run, &parts)).then_some(parts)
}
