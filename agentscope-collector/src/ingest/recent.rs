//! A map that forgets what was not asked for of late.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;

/// Two generations: what is used moves to the young one; when that is full the old one goes. So it
/// holds at least `room` of the latest, at most twice as many, and no entry costs a place in a list.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    room: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Eq + Hash + Clone, V> Recent<K, V> {
    pub(crate) fn new(room: usize) -> Self {
        Self {
            room: room.max(1),
            young: HashMap::new(),
            old: HashMap::new(),
        }
    }

    /// The value, if it is remembered.
    pub(crate) fn get(&mut self, key: &K) -> Option<&mut V> {
        if !self.young.contains_key(key) {
            let (key, value) = self.old.remove_entry(key)?;
            // It only changes its generation, so that nothing is forgotten here.
            self.young.insert(key, value);
        }
        self.young.get_mut(key)
    }

    /// Remembers it, and gives what is forgotten for it.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<HashMap<K, V>> {
        self.old.remove(&key);
        let forgotten = (self.young.len() >= self.room && !self.young.contains_key(&key))
            .then(|| mem::replace(&mut self.old, mem::take(&mut self.young)));
        self.young.insert(key, value);
        forgotten
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.young.remove(key).or_else(|| self.old.remove(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let mut recent = Recent::new(10);
        recent.insert(0, "kept");
        for key in 1..1_000 {
            recent.insert(key, "other");
            assert!(recent.get(&0).is_some());
            assert!(recent.young.len() + recent.old.len() <= 21);
        }
        assert!(recent.get(&1).is_none());
        assert!((991..1_000).all(|key| recent.get(&key).is_some()));
    }
}
