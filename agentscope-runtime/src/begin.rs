//! Opens the call of an `async fn` at its first poll, inside the future of its body.
//!
//! There the arguments are: whoever looked at them before they move into the body would have the
//! compiler keep room for them twice. So the wrapper of the body asks, the first statement of the
//! body opens the call and goes into it, and the wrapper takes the call when the poll is over.

use std::cell::{Cell, RefCell};

use crate::call::{Call, Entered, record};
use crate::capture::Capture;
use crate::site::Site;

/// A call that the poll on this thread has opened, and is in.
struct Begun {
    /// Left before the call ends.
    entered: Option<Entered>,
    call: Call,
}

thread_local! {
    /// Whether a wrapper asks for a call that its body has not opened yet.
    static ASKED: Cell<bool> = const { Cell::new(false) };

    static BEGUN: RefCell<Option<Begun>> = const { RefCell::new(None) };
}

/// The first statement of the body of an `async fn`.
#[inline]
pub fn begin(site: &'static Site, fill: impl FnOnce(&mut Capture)) {
    if ASKED.replace(false) {
        open(site, fill);
    }
}

#[cold]
#[inline(never)]
fn open(site: &'static Site, fill: impl FnOnce(&mut Capture)) {
    let call = record(site, fill);
    let entered = call.enter();
    let begun = Begun { entered, call };
    BEGUN.with_borrow_mut(|slot| *slot = Some(begun));
}

/// Runs the first poll of a body. If it unwinds the call has panicked.
#[cold]
#[inline(never)]
pub(crate) fn first_poll<R>(poll: impl FnOnce() -> R) -> (R, Call) {
    // While the thread is torn down nothing can be recorded.
    let Ok(outer) = BEGUN.try_with(|slot| slot.borrow_mut().take()) else {
        return (poll(), Call::LET_THROUGH);
    };
    ASKED.set(true);
    let asking = Asking { outer: Some(outer) };
    let result = poll();
    let call = asking.answer();
    (result, call)
}

/// Gives the slot back to the poll around this one, however this one ends.
struct Asking {
    outer: Option<Option<Begun>>,
}

impl Asking {
    fn take(&mut self) -> Option<Begun> {
        ASKED.set(false);
        let outer = self.outer.take()?;
        let taken = BEGUN.try_with(|slot| std::mem::replace(&mut *slot.borrow_mut(), outer));
        taken.ok().flatten()
    }

    fn answer(mut self) -> Call {
        let Some(Begun { entered, call }) = self.take() else {
            return Call::LET_THROUGH;
        };
        drop(entered);
        call
    }
}

/// The poll unwinds.
impl Drop for Asking {
    fn drop(&mut self) {
        if let Some(Begun { entered, call }) = self.take() {
            drop(entered);
            call.panicked();
        }
    }
}
