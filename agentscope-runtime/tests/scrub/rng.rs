//! A small generator of numbers: the same texts in every run.

pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % end
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// So many of these signs.
    pub(crate) fn signs(&mut self, signs: &str, count: usize) -> String {
        let signs = signs.as_bytes();
        (0..count)
            .map(|_| char::from(signs[self.below(signs.len())]))
            .collect()
    }

    pub(crate) fn digits(&mut self, count: usize) -> String {
        self.signs("0123456789", count)
    }

    /// A pattern with its letters replaced: `#` by a digit, `N` by one from 2 to 9, `P` by one from 1
    /// to 9, `A` by a capital, `~` by a hexadecimal digit.
    pub(crate) fn fill(&mut self, pattern: &str) -> String {
        let sign = |sign| match sign {
            '#' => self.digits(1),
            'N' => self.signs("23456789", 1),
            'P' => self.signs("123456789", 1),
            'A' => self.signs("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1),
            '~' => self.signs("0123456789abcdef", 1),
            other => other.to_string(),
        };
        pattern.chars().map(sign).collect()
    }
}
