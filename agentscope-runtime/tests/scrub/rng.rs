//! A small generator of numbers: the same texts in every run.

pub(crate) struct Rng(u64);

/// How a text is mutated.
pub(crate) struct Mutation<'a> {
    pub(crate) seeds: &'a [&'a str],
    pub(crate) most_steps: usize,
    /// One of these is put in now and then.
    pub(crate) signs: &'a str,
    /// A text that is shorter may be repeated, so many times.
    pub(crate) repeated_below: usize,
    pub(crate) repeats: usize,
}

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

    /// A text with seeds put in, cut, doubled and with signs added.
    pub(crate) fn mutated(&mut self, mut text: String, by: &Mutation<'_>) -> String {
        for _ in 0..1 + self.below(by.most_steps) {
            let seed = self.pick(by.seeds);
            let mut place = self.below(text.len() + 1);
            while !text.is_char_boundary(place) {
                place -= 1;
            }
            match self.below(8) {
                0..4 => text.push_str(seed),
                4 => text.insert_str(place, seed),
                5 => text.truncate(place),
                6 => text = text.split_off(place),
                _ => text.insert_str(place, &self.signs(by.signs, 1)),
            }
            if text.len() < by.repeated_below && self.below(20) == 0 {
                text = text.repeat(by.repeats);
            }
        }
        text
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
