//! The shapes of the arguments of a call: nearly always those of the function's first call, which is
//! told by a glance at the values; else they are written out.

use std::sync::atomic::Ordering::Relaxed;

use serde::Serialize;

use crate::hash::keyring::Hasher;
use crate::hash::look::Look;
use crate::privacy::redacted::Redacted;
use crate::site::{KnownShape, KnownSite, Seen};

/// After so many calls in a row with other shapes than the first nobody looks for that one: a map has
/// its keys in another order each time.
const MANY: u8 = 16;

pub(crate) struct Shapes {
    site: &'static KnownSite,
    /// Those of the first call, while all so far are these.
    known: Option<&'static KnownShape>,
    /// Arguments that were looked at.
    count: usize,
    /// This is the first call.
    is_first: bool,
    seen: Vec<Seen>,
}

impl Shapes {
    pub(crate) fn new(site: &'static KnownSite) -> Self {
        let first = site.first_shape.get();
        Self {
            site,
            known: first.filter(|_| site.other_shapes.load(Relaxed) < MANY),
            count: 0,
            is_first: first.is_none(),
            seen: Vec::new(),
        }
    }

    /// Looks at an argument; false, and it is to be added as unknown, if it has no JSON form or one
    /// that is too large for the thread of the agent.
    pub(crate) fn add<T: Serialize + ?Sized>(&mut self, look: &mut Look, value: &T) -> bool {
        let before = look.print;
        if self.is_first || self.known.is_some() {
            let is_seen = look.glance(value);
            if is_seen && self.is_known(look) {
                return true;
            }
            look.print = before;
        }
        self.write_known(look);
        let is_written = look.append(value);
        if is_written {
            look.put("\n");
            self.note(look);
        }
        is_written
    }

    /// An argument of which nothing is known.
    pub(crate) fn add_unknown(&mut self, look: &mut Look) {
        look.form.word(0);
        if !self.is_known(look) {
            self.write_known(look);
            look.put("?\n");
            self.note(look);
        }
    }

    /// Whether the shapes so far are those of the first call.
    fn is_known(&mut self, look: &Look) -> bool {
        let seen = self.known.and_then(|known| known.seen.get(self.count));
        let is_known = seen.is_some_and(|seen| seen.form == look.form.finish());
        self.count += usize::from(is_known);
        is_known
    }

    /// Writes out what was only glanced at, for something else has come.
    fn write_known(&mut self, look: &mut Look) {
        let Some(known) = self.known.take() else {
            return;
        };
        let others = self.site.other_shapes.load(Relaxed);
        self.site
            .other_shapes
            .store(others.saturating_add(1), Relaxed);
        let last = self.count.checked_sub(1).and_then(|it| known.seen.get(it));
        let end = last.map_or(0, |seen| seen.end);
        look.shapes.text.extend_from_slice(&known.shape[..end]);
    }

    fn note(&mut self, look: &Look) {
        if self.is_first {
            self.seen.push(Seen {
                form: look.form.finish(),
                end: look.shapes().len(),
            });
        }
    }

    /// Keyed, for the keys of a map can be personal data; `None` for a function without arguments.
    pub(crate) fn hash(&mut self, look: &mut Look, hasher: &Hasher) -> Option<Redacted> {
        if let Some(known) = self.known
            && known.seen.len() == self.count
        {
            if self.site.other_shapes.load(Relaxed) > 0 {
                self.site.other_shapes.store(0, Relaxed);
            }
            return Some(self.site.shape_hash(&known.shape, &[], hasher));
        }
        self.write_known(look);
        let shapes = look.shapes();
        (!shapes.is_empty()).then(|| self.site.shape_hash(shapes, &self.seen, hasher))
    }

    /// Takes back everything.
    pub(crate) fn clear(&mut self, look: &mut Look) {
        look.clear();
        self.known = None;
        self.is_first = false;
        self.seen.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::site::{Site, TOOL};

    /// The hash that the call has, and the one that its shapes have by themselves; `None` stands for
    /// an argument of which nothing is known.
    fn hashes(site: &'static KnownSite, arguments: &[Option<&Value>]) -> [String; 2] {
        let (mut glanced, mut written) = (Look::default(), Look::default());
        let mut shapes = Shapes::new(site);
        for argument in arguments {
            match argument {
                Some(value) => {
                    assert!(shapes.add(&mut glanced, value) && written.append(value));
                    written.put("\n");
                }
                None => {
                    shapes.add_unknown(&mut glanced);
                    written.put("?\n");
                }
            }
        }
        assert_eq!(glanced.print, written.print, "of the values");
        let hasher = Hasher::default();
        let apart = Box::leak(Box::new(Site::new("", TOOL))).known();
        let by_itself = apart.shape_hash(written.shapes(), &[], &hasher);
        let hash = shapes.hash(&mut glanced, &hasher).expect("arguments");
        [hash, by_itself].map(|hash| hash.as_str().to_owned())
    }

    // A glance that took one shape for another would hide that a tool is called otherwise.
    #[test]
    fn the_hash_of_a_glance_is_that_of_the_shapes_written_out() {
        let values = [
            json!({"id": 1, "tags": ["a", "b"]}),
            json!({"id": 2, "tags": ["c"]}),
            json!({"id": 2, "tags": []}),
            json!({"id": "2", "tags": ["c"]}),
            json!({"tags": ["c"], "name": 2}),
            json!([["c"], 2]),
            json!([["c", 2]]),
            json!([1, "c", 1]),
            json!(null),
        ];
        let pairs = values.iter().flat_map(|one| {
            let others = values.iter().map(move |other| [Some(one), Some(other)]);
            others.chain([[Some(one), None], [None, Some(one)]])
        });
        let calls: Vec<_> = pairs.collect();
        for first in &calls {
            for second in &calls {
                let site = Box::leak(Box::new(Site::new("", TOOL))).known();
                for arguments in [first, second, first] {
                    let [hash, by_itself] = hashes(site, arguments);
                    assert_eq!(hash, by_itself, "{first:?} {second:?}");
                }
            }
        }
    }

    #[test]
    fn who_always_has_another_shape_is_not_glanced_at_for_ever() {
        static SITE: Site = Site::new("", TOOL);
        let call = |value: &dyn Fn(&mut Look, &mut Shapes) -> bool| {
            let (mut look, mut shapes) = (Look::default(), Shapes::new(SITE.known()));
            assert!(value(&mut look, &mut shapes));
            let glances = shapes.known.is_some();
            shapes.hash(&mut look, &Hasher::default());
            glances
        };
        let first = |look: &mut Look, shapes: &mut Shapes| shapes.add(look, "text");
        let other =
            |look: &mut Look, shapes: &mut Shapes| shapes.add(look, &HashMap::from([(1, 2)]));
        assert!(!call(&first), "nothing is known yet");
        assert!(call(&first));
        for _ in 1..MANY {
            assert!(!call(&other));
        }
        assert!(call(&first), "not so many yet, and now they are forgotten");
        for _ in 0..MANY {
            assert!(!call(&other));
        }
        assert!(!call(&first));
    }
}
