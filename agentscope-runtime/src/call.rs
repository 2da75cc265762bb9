//! A call of an annotated function: opened, run inside its recording, ended.

use std::mem::{self, ManuallyDrop};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};

use crate::capture::Capture;
use crate::frame;
use crate::opening::Opening;
use crate::output::Failure;
pub(crate) use crate::recording::Entered;
use crate::recording::Recording;
use crate::settle::{Judged, Settle};
use crate::site::Site;
use crate::switch;

/// A call: recorded, or let through.
///
/// `ManuallyDrop` because the `Drop` below takes the recording out anyway: without it every call
/// that is let through would pay for dropping a second time.
pub struct Call(ManuallyDrop<Option<Box<Recording>>>);

// The OpenTelemetry context holds `dyn Any`, which says nothing about unwinding; after a panic a
// call is only ended. An annotated function keeps the auto traits that it has without us.
impl UnwindSafe for Call {}
impl RefUnwindSafe for Call {}

/// Opens a call: its span, its session where there is none, its step.
///
/// Small, for it is in every annotated function; the work is elsewhere.
#[inline]
pub fn open(site: &'static Site, fill: impl FnOnce(&mut Capture)) -> Call {
    match switch::should_try() {
        true => record(site, fill),
        false => Call::LET_THROUGH,
    }
}

#[cold]
#[inline(never)]
pub(crate) fn record(site: &'static Site, fill: impl FnOnce(&mut Capture)) -> Call {
    let Some(opening) = Opening::begin(site) else {
        return Call::LET_THROUGH;
    };
    // Filled and read where it is: it is large to move.
    let mut capture = Capture::new(site);
    // What fills it is the user's: expressions, `Serialize`, `Classify`. It may panic; the observed
    // function must not.
    if catch_unwind(AssertUnwindSafe(|| fill(&mut capture))).is_err() {
        capture.spoil();
    }
    Call(ManuallyDrop::new(Some(opening.start(&mut capture))))
}

impl Call {
    pub(crate) const LET_THROUGH: Self = Self(ManuallyDrop::new(None));

    pub(crate) fn enter(&self) -> Option<Entered> {
        self.recording().map(Recording::enter)
    }

    pub(crate) fn panicked(mut self) {
        if let Some(recording) = self.0.take() {
            recording.panicked();
        }
    }

    /// Runs the body, or one poll of it, inside the call. If it unwinds the call has panicked.
    #[inline]
    pub(crate) fn run<R>(&mut self, body: impl FnOnce() -> R) -> R {
        let Some(recording) = &*self.0 else {
            return body();
        };
        let entered = recording.enter();
        let unwinding = Unwinding(self);
        let result = body();
        mem::forget(unwinding);
        drop(entered);
        result
    }

    /// The call that is still open, if it is recorded.
    pub(crate) fn recording(&self) -> Option<&Recording> {
        self.0.as_deref()
    }

    /// Ends the call with what its body has yielded.
    #[inline]
    pub(crate) fn settle<S: Settle>(&mut self, result: &S::Yields, settle: S) {
        if let Some(recording) = self.0.take() {
            settle_recorded(recording, result, settle);
        }
    }

    #[inline]
    pub(crate) fn judged(&mut self, judged: Judged) {
        if let Some(recording) = self.0.take() {
            end(recording, judged);
        }
    }

    /// Ends the call with an error of which only the type is known.
    #[inline]
    pub(crate) fn failed<E>(&mut self) {
        if let Some(recording) = self.0.take() {
            recording.failed(Failure::of::<E>());
        }
    }

    /// Ends the call of a stream that was dropped after an error; that may be while its thread is
    /// torn down.
    pub(crate) fn broke_off(&mut self, failure: Failure) {
        if let Some(recording) = self.0.take() {
            frame::on_living_thread(|| recording.failed(failure));
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
fn settle_recorded<S: Settle>(recording: Box<Recording>, result: &S::Yields, settle: S) {
    let judged = settle.judge(result, &recording.site.meta);
    end(recording, judged);
}

fn end(recording: Box<Recording>, judged: Judged) {
    match judged {
        Judged::Returned(output) => recording.returned(output),
        Judged::Failed(failure) => recording.failed(failure),
    }
}

/// Not polled to its end: a timeout, a lost `select!` branch, an abort.
impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        if let Some(recording) = self.0.take() {
            recording.cancelled();
        }
    }
}

/// Ends the call as panicked. `thread::panicking()` would not do: it is also true for a call that
/// is merely dropped while its agent panics.
struct Unwinding<'a>(&'a mut Call);

impl Drop for Unwinding<'_> {
    fn drop(&mut self) {
        if let Some(recording) = self.0.0.take() {
            recording.panicked();
        }
    }
}

/// A call whose body stays in the annotated function itself, so that `#[track_caller]` goes on
/// telling where that was called from. The body has one way out, its end.
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
