//! Reads how certain an agent says it is.

/// What states a certainty: a number from 0 to 1, or a text with one in it.
///
/// In a text the one number counts that stands there: `0.9`, `90%`, `9/10`, whatever words are
/// around it. Of several nobody could tell which is meant, so they count as none. Nothing of the
/// text but the number is kept, so it needs no class.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::IntoConfidence;
///
/// assert_eq!(0.9.into_confidence(), Some(0.9));
/// assert_eq!("I am 90 % sure.".into_confidence(), Some(0.9));
/// assert_eq!("9/10".into_confidence(), Some(0.9));
/// assert_eq!("fairly sure".into_confidence(), None);
/// assert_eq!("90".into_confidence(), None, "nothing is guessed");
/// assert_eq!("between 80% and 90%".into_confidence(), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` states no certainty",
    label = "expected a number from 0 to 1, or a text with one",
    note = "write a fraction, for example `0.9`, or a text such as `\"90%\"`"
)]
pub trait IntoConfidence {
    /// The certainty, from 0 to 1; `None` where there is none.
    fn into_confidence(self) -> Option<f64>;
}

impl IntoConfidence for f64 {
    fn into_confidence(self) -> Option<f64> {
        (0.0..=1.0).contains(&self).then_some(self)
    }
}

impl IntoConfidence for f32 {
    // Through decimal text: 0.9_f32 is 0.9 to whoever wrote it.
    fn into_confidence(self) -> Option<f64> {
        self.to_string().parse::<f64>().ok()?.into_confidence()
    }
}

impl IntoConfidence for &str {
    fn into_confidence(self) -> Option<f64> {
        read(self)?.into_confidence()
    }
}

impl IntoConfidence for &String {
    fn into_confidence(self) -> Option<f64> {
        self.as_str().into_confidence()
    }
}

impl IntoConfidence for String {
    fn into_confidence(self) -> Option<f64> {
        self.as_str().into_confidence()
    }
}

/// The one number of a text; of a percentage or a fraction what it stands for.
fn read(text: &str) -> Option<f64> {
    let start = text.find(|character: char| character.is_ascii_digit())?;
    let before = text[..start].chars().next_back();
    let (mut number, mut rest) = decimal(&text[start..])?;
    let behind = rest.trim_start();
    if let Some(behind) = behind.strip_prefix('%') {
        (number, rest) = (number / 100.0, behind);
    } else if let Some((whole, behind)) = behind
        .strip_prefix('/')
        .map(str::trim_start)
        .and_then(decimal)
    {
        (number, rest) = (number / whole, behind);
    }
    // A part of a word, a date, a range or a number that is written otherwise.
    let joins = |character: char| character.is_alphanumeric() || "+-_.,/%".contains(character);
    let is_joined = before.is_some_and(joins)
        || rest.starts_with(|character: char| character.is_alphanumeric() || character == '%');
    let is_alone = !is_joined && !rest.contains(|character: char| character.is_ascii_digit());
    is_alone.then_some(number)
}

/// A number at the beginning of a text, and what is behind it.
fn decimal(text: &str) -> Option<(f64, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let part = match text[whole..].strip_prefix('.').map(digits) {
        Some(part @ 1..) => part + 1,
        _ => 0,
    };
    let (number, rest) = text.split_at(whole + part);
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_percentages_and_fractions_are_read_whatever_is_around_them() {
        for (text, certainty) in [
            ("0.9", 0.9),
            ("1", 1.0),
            ("0", 0.0),
            ("90%", 0.9),
            ("12.5 %", 0.125),
            ("9/10", 0.9),
            ("9 / 10", 0.9),
            ("Confidence: 0.85.", 0.85),
            ("<confidence>0.9</confidence>", 0.9),
            ("I'm 100% sure, really", 1.0),
        ] {
            assert_eq!(text.into_confidence(), Some(certainty), "{text}");
        }
        assert_eq!(0.9_f32.into_confidence(), Some(0.9));
    }

    #[test]
    fn what_is_no_one_number_from_0_to_1_is_none() {
        for text in [
            "",
            "sure",
            "90",
            "101%",
            "11/10",
            "1/0",
            "0/0",
            "-0.5",
            "0,9",
            "1e-3",
            "80-90%",
            "0.8 or 0.9",
            "gpt-4",
            "v0.9",
            "9/10/2025",
            "0.9.1",
            "90%%",
            "0.9x",
            "٠.٩",
        ] {
            assert_eq!(text.into_confidence(), None, "{text}");
        }
        for number in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(number.into_confidence(), None, "{number}");
        }
    }
}
