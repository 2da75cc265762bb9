//! A call of an annotated function: opened, run inside its recording, ended.

use std::mem::{self, ManuallyDrop};
use std::panic::{RefUnwindSafe, UnwindSafe};

use crate::begin;
use crate::budget::BudgetExhausted;
use crate::capture::Capture;
use crate::frame::{self, Frame};
#[cfg(feature = "rig")]
use crate::hash::keyring::Hasher;
use crate::inference::so_far::SoFar;
use crate::metered::{self, Metered};
use crate::opening::Opening;
use crate::output::{Failure, Output};
use crate::privacy::redacted::Redacted;
pub(crate) use crate::recording::Entered;
use crate::recording::Recording;
use crate::settle::{self, Settle, Tell};
use crate::site::{KnownSite, Site};
use crate::switch::{self, Need};

/// A call: recorded, charged to budgets only, or let through.
///
/// `ManuallyDrop` because the `Drop` below takes the recording out anyway: without it every call
/// that is let through would pay for dropping a second time.
pub struct Call(ManuallyDrop<Option<Open>>);

enum Open {
    Recorded(Box<Recording>),
    /// Nothing is recorded of it; budgets hold all the same.
    Metered(Box<Metered>),
}

// The OpenTelemetry context holds `dyn Any`, which says nothing about unwinding; after a panic a
// call is only ended. An annotated function keeps the auto traits that it has without us.
impl UnwindSafe for Call {}
impl RefUnwindSafe for Call {}

/// Opens a call: its span, its session where there is none, its step.
///
/// Small, for it is in every annotated function; the work is elsewhere.
#[inline]
pub fn open(site: &'static Site, fill: impl FnOnce(&mut Capture)) -> Call {
    match switch::need() {
        Need::Nothing => Call::LET_THROUGH,
        need => open_with(site, need, fill),
    }
}

/// The same of a function with a budget of its own, which holds whether something is recorded or not.
pub fn open_with_budget(site: &'static Site, fill: impl FnOnce(&mut Capture)) -> Call {
    open_with(site, switch::need_with_budget(), fill)
}

#[cold]
#[inline(never)]
pub(crate) fn open_with(site: &'static Site, need: Need, fill: impl FnOnce(&mut Capture)) -> Call {
    let mut fill = Some(fill);
    open_filled(site, need, &mut |capture| {
        if let Some(fill) = fill.take() {
            fill(capture);
        }
    })
}

/// Not generic, so that it is compiled once.
fn open_filled(site: &'static Site, need: Need, fill: &mut dyn FnMut(&mut Capture)) -> Call {
    if site.has_context {
        return open_in_context(site.known(), need, fill);
    }
    let site = site.known();
    let opening = match need {
        Need::Record => Opening::begin(site),
        Need::Charge | Need::Nothing => None,
    };
    let Some(opening) = opening else {
        let metered = metered::open(site, fill).map(Open::Metered);
        return Call(ManuallyDrop::new(metered));
    };
    let mut capture = Capture::new(site, opening.hasher());
    capture.fill(fill);
    let recording = opening.start(&mut capture);
    Call(ManuallyDrop::new(Some(Open::Recorded(recording))))
}

/// The same of a function whose attribute says where its task came from: what is said comes first.
#[cold]
fn open_in_context(
    site: &'static KnownSite,
    need: Need,
    fill: &mut dyn FnMut(&mut Capture),
) -> Call {
    let running = Frame::of_current_context();
    let hasher = running.map(|frame| frame.session.hasher().clone());
    let mut capture = match need {
        Need::Record => Capture::new(site, hasher.unwrap_or_default()),
        Need::Charge | Need::Nothing => Capture::of_options(site),
    };
    capture.fill(fill);
    let opening = match (need, &capture.context) {
        (Need::Charge | Need::Nothing, _) => None,
        (Need::Record, None) => Opening::begin(site),
        (Need::Record, Some(remote)) => {
            let name = capture.name.clone();
            Opening::of_remote(
                remote,
                name.unwrap_or_else(|| Redacted::of_code(site.meta.name)),
            )
        }
    };
    let open = match opening {
        Some(opening) => Some(Open::Recorded(opening.start(&mut capture))),
        None => metered::open_asked(&mut capture, site).map(Open::Metered),
    };
    Call(ManuallyDrop::new(open))
}

impl Call {
    pub(crate) const LET_THROUGH: Self = Self(ManuallyDrop::new(None));

    pub(crate) fn enter(&self) -> Option<Entered> {
        match self.0.as_ref()? {
            Open::Recorded(recording) => Some(recording.enter()),
            Open::Metered(metered) => metered.enter(),
        }
    }

    /// Why the body is not to be run, if it is not.
    #[inline]
    pub fn refused(&self) -> Option<BudgetExhausted> {
        let refused = match self.0.as_ref()? {
            Open::Recorded(recording) => recording.refused.as_deref(),
            Open::Metered(metered) => metered.refused(),
        };
        refused.cloned()
    }

    /// Whether nothing is to be done but to run the body.
    #[inline]
    pub(crate) fn is_let_through(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn panicked(mut self) {
        if let Some(recording) = self.take_recording() {
            recording.panicked();
        }
    }

    /// Goes into the call for one step of the body.
    #[inline]
    pub(crate) fn around(&mut self) -> Around<'_> {
        let step = match self.enter() {
            Some(entered) => Step::Entered(entered),
            None => Step::Through,
        };
        Around { call: self, step }
    }

    /// The same for the first poll of a body that opens the call itself.
    pub(crate) fn around_first(&mut self, need: Need) -> Around<'_> {
        let step = Step::Asking(begin::ask(need));
        Around { call: self, step }
    }

    /// The call that is still open, if it is recorded.
    pub(crate) fn recording(&self) -> Option<&Recording> {
        match self.0.as_ref()? {
            Open::Recorded(recording) => Some(recording),
            Open::Metered(_) => None,
        }
    }

    /// The same, if it is charged only.
    pub(crate) fn metered(&self) -> Option<&Metered> {
        match self.0.as_ref()? {
            Open::Recorded(_) => None,
            Open::Metered(metered) => Some(metered),
        }
    }

    /// Takes the call; what is charged only needs no end.
    #[inline]
    fn take_recording(&mut self) -> Option<Box<Recording>> {
        match self.0.take()? {
            Open::Recorded(recording) => Some(recording),
            Open::Metered(_) => None,
        }
    }

    /// Ends the call with what its body has yielded.
    #[inline]
    pub(crate) fn settle<S: Settle>(&mut self, result: &S::Yields, settle: S) {
        if let Some(open) = self.0.take() {
            settle_open(open, result, settle);
        }
    }

    /// Ends the call with what has been told of it.
    #[cfg(feature = "rig")]
    pub(crate) fn told(
        &mut self,
        site: &'static KnownSite,
        told: &mut dyn FnMut(&mut Output) -> Option<Failure>,
    ) {
        match self.0.take() {
            Some(Open::Recorded(recording)) => end(recording, told),
            Some(Open::Metered(metered)) => {
                let mut output = Output::new(&site.meta, &Hasher::default());
                if told(&mut output).is_none() {
                    metered.used(output.usage);
                }
            }
            None => {}
        }
    }

    /// Ends the call with an error that is no value of what it was to yield.
    #[inline]
    pub(crate) fn failed<E, D: Tell<E>>(&mut self, error: &E) {
        if let Some(recording) = self.take_recording() {
            let failure = settle::failure::<E, D>(error, recording.frame.session.hasher());
            recording.failed(failure, None);
        }
    }

    /// Ends the call of a stream, whole or dropped; that may be while its thread is torn down.
    #[cold]
    #[inline(never)]
    pub(crate) fn items_ended(&mut self, so_far: Option<Box<SoFar>>, is_whole: bool) {
        match self.0.take() {
            Some(Open::Recorded(recording)) => {
                frame::on_living_thread(move || recording.items_ended(so_far, is_whole));
            }
            Some(Open::Metered(metered)) => metered.used(so_far.and_then(|it| it.used())),
            None => {}
        }
    }

    /// Hands the call over to what the body has returned.
    #[inline]
    pub(crate) fn take(&mut self) -> Self {
        Self(ManuallyDrop::new(self.0.take()))
    }
}

#[cold]
#[inline(never)]
fn settle_open<S: Settle>(open: Open, result: &S::Yields, settle: S) {
    match open {
        Open::Recorded(recording) => end(recording, &mut |output| settle.judge(result, output)),
        Open::Metered(metered) => metered.used(metered.usage(result, settle)),
    }
}

/// Not generic, so that it is compiled once.
fn end(recording: Box<Recording>, judge: &mut dyn FnMut(&mut Output) -> Option<Failure>) {
    // Filled and read where it is: it is large to move.
    let mut output = Output::new(&recording.site.meta, recording.frame.session.hasher());
    match judge(&mut output) {
        None => recording.returned(&mut output),
        Some(failure) => recording.failed(failure, None),
    }
}

/// Not polled to its end: a timeout, a lost `select!` branch, an abort.
impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        // Only the question is in the annotated function: most calls are over when they are dropped, or
        // were never recorded.
        if let Some(open) = self.0.take() {
            cancel(open);
        }
    }
}

#[cold]
#[inline(never)]
fn cancel(open: Open) {
    match open {
        Open::Recorded(recording) => recording.cancelled(None),
        Open::Metered(_) => {}
    }
}

/// While it lives the body runs inside its call. Dropped otherwise than by `done` the body unwinds,
/// and the call has panicked. `thread::panicking()` would not do: it is also true for a call that is
/// merely dropped while its agent panics.
///
/// Not generic, so that what surrounds each poll of each function is compiled once.
pub(crate) struct Around<'a> {
    call: &'a mut Call,
    step: Step,
}

enum Step {
    Through,
    Entered(Entered),
    Asking(begin::Asking),
}

impl Around<'_> {
    #[inline]
    pub(crate) fn done(self) {
        let mut this = ManuallyDrop::new(self);
        if !matches!(this.step, Step::Through) {
            this.leave();
        }
    }

    #[cold]
    #[inline(never)]
    fn leave(&mut self) {
        match mem::replace(&mut self.step, Step::Through) {
            Step::Through => {}
            Step::Entered(entered) => drop(entered),
            Step::Asking(asking) => *self.call = asking.answer(),
        }
    }
}

impl Drop for Around<'_> {
    fn drop(&mut self) {
        self.leave();
        self.call.take().panicked();
    }
}

/// A call that its body is in: one whose body stays in the annotated function itself, so that
/// `#[track_caller]` goes on telling where that was called from, or one that a poll has just opened.
/// The body has one way out, its end.
pub struct Inside {
    /// Left before the call ends.
    entered: Option<Entered>,
    call: Call,
}

/// Goes into the call.
#[inline]
pub fn inside(call: Call) -> Inside {
    let entered = call.enter();
    Inside { entered, call }
}

impl Inside {
    #[inline]
    pub(crate) fn leave(mut self) -> Call {
        drop(self.entered.take());
        self.call.take()
    }
}

/// Not left by its end: the body unwinds.
impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        drop(self.entered.take());
        self.call.take().panicked();
    }
}
