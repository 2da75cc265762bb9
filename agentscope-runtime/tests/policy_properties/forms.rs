//! The forms in which a text can come out that should not.

/// The text itself, in capitals, backwards, escaped, and encoded.
pub(crate) fn forms(text: &str) -> Vec<String> {
    let escaped = serde_json::to_string(text).expect("a text");
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let mut forms = vec![
        text.to_owned(),
        text.to_lowercase(),
        text.to_uppercase(),
        text.chars().rev().collect(),
        escaped.trim_matches('"').to_owned(),
        hex(text.as_bytes()),
    ];
    forms.extend((0..3).map(|shift| base64(text.as_bytes(), shift)));
    if digits.len() >= 8 {
        forms.push(digits);
    }
    forms.retain(|form| form.chars().count() >= 6);
    forms
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As it looks inside a longer text that was encoded, beginning so many bytes behind a border.
fn base64(bytes: &[u8], shift: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let whole: Vec<u8> = bytes.iter().copied().skip((3 - shift) % 3).collect();
    let triples = whole.chunks_exact(3);
    let four = |triple: &[u8]| {
        let bits = triple
            .iter()
            .fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        [18, 12, 6, 0].map(|place| char::from(DIGITS[bits >> place & 63]))
    };
    triples.flat_map(four).collect()
}

#[test]
fn a_text_is_found_in_whatever_holds_it() {
    // Of `xxzeppelin77` in base64, from each place of the border.
    for (shift, encoded) in [
        (0, "emVwcGVsaW43"),
        (1, "eHplcHBlbGluNzc="),
        (2, "eHh6ZXBwZWxpbjc3"),
    ] {
        assert!(encoded.contains(&base64(b"zeppelin7", shift)), "{shift}");
    }
    assert!(forms("zeppelin7").contains(&"7nileppez".to_owned()));
    assert!(forms("4111 1111").contains(&"41111111".to_owned()));
}
