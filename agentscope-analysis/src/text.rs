//! How run-time text, times and counts are written on one line.

use std::fmt::Write as _;

/// Cuts `text` to `limit` characters and makes it safe on a terminal: what could move the cursor,
/// start an escape sequence or turn the direction of writing is spelt out.
pub(crate) fn line(text: &str, limit: usize) -> String {
    let mut line = String::with_capacity(text.len().min(limit));
    let mut rest = text.chars();
    for character in rest.by_ref().take(limit) {
        if character.is_control() || is_invisible(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    if rest.next().is_some() {
        line.push('…');
    }
    line
}

/// Marks that reorder or hide what stands beside them, and line separators.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{61c}' | '\u{e0000}'..='\u{e007f}')
}

/// `640µs`, `12ms`, `1.24s`, `2m03s`.
pub(crate) fn duration(nanoseconds: u64) -> String {
    const MICRO: u64 = 1_000;
    const MILLI: u64 = 1_000_000;
    const SECOND: u64 = 1_000_000_000;
    match nanoseconds {
        0..MILLI => format!("{}µs", nanoseconds / MICRO),
        MILLI..SECOND => format!("{}ms", nanoseconds / MILLI),
        _ if nanoseconds < 60 * SECOND => {
            let hundredths = nanoseconds / (SECOND / 100);
            format!("{}.{:02}s", hundredths / 100, hundredths % 100)
        }
        _ => {
            let seconds = nanoseconds / SECOND;
            format!("{}m{:02}s", seconds / 60, seconds % 60)
        }
    }
}

/// `20,000`.
pub(crate) fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `$12.50`, `$0.0125`, `$0.000175`: to the hundredth, and further as far as there is something.
pub(crate) fn dollars(usd: f64) -> String {
    let text = format!("${usd:.6}");
    let cents = text.len() - 4;
    let further = text[cents..].trim_end_matches('0').len();
    text[..cents + further].to_owned()
}

/// `1 tool call`, `2 tool calls`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    let mut text = count(i64::try_from(number).unwrap_or(i64::MAX));
    let plural = if number == 1 { "" } else { "s" };
    // Writing to a String cannot fail.
    let _ = write!(text, " {noun}{plural}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_control_and_direction_marks_are_spelt_out() {
        assert_eq!(
            line("a\nb\u{1b}[31mc\u{202e}d", 80),
            "a\\nb\\u{1b}[31mc\\u{202e}d"
        );
    }

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(line("äöü€", 3), "äöü…");
        assert_eq!(line("äöü", 3), "äöü");
    }

    #[test]
    fn times_and_counts_are_short() {
        let times = [640_000, 12_000_000, 1_240_000_000, 123_000_000_000].map(duration);
        assert_eq!(times, ["640µs", "12ms", "1.24s", "2m03s"]);
        assert_eq!(
            [0, 999, 20_000, -1_234_567].map(count),
            ["0", "999", "20,000", "-1,234,567"]
        );
        let sums = [0.0, 12.5, 0.0125, 0.000_175].map(dollars);
        assert_eq!(sums, ["$0.00", "$12.50", "$0.0125", "$0.000175"]);
    }
}
