//! Country codes, and how long the numbers behind them are.

/// A country code, and the digits of the shortest and of the longest number behind it.
const PLAN: &[(&str, usize, usize)] = &[
    ("1", 10, 10),
    ("7", 10, 10),
    ("20", 8, 10),
    ("27", 9, 9),
    ("30", 10, 10),
    ("31", 9, 9),
    ("32", 8, 9),
    ("33", 9, 9),
    ("34", 9, 9),
    ("36", 8, 9),
    ("39", 8, 11),
    ("40", 9, 9),
    ("41", 9, 9),
    ("43", 7, 13),
    ("44", 9, 10),
    ("45", 8, 8),
    ("46", 7, 10),
    ("47", 8, 8),
    ("48", 9, 9),
    ("49", 7, 11),
    ("51", 8, 9),
    ("52", 10, 11),
    ("53", 8, 8),
    ("54", 10, 11),
    ("55", 10, 11),
    ("56", 9, 9),
    ("57", 8, 10),
    ("58", 10, 10),
    ("60", 8, 10),
    ("61", 9, 9),
    ("62", 8, 12),
    ("63", 8, 10),
    ("64", 8, 10),
    ("65", 8, 8),
    ("66", 8, 9),
    ("81", 9, 10),
    ("82", 8, 10),
    ("84", 9, 10),
    ("86", 10, 11),
    ("90", 10, 10),
    ("91", 10, 10),
    ("92", 9, 10),
    ("93", 9, 9),
    ("94", 9, 9),
    ("95", 8, 10),
    ("98", 10, 10),
];

/// The digits behind a code of three: of Africa, of Europe's small countries, of islands, of Asia.
const THREE: (usize, usize) = (7, 10);

/// How long the number can be behind the code that some digits begin with, and the code's length.
pub(super) fn lengths(digits: &[u8]) -> Option<(usize, usize, usize)> {
    let found = PLAN
        .iter()
        .find(|(code, ..)| digits.starts_with(code.as_bytes()));
    if let Some((code, least, most)) = found {
        return Some((code.len(), *least, *most));
    }
    let is_known = matches!(
        digits,
        [b'2', b'1', b'1' | b'2' | b'3' | b'6' | b'8', ..]
            | [b'2', b'2'..=b'6' | b'9', ..]
            | [b'3', b'5' | b'7' | b'8', ..]
            | [b'4', b'2', b'0' | b'1' | b'3', ..]
            | [b'5', b'0' | b'9', ..]
            | [b'6', b'7'..=b'9', ..]
            | [b'8', b'5' | b'8', ..]
            | [b'9', b'6' | b'7' | b'9', ..]
    );
    is_known.then_some((3, THREE.0, THREE.1))
}
