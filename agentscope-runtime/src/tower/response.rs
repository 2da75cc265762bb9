//! A response that is being made in its session.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use super::SessionBody;
use crate::outcome::{Ending, Outcome};
use crate::output::Failure;
use crate::running::State;
use crate::session::incoming::Incoming;

pin_project! {
    /// A response that is being made in its session; made by
    /// [`SessionService`](super::SessionService).
    #[must_use = "futures do nothing unless awaited"]
    pub struct SessionResponse<F> {
        #[pin]
        inner: F,
        // Until the body has it.
        running: Option<State<Box<Incoming>>>,
        is_unread: bool,
    }
}

impl<F> SessionResponse<F> {
    pub(super) fn of(inner: F, running: State<Box<Incoming>>, is_unread: bool) -> Self {
        Self {
            inner,
            running: Some(running),
            is_unread,
        }
    }
}

impl<F, B, E> Future for SessionResponse<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<SessionBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(match this.running {
            Some(running) => running.poll(|| this.inner.poll(cx)),
            None => this.inner.poll(cx),
        });
        let running = this.running.take();
        Poll::Ready(match result {
            Ok(response) => {
                let (head, body) = response.into_parts();
                let body = SessionBody::of(body, &head, running, *this.is_unread);
                Ok(Response::from_parts(head, body))
            }
            Err(error) => {
                if let Some(mut running) = running {
                    running.end(&failed::<E>());
                }
                Err(error)
            }
        })
    }
}

pub(super) fn failed<E>() -> Ending {
    Ending {
        outcome: Outcome::Error,
        error_type: Some(Failure::of::<E>().error_type),
    }
}
