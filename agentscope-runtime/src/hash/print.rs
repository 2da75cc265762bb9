//! Fingerprints of values: they tell equal values from others, in this process only.

use std::sync::LazyLock;

/// A hash that is fed word by word. Nothing depends on its being hard to forge: at worst a call
/// counts as the retry of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Print(u64);

impl Default for Print {
    fn default() -> Self {
        // From a random start, so that nobody can tell in advance which values would collide.
        static START: LazyLock<u64> = LazyLock::new(|| getrandom::u64().unwrap_or(1));
        Self(*START)
    }
}

impl Print {
    /// Of these bytes alone.
    pub(crate) fn of(bytes: &[u8]) -> u64 {
        let mut print = Self::default();
        print.bytes(bytes);
        print.finish()
    }

    pub(crate) fn word(&mut self, word: u64) {
        // A product of two words, folded: its bits depend on all bits of both.
        let product = u128::from(self.0 ^ word) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product as u64) ^ (product >> 64) as u64;
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        // Of a longer text the last eight bytes, which some of the words before have had in part.
        let last = match bytes.last_chunk::<8>() {
            Some(last) => u64::from_le_bytes(*last),
            None => rest.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)),
        };
        self.word(last);
        // Else a text and the same text with zeros behind it would look alike.
        self.word(bytes.len() as u64);
    }

    pub(crate) fn finish(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Print;

    #[test]
    fn equal_bytes_have_equal_prints_and_others_do_not() {
        let of = |parts: &[&[u8]]| {
            let mut print = Print::default();
            parts.iter().for_each(|part| print.bytes(part));
            print.finish()
        };
        let all = [
            of(&[b"a"]),
            of(&[b"a\0"]),
            of(&[b"b"]),
            of(&[b""]),
            of(&[b"", b""]),
            of(&[b"ab", b"c"]),
            of(&[b"a", b"bc"]),
            of(&[b"12345678"]),
            of(&[b"12345678", b""]),
        ];
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert_eq!(of(&[b"ab", b"c"]), of(&[b"ab", b"c"]));
    }
}
