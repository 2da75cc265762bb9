//! Opens the call of an `async fn` at its first poll, inside the future of its body.
//!
//! There the arguments are: whoever looked at them before they move into the body would have the
//! compiler keep room for them twice. So the wrapper of the body asks, the first statement of the
//! body opens the call and goes into it, and the wrapper takes the call when the poll is over.

use std::cell::{Cell, RefCell};

use crate::call::{Call, Inside, inside, record_with};
use crate::capture::Capture;
use crate::site::Site;

thread_local! {
    /// Whether a wrapper asks for a call that its body has not opened yet.
    static ASKED: Cell<bool> = const { Cell::new(false) };

    /// The call that the poll on this thread has opened, and is in.
    static BEGUN: RefCell<Option<Inside>> = const { RefCell::new(None) };
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
    put(record_with(site, fill));
}

fn put(call: Call) {
    BEGUN.with_borrow_mut(|slot| *slot = Some(inside(call)));
}

/// The first poll of a body is about to be made.
#[cold]
#[inline(never)]
pub(crate) fn ask() -> Asking {
    // While the thread is torn down nothing can be recorded.
    let outer = BEGUN.try_with(|slot| slot.borrow_mut().take()).ok();
    ASKED.set(outer.is_some());
    Asking { outer }
}

/// Gives the slot back to the poll around this one.
pub(crate) struct Asking {
    outer: Option<Option<Inside>>,
}

impl Asking {
    /// The call that the body has opened; the poll is over, however it ended.
    pub(crate) fn answer(self) -> Call {
        ASKED.set(false);
        let Some(outer) = self.outer else {
            return Call::LET_THROUGH;
        };
        let taken = BEGUN.try_with(|slot| std::mem::replace(&mut *slot.borrow_mut(), outer));
        taken
            .ok()
            .flatten()
            .map_or(Call::LET_THROUGH, Inside::leave)
    }
}
