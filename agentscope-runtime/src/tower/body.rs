//! The body of a response, which the session goes on with.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::http::StatusCode;
use ::http::header::CONTENT_LENGTH;
use ::http::response::Parts;
use bytes::Buf as _;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::response::failed;
use crate::outcome::{Ending, Outcome};
use crate::running::State;
use crate::session::incoming::Incoming;

pin_project! {
    /// The body of a response in its session, which ends with it; made by
    /// [`SessionService`](super::SessionService).
    pub struct SessionBody<B> {
        #[pin]
        inner: B,
        running: Option<State<Box<Incoming>>>,
        // Bytes that are still to come, where that is known.
        left: Option<u64>,
        // What the session ends with where the body ends well.
        ending: Ending,
    }
}

impl<B: Body> SessionBody<B> {
    pub(super) fn of(
        inner: B,
        head: &Parts,
        running: Option<State<Box<Incoming>>>,
        is_unread: bool,
    ) -> Self {
        let stated = head.headers.get(CONTENT_LENGTH);
        let stated = stated.and_then(|length| length.to_str().ok()?.parse().ok());
        let status = head.status;
        let has_none = is_unread
            || status.is_informational()
            || [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&status);
        let mut body = Self {
            left: stated.or_else(|| inner.size_hint().exact()),
            inner,
            running,
            ending: of_status(status),
        };
        if has_none || body.is_at_its_end() {
            body.running.take().into_iter().for_each(|mut running| {
                running.end(&body.ending);
            });
        }
        body
    }

    /// Nobody asks for more then, so it would never be known to have ended.
    fn is_at_its_end(&self) -> bool {
        self.left == Some(0) || self.inner.is_end_stream()
    }
}

fn of_status(status: StatusCode) -> Ending {
    match status.is_server_error() {
        true => Ending {
            outcome: Outcome::Error,
            error_type: Some(status.as_str().to_owned().into()),
        },
        false => Ending::OK,
    }
}

impl<B: Body> Body for SessionBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.as_mut().project();
        let frame = ready!(match this.running {
            Some(running) => running.poll(|| this.inner.as_mut().poll_frame(cx)),
            None => this.inner.poll_frame(cx),
        });
        let ending = match &frame {
            Some(Ok(frame)) => {
                let taken = frame.data_ref().map_or(0, |data| data.remaining());
                let taken = u64::try_from(taken).unwrap_or(u64::MAX);
                *this.left = this.left.map(|left| left.saturating_sub(taken));
                (frame.is_trailers() || self.is_at_its_end()).then(|| self.ending.clone())
            }
            Some(Err(_)) => Some(failed::<B::Error>()),
            None => Some(self.ending.clone()),
        };
        if let Some(ending) = ending {
            let running = self.project().running.take();
            if let Some(mut running) = running {
                running.end(&ending);
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
