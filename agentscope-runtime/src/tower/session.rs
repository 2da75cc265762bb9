//! A session for each request.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll};

use ::http::request::Parts;
use ::http::{Method, Request, Response};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::{SessionBody, SessionResponse};
use crate::propagation::{self, Headers};
use crate::running::State;
use crate::session::incoming::Incoming;
use crate::session::{Session, SessionBuilder};

/// Runs each request in a session, from its headers to the end of the response's body.
///
/// - A request that brings a session along, in `traceparent` and `baggage`, goes on with it: what runs
///   here is below the span that it was sent from.
/// - Any other opens a session of its own, below the span in `traceparent` where there is one.
///
/// The session ends when the body has been read to its end, so an agent that streams its answer is in
/// it all the while. It ends `ok`; `error` where the service fails, its body fails, or the status is 5xx
/// (`error.type` is the status then); `cancelled` where the response is dropped before: the client has
/// gone; `panicked` where the service panics. A session that was brought along has its span where it
/// began: outcome, status, name and verdict are recorded of those only that begin here.
///
/// What headers say is anybody's word: of baggage only the keys of the design are read, the tenant never,
/// and what is malformed is dropped and counted in [`Stats`](crate::Stats). A server that strangers call
/// had better remove `baggage` from their requests in a layer outside of this one, or they choose the
/// session that they appear in.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::tower::SessionLayer;
/// use axum::{Router, routing::get};
///
/// let app: Router = Router::new()
///     .route("/health", get(|| async { "ok" }))
///     .layer(SessionLayer::new());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SessionLayer<F = fn(&Parts) -> SessionBuilder> {
    describe: F,
}

impl SessionLayer {
    /// Sessions of which nothing is known but what comes with the request.
    pub fn new() -> Self {
        Self {
            describe: |_| Session::builder(),
        }
    }
}

impl Default for SessionLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<F: Fn(&Parts) -> SessionBuilder> SessionLayer<F> {
    /// Sessions as the receiver describes them: their name, their budgets, and whose they are by the
    /// receiver's own authentication, which an outer layer has left in the request's extensions. In axum
    /// the layer that is added last is the outermost: add the authentication after this one.
    ///
    /// What is said here wins over what came with the request, but for the id: a session that was
    /// begun elsewhere goes on under its own. Where `describe` panics nothing is said.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::Session;
    /// use agentscope::tower::SessionLayer;
    ///
    /// #[derive(Clone)]
    /// struct Account { user: String, tenant: String }
    ///
    /// let layer = SessionLayer::described_by(|request: &http::request::Parts| {
    ///     let account = request.extensions.get::<Account>();
    ///     Session::builder()
    ///         .name("support")
    ///         .user(account.map(|account| &account.user))
    ///         .tenant(account.map(|account| &account.tenant))
    ///         .cost_budget(0.25)
    /// });
    /// # let _: axum::Router = axum::Router::new().layer(layer);
    /// ```
    pub fn described_by(describe: F) -> Self {
        Self { describe }
    }
}

impl<S, F: Clone> Layer<S> for SessionLayer<F> {
    type Service = SessionService<S, F>;

    fn layer(&self, inner: S) -> Self::Service {
        SessionService {
            inner,
            describe: self.describe.clone(),
        }
    }
}

/// A service each of whose requests runs in a session; made by [`SessionLayer`].
#[derive(Clone, Copy, Debug)]
pub struct SessionService<S, F = fn(&Parts) -> SessionBuilder> {
    inner: S,
    describe: F,
}

impl<S, F, B, R> Service<Request<B>> for SessionService<S, F>
where
    S: Service<Request<B>, Response = Response<R>>,
    F: Fn(&Parts) -> SessionBuilder,
    R: Body,
{
    type Response = Response<SessionBody<R>>;
    type Error = S::Error;
    type Future = SessionResponse<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (request, body) = request.into_parts();
        let remote = propagation::extract(&Headers(&request.headers));
        let described = catch_unwind(AssertUnwindSafe(|| (self.describe)(&request)));
        let session = described.unwrap_or_else(|_| Session::builder());
        // Whatever body the response has, nobody reads it.
        let is_unread = matches!(request.method, Method::HEAD | Method::CONNECT);
        let mut running = State::of(Incoming::of(remote, session));
        let inner = running.poll(|| self.inner.call(Request::from_parts(request, body)));
        SessionResponse::of(inner, running, is_unread)
    }
}
