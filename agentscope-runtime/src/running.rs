//! What is open while a future or a closure runs: a session, or a delegation.

use std::mem;
use std::time::SystemTime;

use opentelemetry::Context;

use crate::frame::{self, Frame};
use crate::leaving::Leaving;
use crate::metered::Scope;
use crate::outcome::Ending;
use crate::propagation::{OpenDelegation, SetAsideScope};
use crate::recording::Entered;
use crate::session::own_session::OwnSession;

/// What code runs in.
pub(crate) enum Running {
    Session(OwnSession),
    /// Of a session that is open already.
    Within(Context, Frame),
    Delegation(Box<OpenDelegation>),
    /// Nothing is recorded; budgets hold all the same.
    Metered(Scope),
    MeteredDelegation(Box<SetAsideScope>),
}

impl Running {
    fn enter(&self) -> Entered {
        match self {
            Self::Session(session) => session.enter(),
            Self::Within(cx, frame) => Entered::new(cx, Some(frame)),
            Self::Delegation(delegation) => delegation.enter(),
            Self::Metered(scope) => scope.enter(),
            Self::MeteredDelegation(delegation) => delegation.scope.enter(),
        }
    }

    fn end(self, ending: &Ending) {
        match self {
            Self::Session(session) => session.end(ending, SystemTime::now()),
            Self::Delegation(delegation) => delegation.ran(ending),
            Self::MeteredDelegation(delegation) => delegation.ran(),
            Self::Within(..) | Self::Metered(_) => {}
        }
    }
}

/// Opens with the first poll, and ends with the last one however that ends.
pub(crate) struct State<P> {
    pending: Option<P>,
    running: Option<Running>,
}

/// What opens it.
pub(crate) trait Open {
    /// `None` where nothing is recorded and no budget is to hold.
    fn open(self) -> Option<Running>;
}

impl<P: Open> State<P> {
    pub(crate) fn of(pending: P) -> Self {
        Self {
            pending: Some(pending),
            running: None,
        }
    }

    pub(crate) fn poll<R>(&mut self, run: impl FnOnce() -> R) -> R {
        if let Some(pending) = self.pending.take() {
            self.running = pending.open();
        }
        let Some(running) = &self.running else {
            return run();
        };
        let entered = running.enter();
        let unwinding = Unwinding(&mut self.running);
        let result = run();
        mem::forget(unwinding);
        drop(entered);
        result
    }

    /// What runs in it is dropped inside of it, where it has not ended.
    pub(crate) fn drop_inside(&self, leaving: &mut Leaving) {
        if let Some(running) = &self.running {
            leaving.enter(|| Some(running.enter()));
        }
    }

    pub(crate) fn done(&mut self) {
        self.end(&Ending::OK);
    }

    pub(crate) fn end(&mut self, ending: &Ending) {
        end(&mut self.running, ending);
    }
}

fn end(running: &mut Option<Running>, ending: &Ending) {
    if let Some(running) = running.take() {
        running.end(ending);
    }
}

pub(crate) fn run_sync<R>(pending: impl Open, run: impl FnOnce() -> R) -> R {
    let mut state = State::of(pending);
    let result = state.poll(run);
    state.done();
    result
}

/// Dropped before it was done.
impl<P> Drop for State<P> {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            frame::on_living_thread(|| running.end(&Ending::CANCELLED));
        }
    }
}

struct Unwinding<'a>(&'a mut Option<Running>);

impl Drop for Unwinding<'_> {
    fn drop(&mut self) {
        end(self.0, &Ending::PANICKED);
    }
}
