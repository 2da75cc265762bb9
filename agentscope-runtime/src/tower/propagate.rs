//! The running session in the headers of what goes out.

use std::task::{Context, Poll};

use ::http::{HeaderName, Request};
use tower_layer::Layer;
use tower_service::Service;

use crate::propagation::{self, BAGGAGE, Headers};

/// Puts the running span, session and agent into the headers of each request, as
/// [`inject`](propagation::inject) does.
///
/// That tells the session, the task and the tenant to whoever gets the request: use it for clients of
/// services of your own. Put it outside of layers that call their service elsewhere, such as
/// `tower::buffer`: what runs is looked up where the service is called.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::tower::PropagateLayer;
/// use tower::{Layer as _, Service as _, service_fn};
///
/// let client = service_fn(|request: http::Request<()>| async move {
///     Ok::<_, std::convert::Infallible>(request.headers().contains_key("traceparent"))
/// });
/// let mut client = PropagateLayer::new().layer(client);
/// let response = client.call(http::Request::new(()));
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct PropagateLayer;

impl PropagateLayer {
    /// For any service whose requests have headers.
    pub fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for PropagateLayer {
    type Service = Propagate<S>;

    fn layer(&self, inner: S) -> Propagate<S> {
        Propagate { inner }
    }
}

/// A service whose requests take the running session along; made by [`PropagateLayer`].
#[derive(Clone, Copy, Debug)]
pub struct Propagate<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for Propagate<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        let baggage = HeaderName::from_static(BAGGAGE);
        let headers = request.headers_mut();
        let others: Vec<_> = headers.get_all(&baggage).iter().cloned().collect();
        headers.remove(&baggage);
        propagation::inject(&mut Headers(&mut *headers));
        // The application's own comes after ours, of which a reader takes the first.
        for other in others {
            headers.append(&baggage, other);
        }
        self.inner.call(request)
    }
}
