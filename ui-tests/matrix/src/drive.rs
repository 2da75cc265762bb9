//! Calls what a form returns, and notes what happens meanwhile.

use std::cell::RefCell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures_util::stream::{Stream, StreamExt as _};
use opentelemetry::global;
use opentelemetry::trace::Tracer as _;

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Notes something in which the annotated function must not differ from the bare one.
pub fn log(line: impl Into<String>) {
    LOG.with_borrow_mut(|log| log.push(line.into()));
}

pub(crate) fn take_log() -> Vec<String> {
    LOG.with_borrow_mut(std::mem::take)
}

/// The name of the spans that [`inside`] makes.
pub(crate) const INSIDE: &str = "inside";

/// Says that the function is at work: makes a span, whose parent must be the function's and must
/// not have ended.
pub fn inside() {
    log(INSIDE);
    drop(global::tracer("matrix").start(INSIDE));
}

/// Says when it is dropped.
#[derive(Debug)]
pub struct Loud(pub &'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        log(format!("{} is dropped", self.0));
    }
}

/// Is pending once.
pub fn pause() -> impl Future<Output = ()> + Send + Sync + Unpin + 'static {
    struct Pause(bool);
    impl Future for Pause {
        type Output = ();
        fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            if std::mem::replace(&mut self.0, true) {
                return Poll::Ready(());
            }
            Poll::Pending
        }
    }
    Pause(false)
}

/// Polls a future to its end.
pub fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        log("pending");
    }
}

/// Drops a future after its first poll.
///
/// # Panics
///
/// If that ends it.
pub fn cancel<F: Future>(future: F) {
    let mut future = pin!(future);
    let polled = future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending(), "it ended before it could be cancelled");
}

/// All items of a stream.
pub fn items<S: Stream>(stream: S) -> Vec<S::Item> {
    finish(stream.collect())
}
