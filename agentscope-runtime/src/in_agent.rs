//! Takes the running agent along to where work is spawned.

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use opentelemetry::Context;
use pin_project_lite::pin_project;

use crate::frame::{self, Frame};
use crate::leaving::Leaving;
use crate::recording::Entered;

/// Keeps a future in the agent that it was made in, wherever it is polled.
pub trait InCurrentAgent: Future + Sized {
    /// Takes the current context, with session, agent and span, along with this future.
    ///
    /// Put it directly on the future, before `.in_current_span()` or `.instrument(..)`, which
    /// restore an older context.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::InCurrentAgent as _;
    /// # async fn search() {}
    /// # async fn run() {
    /// tokio::spawn(search().in_current_agent()).await.expect("no panic");
    /// # }
    /// ```
    fn in_current_agent(self) -> InAgentFuture<Self>;
}

impl<F: Future> InCurrentAgent for F {
    fn in_current_agent(self) -> InAgentFuture<Self> {
        in_cx(self)
    }
}

pin_project! {
    /// A future with its agent; made by [`InCurrentAgent::in_current_agent`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct InAgentFuture<F> {
        #[pin]
        inner: F,
        leaving: Leaving,
        carried: Option<Carried>,
    }

    impl<F> PinnedDrop for InAgentFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Some(carried) = this.carried {
                this.leaving.enter(|| Some(carried.enter()));
            }
        }
    }
}

impl<F: Future> Future for InAgentFuture<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = this.carried.as_ref().map(Carried::enter);
        this.inner.poll(cx)
    }
}

/// What is taken along; boxed, for a future is moved and stored in many places.
pub(crate) struct Carried(Box<(Context, Option<Frame>)>);

impl Carried {
    /// `None` while the thread is torn down. Without an agent the context goes along all the same:
    /// it carries what others have put into it.
    pub(crate) fn of_current() -> Option<Self> {
        if !frame::thread_is_alive() {
            return None;
        }
        let frame = Frame::of_current_context();
        let mut cx = Context::current();
        if let (Some(frame), None) = (&frame, cx.get::<Frame>()) {
            cx = cx.with_value(frame.clone());
        }
        Some(Self(Box::new((cx, frame))))
    }

    pub(crate) fn enter(&self) -> Entered {
        let (cx, frame) = &*self.0;
        Entered::new(cx, frame.as_ref())
    }
}

/// What expansions put around the future that a body spawns.
pub fn in_cx<F: Future>(inner: F) -> InAgentFuture<F> {
    let carried = Carried::of_current();
    InAgentFuture {
        inner,
        leaving: Leaving::default(),
        carried,
    }
}

/// The same around the closure of a blocking task or a thread.
pub fn in_cx_fn<R, F: FnOnce() -> R>(work: F) -> impl FnOnce() -> R + use<R, F> {
    let carried = Carried::of_current();
    move || {
        let _entered = carried.as_ref().map(Carried::enter);
        work()
    }
}
