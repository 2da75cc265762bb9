//! Drops what was not polled to its end in the context that its polls ran in.
//!
//! Whatever is inside may make calls as it is dropped. It is dropped where it lies: so the `Drop` of
//! what is around it goes into the context, and a field behind it leaves that again.

use std::cell::RefCell;

use crate::frame;
use crate::recording::Entered;

thread_local! {
    /// What the drops on this thread have gone into, the innermost last.
    static ENTERED: RefCell<Vec<Entered>> = const { RefCell::new(Vec::new()) };
}

/// Leaves what was gone into before the fields in front of this one were dropped.
#[derive(Default)]
pub(crate) struct Leaving(bool);

impl Leaving {
    /// Goes into a context, unless the thread is torn down.
    #[cold]
    pub(crate) fn enter(&mut self, enter: impl FnOnce() -> Option<Entered>) {
        if frame::thread_is_alive()
            && let Some(entered) = enter()
        {
            self.0 = ENTERED
                .try_with(|all| all.borrow_mut().push(entered))
                .is_ok();
        }
    }
}

impl Drop for Leaving {
    #[inline]
    fn drop(&mut self) {
        if self.0 {
            leave();
        }
    }
}

#[cold]
fn leave() {
    // What is dropped is dropped while nothing is borrowed.
    let entered = ENTERED.try_with(|all| all.borrow_mut().pop());
    drop(entered);
}
