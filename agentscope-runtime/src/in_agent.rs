//! Takes the running agent along to where a future is spawned.

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use opentelemetry::Context;
use pin_project_lite::pin_project;

use crate::frame::{self, Ambient, Frame};

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
        let frame = Frame::of_current_context();
        let mut cx = Context::current();
        if let (Some(frame), None) = (&frame, cx.get::<Frame>()) {
            cx = cx.with_value(frame.clone());
        }
        InAgentFuture {
            inner: self,
            cx,
            frame,
        }
    }
}

pin_project! {
    /// A future with its agent; made by [`InCurrentAgent::in_current_agent`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct InAgentFuture<F> {
        #[pin]
        inner: F,
        cx: Context,
        frame: Option<Frame>,
    }
}

impl<F: Future> Future for InAgentFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _cx = this.cx.clone().attach();
        let _ambient = frame::enter(Ambient {
            frame: this.frame.clone(),
            reason: None,
        });
        this.inner.poll(cx)
    }
}
