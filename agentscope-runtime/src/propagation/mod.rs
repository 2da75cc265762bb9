//! Let the trace follow the task: through a queue, to another process, and back.
//!
//! A task that goes through a queue is sent in an [`Envelope`]; a request takes its context along in
//! headers, with [`inject`] and [`extract`].
//!
//! # The envelope as JSON
//!
//! ```json
//! {
//!   "version": 1,
//!   "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
//!   "tracestate": "vendor=value",
//!   "baggage": "session.id=conversation-7,agentscope.task.id=T-1,agentscope.agent.tier=planner,enduser.pseudo.id=h06695ad0:caeea35294e856949920e7acb34a7ca0,agentscope.tenant.id=acme",
//!   "delegation": {
//!     "target": "billing", "mode": "child", "step_path": "4", "depth": 1, "chain": ["planner"],
//!     "grant": {"tokens": 20000, "cost_micro_usd": 250000, "iterations": 8, "time_ms": 90000}
//!   },
//!   "signature": {"key_id": "2026-11", "hmac": "6b1f…"},
//!   "task": {"order": 7}
//! }
//! ```
//!
//! Only `version` and `task` must be there. `traceparent` and `tracestate` are those of W3C Trace
//! Context, `baggage` is that of W3C Baggage. Fields that a reader does not know it ignores.
//!
//! A program in another language that gets one starts its span below `traceparent`, as it would for
//! an HTTP request; to send one it writes the same object. In Python, with the OpenTelemetry API:
//!
//! ```python
//! envelope = json.loads(message)
//! with tracer.start_as_current_span("billing", context=propagate.extract(envelope)):
//!     handle(envelope["task"])
//! ```
//!
//! # Delegations
//!
//! [`delegate`](crate::delegate) hands a task to another agent. One of this process
//! [runs](Delegation::run) right there; for one of another process [`send`](Delegation::send) opens the
//! delegation, [`Handed::envelope`] is what goes to the other side, `#[agent(context =
//! envelope.context())]` goes on there, and [`RemoteContext::reply`] makes what
//! [`Handed::answered`] ends the delegation with.
//!
//! A delegation is a step of its session, as a tool call is. **Steps are numbered in each process by
//! itself**: `agentscope.step.index` counts from 0 below each session span, and anew in each process
//! that goes on with the session. `step(3)` is therefore the fourth step of the process that has the
//! session span. Across processes a step is named by `agentscope.step.path`: the path of the delegation
//! that it is on behalf of, `/`, and its own number. In `4/2/0`, step 4 of the session delegates to an
//! agent whose step 2 delegates to one whose first step it is. Without any delegation path and number
//! are the same. A task that is delivered twice has the same paths twice, and `agentscope.agent.id`
//! and `agentscope.delegation.attempt` tell the two apart.
//!
//! # What is believed
//!
//! Whatever comes from outside is anybody's word. Of baggage the five keys above are read and nothing
//! else, each at most 256 bytes of letters, digits and ASCII signs; the user only as a keyed hash; the
//! **tenant** only of an envelope that was signed by a key of the receiver, or as the receiver itself
//! says ([`RemoteContext::with_tenant`]). What is dropped or refused is counted in
//! [`Stats`](crate::Stats), and never costs the task.
//!
//! `signature.hmac` is HMAC-SHA256 over `agentscope envelope 1,` and then, for each of `traceparent`,
//! `tracestate`, `baggage`, `delegation` and `task`, its length in bytes in decimal, `:`, the bytes, and
//! `,`. The first three are taken as they stand (nothing where they are absent), the other two as
//! canonical JSON (RFC 8785), in which integers beyond 2^53 stand as the text `integer:` and the digits.
//!
//! What goes out tells the session, the task and the tenant to whoever gets it: put it on what goes to
//! services of your own.

mod account;
mod baggage;
mod carriers;
mod context;
pub(crate) mod continued;
mod delegate;
mod delegated;
mod envelope;
mod fan;
mod handed;
mod in_context;
mod lenient;
mod open;
mod outgoing;
mod remote;
mod reply;
mod signature;
mod state;
mod traceparent;
mod tracestate;
mod unrecorded;

use std::borrow::Cow;

use opentelemetry::propagation::{Extractor, Injector};

pub(crate) use account::Account;
#[cfg(feature = "http")]
pub use carriers::Headers;
pub use carriers::Meta;
pub use context::ContextOption;
pub use delegate::{Delegation, DelegationFuture, delegate};
pub(crate) use delegated::{Delegated, Grant, Mode};
pub use envelope::{Envelope, UnsupportedVersion};
pub(crate) use fan::Fan;
pub use handed::{Handed, NotAnswered};
pub use in_context::session_attributes;
pub(crate) use in_context::{enter, start};
pub(crate) use open::OpenDelegation;
pub use remote::RemoteContext;
pub use reply::Reply;
pub use signature::{SignatureError, SigningKey};
pub(crate) use state::{DelegationState, Here, path_of};
pub(crate) use unrecorded::SetAsideScope;

use crate::frame;
use outgoing::Outgoing;
use remote::Raw;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
pub(crate) const BAGGAGE: &str = "baggage";

/// Puts the running span, session and agent into the headers of a request, or into any map of texts.
/// Baggage that others have put into the OpenTelemetry context goes along, without its properties.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use std::collections::HashMap;
///
/// fn request() -> HashMap<String, String> {
///     let mut headers = HashMap::new();
///     agentscope::propagation::inject(&mut headers);
///     headers
/// }
///
/// let session = agentscope::Session::builder().id("conversation-7");
/// let headers = agentscope::testing::record(|| session.run_sync(request)).result;
/// assert!(headers["traceparent"].starts_with("00-"));
/// assert_eq!(headers["baggage"], "session.id=conversation-7");
/// // Without telemetry there is nothing to put.
/// assert!(request().is_empty());
/// ```
pub fn inject(carrier: &mut dyn Injector) {
    if !frame::thread_is_alive() {
        return;
    }
    let outgoing = Outgoing::current().with_others();
    for (key, value) in [
        (TRACEPARENT, outgoing.traceparent),
        (TRACESTATE, outgoing.tracestate),
        (BAGGAGE, outgoing.baggage),
    ] {
        if let Some(value) = value {
            carrier.set(key, value);
        }
    }
}

/// Takes from the headers of a request, or from any map of texts, where it comes from. Never a
/// tenant: a header is anybody's word.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use std::collections::HashMap;
///
/// let headers = HashMap::from([(
///     "traceparent".to_owned(),
///     "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
/// )]);
/// let remote = agentscope::propagation::extract(&headers);
/// assert_eq!(remote.span_context().span_id().to_string(), "00f067aa0ba902b7");
/// ```
pub fn extract(carrier: &dyn Extractor) -> RemoteContext {
    // A second one makes it anybody's guess which holds, as an empty one is no id.
    let traceparent = carrier.get_all(TRACEPARENT).map(|all| match all[..] {
        [one] => one,
        _ => "",
    });
    let joined = |key| match &carrier.get_all(key)?[..] {
        [one] => Some(Cow::Borrowed(*one)),
        all => Some(Cow::Owned(all.join(","))),
    };
    let (tracestate, baggage) = (joined(TRACESTATE), joined(BAGGAGE));
    RemoteContext::accepted(Raw {
        traceparent,
        tracestate: tracestate.as_deref(),
        baggage: baggage.as_deref(),
        is_signed: false,
    })
}
