//! Parts of a text that are written one behind the other and end up in order.
//!
//! A part that comes out of order is moved to its place at once, while it is warm and the parts are
//! few; of many, those that follow are sorted at the end.

/// Parts that are kept in order one by one. More are sorted together.
pub(crate) const FEW: usize = 64;

/// A text with lists of parts in it, which may lie inside one another.
#[derive(Default)]
pub(crate) struct Ordered {
    pub(crate) text: Vec<u8>,
    /// Of all lists that are open, the innermost last; each by position.
    places: Vec<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    begin: usize,
    /// End of what the part is ordered by.
    key_end: usize,
}

/// A list that is being written.
pub(crate) struct List {
    first: usize,
    separator: u8,
    sorted: bool,
    /// Whether parts with equal keys all stay.
    keeps_equal: bool,
}

/// What became of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    New,
    /// One of the same key is there already; this one is at the end of the text still.
    Known,
}

impl Ordered {
    pub(crate) fn open(&self, separator: u8, keeps_equal: bool) -> List {
        List {
            first: self.places.len(),
            separator,
            sorted: true,
            keeps_equal,
        }
    }

    pub(crate) fn count(&self, list: &List) -> usize {
        self.places.len() - list.first
    }

    /// Where the next part begins, once it is separated from the one before.
    pub(crate) fn begin(&mut self, list: &List) -> usize {
        if self.count(list) > 0 {
            self.text.push(list.separator);
        }
        self.text.len()
    }

    fn key(&self, place: Place) -> &[u8] {
        &self.text[place.begin..place.key_end]
    }

    /// Ends the part that was written from `begin` on; it is ordered by what is before `key_end`.
    pub(crate) fn end(&mut self, list: &mut List, begin: usize, key_end: usize) -> Part {
        let new = Place { begin, key_end };
        let known = &self.places[list.first..];
        let in_order = known
            .last()
            .is_none_or(|last| self.key(*last) < self.key(new));
        if in_order {
            self.places.push(new);
            return Part::New;
        }
        if !list.sorted || known.len() >= FEW {
            list.sorted = false;
            self.places.push(new);
            return Part::New;
        }
        match known.binary_search_by(|place| self.key(*place).cmp(self.key(new))) {
            Ok(_) if !list.keeps_equal => Part::Known,
            Ok(index) | Err(index) => {
                self.insert(list.first + index, new);
                Part::New
            }
        }
    }

    /// Moves the last part before the part at `index`.
    fn insert(&mut self, index: usize, new: Place) {
        let begin = self.places[index].begin;
        // The part and a separator: `a|c|b` becomes `a|b|c`.
        let length = self.text.len() - new.begin;
        let moved = length + 1;
        let mut short = [0; 64];
        if let Some(part) = short.get_mut(..length) {
            part.copy_from_slice(&self.text[new.begin..]);
            let separator = self.text[new.begin - 1];
            self.text.copy_within(begin..new.begin - 1, begin + moved);
            self.text[begin..begin + length].copy_from_slice(part);
            self.text[begin + length] = separator;
        } else {
            self.text[begin..].rotate_right(moved);
            self.text[begin..begin + moved].rotate_left(1);
        }
        for later in &mut self.places[index..] {
            later.begin += moved;
            later.key_end += moved;
        }
        let place = Place {
            begin,
            key_end: begin + new.key_end - new.begin,
        };
        self.places.insert(index, place);
    }

    /// Ends a list; `Known` if two of its parts have the same key.
    pub(crate) fn close(&mut self, list: &List) -> Part {
        let mut all = Part::New;
        if !list.sorted {
            all = self.sort(list);
        }
        self.places.truncate(list.first);
        all
    }

    fn sort(&mut self, list: &List) -> Part {
        let places = &self.places[list.first..];
        let ends = places[1..].iter().map(|next| next.begin - 1);
        let ends = ends.chain([self.text.len()]);
        let mut parts: Vec<_> = places
            .iter()
            .zip(ends)
            .map(|(place, end)| (self.key(*place), &self.text[place.begin..end]))
            .collect();
        parts.sort_by_key(|(key, _)| *key);
        let twice = parts.windows(2).any(|pair| pair[0].0 == pair[1].0);
        let parts: Vec<&[u8]> = parts.into_iter().map(|(_, part)| part).collect();
        let sorted = parts.join(&list.separator);
        let begin = places[0].begin;
        self.text.truncate(begin);
        self.text.extend_from_slice(&sorted);
        if twice { Part::Known } else { Part::New }
    }

    /// Takes back what was written after `text` bytes, outside any list.
    pub(crate) fn truncate(&mut self, text: usize) {
        self.text.truncate(text);
        self.places.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(words: &[&str]) -> (String, Part) {
        let mut ordered = Ordered::default();
        ordered.text.extend_from_slice(b"<");
        let mut list = ordered.open(b'|', false);
        let mut all = Part::New;
        for word in words {
            let begin = ordered.begin(&list);
            ordered.text.extend_from_slice(word.as_bytes());
            let end = ordered.text.len();
            if ordered.end(&mut list, begin, end) == Part::Known {
                all = Part::Known;
            }
        }
        if ordered.close(&list) == Part::Known {
            all = Part::Known;
        }
        (String::from_utf8(ordered.text).expect("text"), all)
    }

    #[test]
    fn parts_come_in_any_order_and_stand_in_one() {
        let long = "b".repeat(100);
        for b in ["bb", &long] {
            for words in [["a", b, "c"], ["c", b, "a"], [b, "c", "a"], ["a", "c", b]] {
                assert_eq!(joined(&words), (format!("<a|{b}|c"), Part::New));
            }
        }
        assert_eq!(joined(&["b", "a", "b"]).1, Part::Known);
    }

    #[test]
    fn many_parts_stand_in_order_too() {
        let words: Vec<_> = (0..500_u32)
            .map(|n| (n * 7919 % 1000).to_string())
            .collect();
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let mut sorted = words.clone();
        sorted.sort_unstable();
        assert_eq!(
            joined(&words),
            (format!("<{}", sorted.join("|")), Part::New)
        );
        let twice = [&words[..], &words[200..201]].concat();
        assert_eq!(joined(&twice).1, Part::Known);
    }
}
