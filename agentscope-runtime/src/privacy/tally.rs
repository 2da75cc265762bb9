//! What was seen of the values of a call while they were written.

use crate::privacy::class::{Class, Treatment};

/// What was hidden while a call's values were written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Values masked, hashed or dropped.
    pub(crate) hidden: u32,
    /// Values of a class that telemetry may show something of.
    pub(crate) visible: u32,
    /// Highest class seen.
    pub(crate) max: Option<Class>,
    /// A value was too large to be written whole.
    pub(crate) cut: bool,
    /// A value was shown otherwise than whole or as a hash: to tell of the whole whether it equals
    /// another would tell more of that value.
    pub(crate) incomparable: bool,
    /// Of a value nothing was shown.
    pub(crate) dropped: bool,
}

impl Tally {
    /// Two tallies together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            hidden: self.hidden + other.hidden,
            visible: self.visible + other.visible,
            max: self.max.max(other.max),
            cut: self.cut || other.cut,
            incomparable: self.incomparable || other.incomparable,
            dropped: self.dropped || other.dropped,
        }
    }

    #[inline]
    pub(crate) fn see(&mut self, class: Class, treatment: Treatment) {
        self.max = self.max.max(Some(class));
        self.hidden += u32::from(treatment != Treatment::Keep);
        self.visible += u32::from(treatment != Treatment::Drop);
        self.incomparable |= !matches!(treatment, Treatment::Keep | Treatment::Hash);
        self.dropped |= treatment == Treatment::Drop;
    }

    /// How much of the size of what was written may be told, whose highest class is `class`.
    pub(crate) fn size_shown(self, class: Class, bytes: usize) -> Option<usize> {
        class.size_shown(bytes).filter(|_| !self.dropped)
    }

    /// Whether a keyed hash of all of it may be told.
    pub(crate) fn may_be_compared(self, class: Class) -> bool {
        class.may_be_compared() && !self.incomparable
    }
}
