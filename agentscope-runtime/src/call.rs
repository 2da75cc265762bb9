//! Runs an annotated body inside its recording: at once, or poll by poll.
//!
//! Nothing here knows a user's type by its spelling: whether a function returns a `Result` or a
//! boxed future is decided by the type of the value, inherent methods before trait methods.

use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use pin_project_lite::pin_project;

use crate::capture::Capture;
use crate::opening::Opening;
use crate::output::{Failure, Output};
use crate::recording::Recording;
use crate::site::{Meta, Site};
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
    let recording = match switch::should_try() {
        true => record(site, fill),
        false => None,
    };
    Call(ManuallyDrop::new(recording))
}

#[cold]
#[inline(never)]
fn record(site: &'static Site, fill: impl FnOnce(&mut Capture)) -> Option<Box<Recording>> {
    let mut opening = Opening::begin(site)?;
    // What fills it is the user's: expressions, `Serialize`, `Classify`. It may panic; the observed
    // function must not.
    if catch_unwind(AssertUnwindSafe(|| fill(&mut opening.capture))).is_err() {
        opening.capture.spoil();
    }
    Some(opening.start())
}

impl Call {
    /// Runs the body, or one poll of it, inside the call. If it unwinds the call has panicked.
    #[inline]
    fn run<R>(&mut self, body: impl FnOnce() -> R) -> R {
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

    #[inline]
    fn settle<T, S: Settle<T>>(&mut self, result: &T, settle: S) {
        if let Some(recording) = self.0.take() {
            end(recording, result, settle);
        }
    }
}

#[cold]
#[inline(never)]
fn end<T, S: Settle<T>>(recording: Box<Recording>, result: &T, settle: S) {
    let meta = &recording.site.meta;
    // `Serialize`, `Classify` and `usage` are the user's, as above.
    let judged = catch_unwind(AssertUnwindSafe(|| settle.judge(result, meta)));
    match judged.unwrap_or_else(|_| settle.unjudged(result, meta)) {
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

/// What is known of the value that the body returned.
pub enum Judged {
    Returned(Output),
    Failed(Failure),
}

/// Looks at the value that the body returned.
pub trait Settle<T>: Copy {
    fn judge(self, result: &T, meta: &'static Meta) -> Judged;

    /// Without any code of the user's.
    fn unjudged(self, result: &T, meta: &'static Meta) -> Judged;
}

/// For `Result`: an `Err` is an error.
#[derive(Clone, Copy)]
pub struct ByResult<C, D>(C, D);

/// For everything else: it is the result.
#[derive(Clone, Copy)]
pub struct ByValue<C>(C);

impl<T, E, C, D> Settle<Result<T, E>> for ByResult<C, D>
where
    C: Fn(&T, &mut Output) + Copy,
    D: Fn(&E, &mut Failure) + Copy,
{
    fn judge(self, result: &Result<T, E>, meta: &'static Meta) -> Judged {
        match result {
            Ok(value) => {
                let mut output = Output::new(meta);
                self.0(value, &mut output);
                Judged::Returned(output)
            }
            Err(error) => {
                let mut failure = Failure::of::<E>();
                self.1(error, &mut failure);
                Judged::Failed(failure)
            }
        }
    }

    fn unjudged(self, result: &Result<T, E>, meta: &'static Meta) -> Judged {
        match result {
            Ok(_) => Judged::Returned(Output::new(meta)),
            Err(_) => Judged::Failed(Failure::of::<E>()),
        }
    }
}

impl<T, C: Fn(&T, &mut Output) + Copy> Settle<T> for ByValue<C> {
    fn judge(self, value: &T, meta: &'static Meta) -> Judged {
        let mut output = Output::new(meta);
        self.0(value, &mut output);
        Judged::Returned(output)
    }

    fn unjudged(self, _: &T, meta: &'static Meta) -> Judged {
        Judged::Returned(Output::new(meta))
    }
}

/// Something that yields an `O`, about to be watched to its end.
pub struct Pending<K, O> {
    kind: K,
    call: Call,
    output: PhantomData<fn() -> O>,
}

impl<K, O> Pending<K, O> {
    fn new(kind: K, call: Call) -> Self {
        Self {
            kind,
            call,
            output: PhantomData,
        }
    }
}

/// The body of an `async fn`.
#[inline]
pub fn future<F: Future>(call: Call, body: F) -> Pending<InPlace<F>, F::Output> {
    Pending::new(InPlace(body), call)
}

/// Runs the body of a function that is not `async`.
#[inline]
pub fn call<R>(mut call: Call, body: impl FnOnce() -> R) -> Returned<R> {
    let value = call.run(body);
    Returned { value, call }
}

/// What a function that is not `async` has returned.
pub struct Returned<R> {
    value: R,
    call: Call,
}

/// Runs the body of a function that says that it returns `impl Future<Output = O>`.
#[inline]
pub fn call_future<O, F: Future<Output = O>>(
    mut call: Call,
    body: impl FnOnce() -> F,
) -> Pending<InPlace<F>, O> {
    let inner = call.run(body);
    Pending::new(InPlace(inner), call)
}

/// What is returned is the result, unless an inherent `kind` knows better.
pub trait IsResult {
    type Result;
    fn kind(self) -> Pending<Now<Self::Result>, Self::Result>;
}

impl<R> IsResult for Returned<R> {
    type Result = R;

    #[inline]
    fn kind(self) -> Pending<Now<R>, R> {
        Pending::new(Now(self.value), self.call)
    }
}

/// A result that is there.
pub struct Now<R>(R);

/// A future that is polled where it is.
pub struct InPlace<F>(F);

/// Watches the end of a value that is not a `Result`.
pub trait Finish<O> {
    type Done<C>;

    /// The second closure is for errors; there are none.
    fn finish<C, D>(self, on_value: C, _: D) -> Self::Done<C>
    where
        C: Fn(&O, &mut Output) + Copy + Send + Sync + 'static,
        D: Fn(&(), &mut Failure);
}

impl<R> Finish<R> for Pending<Now<R>, R> {
    type Done<C> = R;

    #[inline]
    fn finish<C, D>(mut self, on_value: C, _: D) -> R
    where
        C: Fn(&R, &mut Output) + Copy,
    {
        self.call.settle(&self.kind.0, ByValue(on_value));
        self.kind.0
    }
}

impl<T, E> Pending<Now<Result<T, E>>, Result<T, E>> {
    #[inline]
    pub fn finish<C, D>(mut self, on_value: C, on_error: D) -> Result<T, E>
    where
        C: Fn(&T, &mut Output) + Copy,
        D: Fn(&E, &mut Failure) + Copy,
    {
        self.call.settle(&self.kind.0, ByResult(on_value, on_error));
        self.kind.0
    }
}

impl<F: Future> Finish<F::Output> for Pending<InPlace<F>, F::Output> {
    type Done<C> = Watched<F, ByValue<C>>;

    #[inline]
    fn finish<C, D>(self, on_value: C, _: D) -> Watched<F, ByValue<C>> {
        Watched {
            inner: self.kind.0,
            call: self.call,
            settle: ByValue(on_value),
        }
    }
}

impl<F, T, E> Pending<InPlace<F>, Result<T, E>> {
    #[inline]
    pub fn finish<C, D>(self, on_value: C, on_error: D) -> Watched<F, ByResult<C, D>>
    where
        F: Future<Output = Result<T, E>>,
        C: Fn(&T, &mut Output) + Copy,
        D: Fn(&E, &mut Failure) + Copy,
    {
        Watched {
            inner: self.kind.0,
            call: self.call,
            settle: ByResult(on_value, on_error),
        }
    }
}

/// A future that the function has boxed: its wrapper goes into a box of the same type.
pub struct InBox<P>(P);

macro_rules! boxed_futures {
    ($(($($auto:ident)*))*) => {$(
        impl<'a, O> Returned<Pin<Box<dyn Future<Output = O> $(+ $auto)* + 'a>>> {
            #[inline]
            pub fn kind(
                self,
            ) -> Pending<InBox<Pin<Box<dyn Future<Output = O> $(+ $auto)* + 'a>>>, O> {
                Pending::new(InBox(self.value), self.call)
            }
        }

        impl<'a, O: 'a> Finish<O>
            for Pending<InBox<Pin<Box<dyn Future<Output = O> $(+ $auto)* + 'a>>>, O>
        {
            type Done<C> = Pin<Box<dyn Future<Output = O> $(+ $auto)* + 'a>>;

            fn finish<C, D>(self, on_value: C, _: D) -> Self::Done<C>
            where
                C: Fn(&O, &mut Output) + Copy + Send + Sync + 'static,
            {
                let settle = ByValue(on_value);
                Box::pin(Watched { inner: self.kind.0, call: self.call, settle })
            }
        }

        impl<'a, T: 'a, E: 'a>
            Pending<
                InBox<Pin<Box<dyn Future<Output = Result<T, E>> $(+ $auto)* + 'a>>>,
                Result<T, E>,
            >
        {
            pub fn finish<C, D>(
                self,
                on_value: C,
                on_error: D,
            ) -> Pin<Box<dyn Future<Output = Result<T, E>> $(+ $auto)* + 'a>>
            where
                C: Fn(&T, &mut Output) + Copy + Send + Sync + 'static,
                D: Fn(&E, &mut Failure) + Copy + Send + Sync + 'static,
            {
                let settle = ByResult(on_value, on_error);
                Box::pin(Watched { inner: self.kind.0, call: self.call, settle })
            }
        }
    )*};
}

boxed_futures! {
    ()
    (Send)
    (Send Sync)
}

pin_project! {
    /// A future inside its call: each poll runs in the call's context, and its end ends the call.
    ///
    /// `inner` is dropped first, so that what is open inside ends before this does.
    pub struct Watched<F, S> {
        #[pin]
        inner: F,
        call: Call,
        settle: S,
    }
}

impl<F: Future, S: Settle<F::Output>> Future for Watched<F, S> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<F::Output> {
        let this = self.project();
        let poll = this.call.run(|| this.inner.poll(cx));
        if let Poll::Ready(result) = &poll {
            this.call.settle(result, *this.settle);
        }
        poll
    }
}

/// Says the type of a body that may never return normally; is never called.
pub fn never<R>() -> R {
    unreachable!("expansions only mention this")
}
