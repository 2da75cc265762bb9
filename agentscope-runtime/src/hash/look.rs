//! What is seen of the arguments of a call: their shapes, and a fingerprint of their values.

use serde::Serialize;

use crate::hash::print::Print;
use crate::hash::shape::{Result, Shape, Unserialisable};
use crate::json::ordered::Ordered;
use crate::json::{self, DEEPEST, LARGEST};

/// What is seen of the arguments of a call, in one pass over each.
#[derive(Default)]
pub(crate) struct Look {
    pub(crate) shapes: Ordered,
    /// Tells equal values from others.
    pub(crate) print: Print,
    /// Tells a shape from most others without writing it: as far as lists are long and maps in some
    /// order, it tells more than the shape does.
    pub(crate) form: Print,
    /// Only these two are wanted.
    pub(crate) is_glance: bool,
    /// Bytes that the JSON of the value may still take.
    room: usize,
    /// Lists, objects and variants that are open.
    depth: usize,
    /// There is a key that only serde_json can tell whether JSON can have it.
    pub(crate) odd_key: bool,
}

impl Look {
    pub(crate) fn capacity(&self) -> usize {
        self.shapes.text.capacity()
    }

    /// The shapes of the arguments, one after the other.
    pub(crate) fn shapes(&self) -> &[u8] {
        &self.shapes.text
    }

    /// Takes back everything.
    pub(crate) fn clear(&mut self) {
        self.shapes.truncate(0);
        self.print = Print::default();
        self.form = Print::default();
    }

    pub(crate) fn put(&mut self, text: &str) {
        self.shapes.text.extend_from_slice(text.as_bytes());
    }

    /// Writes one of the signs of a shape.
    #[inline]
    pub(crate) fn sign(&mut self, sign: &'static str) {
        if self.is_glance {
            let mut word = [0; 8];
            word[..sign.len()].copy_from_slice(sign.as_bytes());
            self.form.word(u64::from_le_bytes(word));
        } else {
            self.put(sign);
        }
    }

    /// Looks at a value without writing its shape; false where that tells nothing.
    pub(crate) fn glance<T: Serialize + ?Sized>(&mut self, value: &T) -> bool {
        self.is_glance = true;
        let is_seen = self.look(value, LARGEST) && !self.odd_key;
        self.is_glance = false;
        is_seen
    }

    /// Takes the print of a value and nothing else; false, and nothing is taken, where that tells
    /// nothing.
    pub(crate) fn compare<T: Serialize + ?Sized>(&mut self, value: &T) -> bool {
        let before = (self.form, self.print);
        let is_seen = self.glance(value);
        self.form = before.0;
        if !is_seen {
            self.print = before.1;
        }
        is_seen
    }

    /// The print of a value that does not count: that of JSON's `null`.
    pub(crate) fn nothing(&mut self) {
        self.print.word(u64::MAX);
    }

    /// Appends the shape of a value; false, and nothing is appended, if it has no JSON form or one
    /// that is too large for the thread of the agent.
    pub(crate) fn append<T: Serialize + ?Sized>(&mut self, value: &T) -> bool {
        let before = (self.shapes.text.len(), self.print);
        // The JSON is not written to learn how large it is: at most so large is enough to know,
        // for nearly all values.
        let fits = self.look(value, LARGEST) && (!self.odd_key || json::fits(value));
        if fits {
            return true;
        }
        self.take_back(before);
        let whole = json::fits(value) && self.look(value, usize::MAX);
        if !whole {
            self.take_back(before);
        }
        whole
    }

    fn look<T: Serialize + ?Sized>(&mut self, value: &T, room: usize) -> bool {
        self.room = room;
        self.depth = 0;
        self.odd_key = false;
        value.serialize(Shape(self)).is_ok()
    }

    fn take_back(&mut self, (shapes, print): (usize, Print)) {
        self.shapes.truncate(shapes);
        self.print = print;
    }

    pub(crate) fn take(&mut self, bytes: usize) -> Result {
        self.room = self.room.checked_sub(bytes).ok_or(Unserialisable)?;
        Ok(())
    }

    /// A list, an object or a variant begins.
    pub(crate) fn descend(&mut self) -> Result {
        self.depth += 1;
        match self.depth <= DEEPEST {
            true => Ok(()),
            false => Err(Unserialisable),
        }
    }

    pub(crate) fn ascend(&mut self) {
        self.depth -= 1;
    }

    /// A leaf of the shape `shape`, whose JSON takes at most so many bytes.
    #[inline]
    pub(crate) fn leaf(&mut self, shape: &'static str, bytes: usize) -> Result {
        self.sign(shape);
        self.take(bytes)
    }

    pub(crate) fn variant(&mut self, variant: &'static str) -> Result {
        self.print.bytes(variant.as_bytes());
        self.sign("#");
        match self.is_glance {
            true => self.form.bytes(variant.as_bytes()),
            false => self.put(variant),
        }
        // Around what is inside there are braces, a colon and a comma.
        self.take(json::largest_string(variant) + 3)
    }

    pub(crate) fn text(&mut self, text: &str) -> Result {
        self.print.bytes(text.as_bytes());
        self.leaf("s", json::largest_string(text))
    }
}
