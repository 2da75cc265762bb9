//! What stands behind a telephone number, and what looks like one and is none.

use super::bytes::{at, is_end, number, skip};
use super::context;
use super::digits::Run;
use super::phone::Parts;

/// `2024-08-06`, `06.08.2024`, `12/31/2024`.
pub(super) fn is_date(run: &Run<'_>, parts: &Parts) -> bool {
    let (first, second, third) = (
        run.digits(parts.first),
        run.digits(parts.first + 1),
        run.digits(parts.first + 2),
    );
    let is_year = |digits: &[u8]| {
        digits.len() == 4 && (digits.starts_with(b"19") || digits.starts_with(b"20"))
    };
    let is_short = |digits: &[u8]| (1..=2).contains(&digits.len());
    (is_year(first) && is_short(second) && is_short(third))
        || (is_short(first) && is_short(second) && is_year(third))
        || (parts.first == parts.last
            && first.len() == 8
            && is_year(&first[..4])
            && is_day(&first[4..]))
}

/// Whether four digits are a month and a day.
fn is_day(digits: &[u8]) -> bool {
    (1..=12).contains(&number(&digits[..2])) && (1..=31).contains(&number(&digits[2..]))
}

/// Seconds since 1970.
pub(super) fn is_time(run: &Run<'_>, parts: &Parts) -> bool {
    parts.first == parts.last
        && parts.digits == 10
        && matches!(run.digits(parts.first)[..2], [b'1', b'4'..=b'9'])
}

/// Whether a unit behind it makes it an amount.
pub(super) fn is_amount(run: &Run<'_>, parts: &Parts) -> bool {
    context::is_amount(run.text, run.groups[parts.last].end)
}

/// Whether an extension begins at `end`, right behind the number.
pub(super) fn is_extension(text: &[u8], end: usize) -> bool {
    matches!(at(text, end), b'x' | b'X' | b'e' | b'E') && extension_digits(text, end).is_some()
}

/// Where the digits of an extension are that begins at `end`.
fn extension_digits(text: &[u8], end: usize) -> Option<(usize, usize)> {
    let from = skip(text, end, text.len().min(end + 2), |byte| {
        matches!(byte, b' ' | b',')
    });
    let rest = text.get(from..)?;
    let lower: Vec<u8> = rest.iter().take(10).map(u8::to_ascii_lowercase).collect();
    let word = [
        "extension",
        "ext.",
        "ext",
        "x",
        "#",
        "durchwahl",
        "poste",
        "int.",
    ]
    .into_iter()
    .find(|word| lower.starts_with(word.as_bytes()))?;
    let start = skip(
        text,
        from + word.len(),
        text.len().min(from + word.len() + 2),
        |byte| matches!(byte, b' ' | b':' | b'.'),
    );
    let digits = skip(text, start, text.len().min(start + 7), |byte| {
        byte.is_ascii_digit()
    });
    ((2..=6).contains(&(digits - start)) && is_end(text, digits)).then_some((start, digits))
}

/// The end of a number with its extension, and the group behind.
pub(super) fn extension(run: &Run<'_>, end: usize, next: usize) -> (usize, usize) {
    match extension_digits(run.text, end) {
        Some((_, digits)) if digits <= run.to => {
            let next = run
                .groups
                .iter()
                .skip(next)
                .take_while(|group| group.start < digits)
                .count()
                + next;
            (digits, next)
        }
        _ => (end, next),
    }
}
