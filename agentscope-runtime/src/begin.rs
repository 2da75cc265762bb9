//! Opens the call of an `async fn` at its first poll, inside the future of its body.
//!
//! There the arguments are: whoever looked at them before they move into the body would have the
//! compiler keep room for them twice. So the wrapper of the body asks, the first statement of the
//! body opens the call and goes into it, and the wrapper takes the call when the poll is over.

use std::cell::{Cell, RefCell};

use crate::budget::BudgetExhausted;
use crate::call::{Call, Inside, inside, open_with};
use crate::capture::Capture;
use crate::probe::Argued;
use crate::site::Site;
use crate::switch::Need;

thread_local! {
    /// What a wrapper asks for of a call that its body has not opened yet.
    static ASKED: Cell<Need> = const { Cell::new(Need::Nothing) };

    /// The call that the poll on this thread has opened, and is in.
    static BEGUN: RefCell<Option<Inside>> = const { RefCell::new(None) };
}

/// Whether the body is to open its call, and has not: the first question of the body of an
/// `async fn`.
#[inline]
pub fn asked() -> bool {
    ASKED.get() != Need::Nothing
}

/// Opens the call of a body that was asked to, with its arguments in their order. Not generic, so
/// that a function adds nothing to it.
#[cold]
#[inline(never)]
pub fn begin(site: &'static Site, arguments: &[Argued<'_>]) {
    begin_with(site, |capture| {
        for (index, argument) in arguments.iter().enumerate() {
            argument.record(capture, index);
        }
        capture.declared_schema();
    });
}

/// The same, where expressions of the user's say more.
#[cold]
#[inline(never)]
pub fn begin_with(site: &'static Site, fill: impl FnOnce(&mut Capture)) {
    put(open_with(site, ASKED.replace(Need::Nothing), fill));
}

/// The same where that was not asked yet, of a function that is not run where a budget is used up:
/// then it says so.
pub fn begin_unless_refused(
    site: &'static Site,
    fill: impl FnOnce(&mut Capture),
) -> Option<BudgetExhausted> {
    match ASKED.replace(Need::Nothing) {
        Need::Nothing => None,
        need => {
            let call = open_with(site, need, fill);
            let refused = call.refused();
            put(call);
            refused
        }
    }
}

fn put(call: Call) {
    BEGUN.with_borrow_mut(|slot| *slot = Some(inside(call)));
}

/// The first poll of a body is about to be made.
#[cold]
#[inline(never)]
pub(crate) fn ask(need: Need) -> Asking {
    let outer = BEGUN.try_with(|slot| slot.borrow_mut().take()).ok();
    // While the thread is torn down nothing can be recorded.
    ASKED.set(outer.as_ref().map_or(Need::Nothing, |_| need));
    Asking { outer }
}

/// Gives the slot back to the poll around this one.
pub(crate) struct Asking {
    outer: Option<Option<Inside>>,
}

impl Asking {
    /// The call that the body has opened; the poll is over, however it ended.
    pub(crate) fn answer(self) -> Call {
        ASKED.set(Need::Nothing);
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
