//! Futures, streams and iterators inside their calls: each step runs in the call's context, and
//! their end ends the call. One that is dropped before is cancelled.
//!
//! What is inside is dropped first, so that what is open inside ends before the call does.

use std::fmt;
use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use futures_core::future::FusedFuture;
use futures_core::stream::{FusedStream, Stream};
use pin_project_lite::pin_project;

use crate::call::{Around, Call};
use crate::ends::Ends;
use crate::items::Items;
use crate::leaving::Leaving;
use crate::settle::{Decision, Settle};
use crate::switch::{self, Need};

pin_project! {
    /// A future whose call ends as `K` says of what it yields.
    #[must_use = "futures do nothing unless awaited"]
    pub struct Watched<F, K, S> {
        #[pin]
        inner: F,
        call: Call,
        opens: Opens,
        settle: S,
        ends: PhantomData<fn() -> K>,
    }
}

/// What is inside of a call that is still open is dropped inside of it. Not so what is inside of a
/// future: every annotated `async fn` would pay for it, 4 % more to compile and 1.5 ns a call that is
/// switched off.
fn drop_inside(leaving: &mut Leaving, call: &Call) {
    if !call.is_let_through() {
        leaving.enter(|| call.enter());
    }
}

/// When the call of a future is opened.
#[derive(Clone, Copy)]
enum Opens {
    /// It has been, or will not be.
    Already,
    /// At the first poll, where something is recorded or charged.
    First,
    /// At the first poll: it has a budget.
    FirstWithBudget,
}

impl Opens {
    /// What is around a poll that is not let through. Not generic, so that it is not compiled for each
    /// function.
    #[inline]
    fn around<'a>(&mut self, call: &'a mut Call) -> Option<Around<'a>> {
        let need = match std::mem::replace(self, Self::Already) {
            Self::Already => Need::Nothing,
            Self::First => switch::need(),
            Self::FirstWithBudget => switch::need_with_budget(),
        };
        match need {
            Need::Nothing if call.is_let_through() => None,
            Need::Nothing => Some(call.around()),
            need => Some(call.around_first(need)),
        }
    }
}

impl<F, K, S> Watched<F, K, S> {
    /// A future whose call is open.
    pub(crate) fn new(inner: F, call: Call, settle: S) -> Self {
        Self {
            inner,
            call,
            opens: Opens::Already,
            settle,
            ends: PhantomData,
        }
    }

    /// One that has not opened its call, with a budget of its own.
    #[doc(hidden)]
    pub fn __with_budget(mut self) -> Self {
        self.opens = Opens::FirstWithBudget;
        self
    }
}

/// The body of an `async fn`, which opens the call if it is asked to.
#[inline]
pub fn async_call<F, K, S>(body: F, decision: Decision<K, S>) -> Watched<F, K, S> {
    Watched {
        inner: body,
        call: Call::LET_THROUGH,
        opens: Opens::First,
        settle: decision.settle,
        ends: PhantomData,
    }
}

impl<F, K, S> Future for Watched<F, K, S>
where
    F: Future,
    K: Ends<F::Output, S>,
    S: Copy,
{
    type Output = K::Out;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<K::Out> {
        let this = self.project();
        // Written apart, so that a poll that is let through is the body's and two tests.
        let polled = match this.opens.around(this.call) {
            None => this.inner.poll(cx),
            Some(around) => {
                let polled = this.inner.poll(cx);
                around.done();
                polled
            }
        };
        end_if_ready::<F::Output, K, S>(polled, this.call, *this.settle)
    }
}

/// Ends the call of a body that has come to its end. Apart from `poll`, so that functions that yield the
/// same share it.
#[inline]
fn end_if_ready<R, K: Ends<R, S>, S>(polled: Poll<R>, call: &mut Call, settle: S) -> Poll<K::Out> {
    match polled {
        Poll::Ready(yielded) => Poll::Ready(K::end(yielded, call.take(), settle)),
        Poll::Pending => Poll::Pending,
    }
}

/// For `impl FusedFuture`, which `select!` asks for.
impl<F, K, S> FusedFuture for Watched<F, K, S>
where
    F: FusedFuture,
    K: Ends<F::Output, S>,
    S: Copy,
{
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

pin_project! {
    /// A stream whose call ends when it does.
    #[must_use = "streams do nothing unless polled"]
    pub struct WatchedStream<T, S> {
        #[pin]
        inner: T,
        leaving: Leaving,
        items: Items<S>,
    }

    impl<T, S> PinnedDrop for WatchedStream<T, S> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            drop_inside(this.leaving, &this.items.call);
        }
    }
}

impl<T: Stream, S: Settle<Yields = T::Item>> WatchedStream<T, S> {
    pub(crate) fn new(inner: T, call: Call, settle: S) -> Self {
        Self {
            inner,
            leaving: Leaving::default(),
            items: Items::new(call, settle),
        }
    }
}

impl<T: Stream, S: Settle<Yields = T::Item>> Stream for WatchedStream<T, S> {
    type Item = T::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<T::Item>> {
        let this = self.project();
        let around = this.items.call.around();
        let polled = this.inner.poll_next(cx);
        around.done();
        if let Poll::Ready(next) = &polled {
            this.items.came(next.as_ref());
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<T, S> FusedStream for WatchedStream<T, S>
where
    T: FusedStream,
    S: Settle<Yields = T::Item>,
{
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

/// An iterator whose call ends when it does.
#[must_use = "iterators do nothing unless consumed"]
pub struct WatchedIterator<I, S> {
    inner: I,
    leaving: Leaving,
    items: Items<S>,
}

impl<I, S> Drop for WatchedIterator<I, S> {
    fn drop(&mut self) {
        drop_inside(&mut self.leaving, &self.items.call);
    }
}

impl<I: Iterator, S: Settle<Yields = I::Item>> WatchedIterator<I, S> {
    pub(crate) fn new(inner: I, call: Call, settle: S) -> Self {
        Self {
            inner,
            leaving: Leaving::default(),
            items: Items::new(call, settle),
        }
    }
}

/// A copy is no call: the one that was recorded goes on.
impl<I: Clone, S: Settle> Clone for WatchedIterator<I, S> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            leaving: Leaving::default(),
            items: Items::new(Call::LET_THROUGH, self.items.settle),
        }
    }
}

impl<I: fmt::Debug, S> fmt::Debug for WatchedIterator<I, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<I: Iterator, S: Settle<Yields = I::Item>> Iterator for WatchedIterator<I, S> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let around = self.items.call.around();
        let next = self.inner.next();
        around.done();
        self.items.came(next.as_ref());
        next
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<I, S> DoubleEndedIterator for WatchedIterator<I, S>
where
    I: DoubleEndedIterator,
    S: Settle<Yields = I::Item>,
{
    fn next_back(&mut self) -> Option<I::Item> {
        let around = self.items.call.around();
        let next = self.inner.next_back();
        around.done();
        self.items.came(next.as_ref());
        next
    }
}

impl<I, S> ExactSizeIterator for WatchedIterator<I, S>
where
    I: ExactSizeIterator,
    S: Settle<Yields = I::Item>,
{
    fn len(&self) -> usize {
        self.inner.len()
    }
}

impl<I, S> FusedIterator for WatchedIterator<I, S>
where
    I: FusedIterator,
    S: Settle<Yields = I::Item>,
{
}
