//! MCP with [rmcp]: the trace follows a tool call from the client to the server, in the
//! `params._meta` of the request.
//!
//! A server is wrapped where it is served, in `main`. Its tools need nothing but their attribute:
//!
//! ```
//! # extern crate agentscope_runtime as agentscope;
//! use rmcp::handler::server::wrapper::Parameters;
//! use rmcp::{ServerHandler, ServiceExt as _, tool_handler, tool_router};
//!
//! #[derive(serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
//! struct Article { name: String }
//!
//! struct Shop;
//!
//! #[tool_router]
//! impl Shop {
//!     /// Look up the price of an article, in cents.
//!     #[agentscope::tool(effect = read, default = secret)]
//!     #[rmcp::tool]
//!     async fn price(&self, Parameters(article): Parameters<Article>) -> String {
//!         if article.name == "tea" { "349".into() } else { "unknown".into() }
//!     }
//! }
//!
//! #[tool_handler]
//! impl ServerHandler for Shop {}
//!
//! # async fn main_of_the_server() -> Result<(), Box<dyn std::error::Error>> {
//! # let (transport, _) = tokio::io::duplex(64);
//! let shop = agentscope::rmcp::Server::new(Shop);
//! shop.serve(transport).await?.waiting().await?;
//! # Ok(())
//! # }
//! ```
//!
//! What stands in `_meta` is the sender's word, the session's id included: a server that strangers call
//! had better remove `baggage` from it.
//!
//! A client is wrapped where it has connected: a [`Client`]. A function that calls a tool of a server is a
//! tool of the agent: give it `#[tool]`, and the server's own span is below it.
//!
//! [rmcp]: https://docs.rs/rmcp

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use ::rmcp::ErrorData;
use ::rmcp::model::{CallToolRequestParams, CallToolResult, ProtocolVersion, RequestParamsMeta};
use ::rmcp::service::{
    NotificationContext, Peer, RequestContext, RoleClient, RunningService, Service, ServiceError,
    ServiceRole,
};
use opentelemetry::Context;
use opentelemetry::context::FutureExt as _;
use opentelemetry::trace::TraceContextExt as _;
use serde_json::{Map, Value};

use crate::propagation::{self, BAGGAGE, Meta};

/// A handler each of whose requests runs where it was sent from, as its `_meta` says.
///
/// With `traceparent` and `baggage` it goes on with the caller's session; with a `traceparent` alone, as
/// programs in other languages send it, the first annotated function opens a session below that span;
/// without either, outside of any. A request for which nothing annotated runs leaves no span.
///
/// What `_meta` says is anybody's word: it is held to the rules of
/// [`propagation`], and never says a tenant.
///
/// Wrap the handler, not the HTTP service that it is served by: over streamable HTTP a call runs in another
/// task than the request that it came with.
#[derive(Clone, Copy, Debug)]
pub struct Server<S>(S);

impl<S> Server<S> {
    /// Wraps a `ServerHandler`, or whatever else is served.
    pub fn new(handler: S) -> Self {
        Self(handler)
    }
}

impl<R: ServiceRole, S: Service<R>> Service<R> for Server<S> {
    async fn handle_request(
        &self,
        request: R::PeerReq,
        context: RequestContext<R>,
    ) -> Result<R::Resp, ErrorData> {
        let remote = propagation::extract(&Meta(&context.meta.0.0));
        // Boxed, or each of the ways below would have room for it.
        let work = Box::pin(self.0.handle_request(request, context));
        match remote.session_id() {
            Some(_) => remote.run(work).await,
            None if remote.span_context().is_valid() => {
                let parent = remote.span_context().clone();
                let cx = Context::current().with_remote_span_context(parent);
                work.with_context(cx).await
            }
            None => work.await,
        }
    }

    async fn handle_notification(
        &self,
        notification: R::PeerNot,
        context: NotificationContext<R>,
    ) -> Result<(), ErrorData> {
        self.0.handle_notification(notification, context).await
    }

    fn get_info(&self) -> R::Info {
        self.0.get_info()
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        self.0.supported_protocol_versions()
    }
}

/// A connected client, or its peer, whose tool calls take the running span, session and agent along.
///
/// That tells them to the server: wrap the clients of servers of your own. Everything else is the
/// client's, through `Deref`; requests of other kinds take the context along by [`in_context`].
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::rmcp::Client;
/// use rmcp::model::CallToolRequestParams;
/// use rmcp::service::{Peer, RoleClient};
///
/// struct Shop { server: Client<Peer<RoleClient>> }
///
/// impl Shop {
///     #[agentscope::tool(effect = read, default = secret)]
///     async fn price(&self, article: &str) -> Result<String, rmcp::ServiceError> {
///         let arguments = rmcp::object!({ "name": article });
///         let call = CallToolRequestParams::new("price").with_arguments(arguments);
///         let result = self.server.call_tool(call).await?;
///         Ok(format!("{result:?}"))
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Client<C>(C);

impl<C> Client<C> {
    /// Wraps what [`serve`](::rmcp::ServiceExt::serve) returns to a client, or a [`Peer`].
    pub fn new(client: C) -> Self {
        Self(client)
    }

    /// The client itself, for what takes it by value.
    pub fn into_inner(self) -> C {
        self.0
    }
}

impl<C> Deref for Client<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

impl<C> DerefMut for Client<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.0
    }
}

impl Client<Peer<RoleClient>> {
    /// Calls a tool as [`Peer::call_tool`] does, on behalf of what awaits it.
    ///
    /// # Errors
    ///
    /// Those of the peer.
    pub async fn call_tool(
        &self,
        params: CallToolRequestParams,
    ) -> Result<CallToolResult, ServiceError> {
        self.0.call_tool(in_context(params)).await
    }
}

impl<S: Service<RoleClient>> Client<RunningService<RoleClient, S>> {
    /// Calls a tool as [`RunningService::call_tool`] does, on behalf of what awaits it.
    ///
    /// # Errors
    ///
    /// Those of the client.
    pub async fn call_tool(
        &self,
        params: CallToolRequestParams,
    ) -> Result<CallToolResult, ServiceError> {
        self.0.call_tool(in_context(params)).await
    }
}

/// Puts the running span, session and agent into the `_meta` of a request, of whatever kind.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use rmcp::model::{CallToolRequestParams, RequestParamsMeta as _};
///
/// let call = || agentscope::rmcp::in_context(CallToolRequestParams::new("price"));
///
/// let session = agentscope::Session::builder().id("conversation-7");
/// let sent = agentscope::testing::record(|| session.run_sync(call)).result;
/// let meta = &sent.meta().expect("it was put there").0.0;
/// assert!(meta.contains_key("traceparent"));
/// assert_eq!(meta["baggage"], "session.id=conversation-7");
/// // Without telemetry there is nothing to put.
/// assert!(call().meta().is_none());
/// ```
pub fn in_context<P: RequestParamsMeta>(mut params: P) -> P {
    let mut context = Map::new();
    propagation::inject(&mut Meta(&mut context));
    if context.is_empty() {
        return params;
    }
    let meta = &mut params.meta_or_default().0.0;
    // The application's own comes after ours, of which a reader takes the first.
    if let (Some(Value::String(ours)), Some(Value::String(others))) =
        (context.get_mut(BAGGAGE), meta.get(BAGGAGE))
    {
        ours.push(',');
        ours.push_str(others);
    }
    meta.extend(context);
    params
}
