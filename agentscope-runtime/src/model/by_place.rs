//! What a streamed answer has at its places, in the order of these.

use crate::model::streamed::Place;

/// Few, and nearly always the last is asked for: a list is faster than a map.
#[derive(Clone, Debug)]
pub(super) struct ByPlace<P, T>(Vec<(P, T)>);

impl<P, T> Default for ByPlace<P, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<P: Copy + Ord, T> ByPlace<P, T> {
    /// What is at a place; where there is nothing, what is made for it.
    pub(super) fn at(&mut self, place: P, make: impl FnOnce() -> T) -> &mut T {
        let index = match self.0.last() {
            Some((last, _)) if *last == place => self.0.len() - 1,
            _ => self.find(place, make),
        };
        &mut self.0[index].1
    }

    #[cold]
    fn find(&mut self, place: P, make: impl FnOnce() -> T) -> usize {
        let found = self.0.binary_search_by_key(&place, |(place, _)| *place);
        found.unwrap_or_else(|index| {
            self.0.insert(index, (place, make()));
            index
        })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(P, T)> {
        self.0.iter()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is something at a place, or may be.
    pub(super) fn has_room_for(&self, place: P, most: usize) -> bool {
        self.0.len() < most || self.0.iter().any(|(known, _)| *known == place)
    }
}

impl ByPlace<Place, String> {
    /// Adds to the text of a place.
    ///
    /// The first gets its room at once. To grow step by step has the allocator tidy up between the
    /// chunks.
    pub(super) fn add(&mut self, place: Place, piece: &str) {
        let room = if self.0.is_empty() { 1024 } else { 0 };
        let text = self.at(place, || String::with_capacity(room));
        text.push_str(piece);
    }

    /// Bytes of all of them.
    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(|(_, text)| text.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_order_however_they_come() {
        let mut texts = ByPlace::default();
        for (choice, piece) in [(1, "b"), (0, "a"), (1, "B"), (2, "c"), (0, "A")] {
            texts.add(Place(choice, 0, 0), piece);
        }
        let texts: Vec<_> = texts.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["aA", "bB", "c"]);
    }
}
