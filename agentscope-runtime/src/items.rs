//! The call of a stream or an iterator, and what has come out of it so far.

use crate::call::Call;
use crate::hash::keyring::Hasher;
use crate::inference::so_far::SoFar;
use crate::metered::Metered;
use crate::settle::Settle;
use crate::site::Layer;

pub(crate) struct Items<S> {
    pub(crate) call: Call,
    pub(crate) settle: S,
    /// `None` until the first has come out.
    so_far: Option<Box<SoFar>>,
}

impl<S: Settle> Items<S> {
    pub(crate) fn new(call: Call, settle: S) -> Self {
        Self {
            call,
            settle,
            so_far: None,
        }
    }

    /// Looks at what the next step has yielded.
    #[inline]
    pub(crate) fn came(&mut self, next: Option<&S::Yields>) {
        if !self.call.is_let_through() {
            match next {
                Some(item) => self.item(item),
                None => self.call.items_ended(self.so_far.take(), true),
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn item(&mut self, item: &S::Yields) {
        let Some(recording) = self.call.recording() else {
            return self.metered(item);
        };
        if let Some(so_far) = &mut self.so_far {
            so_far.next();
        } else {
            recording.first_item();
        }
        let meta = &recording.site.meta;
        let so_far = self.so_far.get_or_insert_with(|| {
            let class = self.settle.class_of_items(meta.output);
            SoFar::begin(meta.layer == Layer::Inference, class)
        });
        let hasher = recording.frame.session.hasher();
        so_far.failure = self.settle.judge_item(item, so_far, hasher);
    }

    /// Of what is charged only the usage is wanted.
    fn metered(&mut self, item: &S::Yields) {
        if self.call.metered().is_some_and(Metered::is_charged) {
            let so_far = self.so_far.get_or_insert_with(SoFar::of_usage);
            // An item that is an error says no usage.
            drop(self.settle.judge_item(item, so_far, &Hasher::default()));
        }
    }
}

/// Whoever gets an `Err` seldom asks for more: that is an error, not a cancellation.
impl<S> Drop for Items<S> {
    #[inline]
    fn drop(&mut self) {
        if !self.call.is_let_through() {
            self.call.items_ended(self.so_far.take(), false);
        }
    }
}
