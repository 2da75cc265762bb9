//! A task, and beside it where it comes from.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize as _, Serialize};
use serde_json::Value;

use super::delegated::is_acceptable;
use super::outgoing::Outgoing;
use super::remote::Raw;
use super::signature::{Signature, SignatureError, SigningKey};
use super::{Account, Delegated, RemoteContext};
use crate::json::canonical;
use crate::stats;

/// The version that is written, and the only one that is read.
const VERSION: u64 = 1;

/// A task on its way to another process, with its trace and its session beside it.
///
/// Whoever sends makes one with [`new`](Self::new) and serialises it; whoever receives it reads the
/// context off and goes on with the task. What it looks like as JSON is in the
/// [module](crate::propagation). Nothing that is wrong with the context costs the task: it is counted
/// in [`Stats`](crate::Stats), and the task begins a trace of its own.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::propagation::Envelope;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct LookUp { order: u64 }
///
/// let sent = serde_json::to_string(&Envelope::new(LookUp { order: 7 }))?;
///
/// let envelope: Envelope<LookUp> = serde_json::from_str(&sent)?;
/// let remote = envelope.attempt(2).context();
/// assert_eq!(remote.attempt(), 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Serialize, JsonSchema)]
pub struct Envelope<T> {
    /// Version of this form: 1.
    pub(super) version: u64,
    /// The span that the task is sent from: W3C Trace Context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) traceparent: Option<String>,
    /// What other tracing systems hand on: W3C Trace Context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tracestate: Option<String>,
    /// The session, and whose it is: W3C Baggage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) baggage: Option<String>,
    /// The delegation that the task is a part of.
    #[serde(skip_serializing_if = "Delegation::is_none")]
    #[schemars(with = "Option<Delegated>")]
    pub(super) delegation: Delegation,
    /// Vouches for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signature: Option<Signature>,
    /// The task itself.
    pub(super) task: T,
    #[serde(skip)]
    pub(super) attempt: u32,
    /// A part of the context is not of its type.
    #[serde(skip)]
    pub(super) is_malformed: bool,
    /// However often its context is asked for.
    #[serde(skip)]
    pub(super) account: Arc<Account>,
}

/// Kept as it came: a signature is over that.
#[derive(Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Delegation {
    None,
    Made(Box<Delegated>),
    Came(Value),
}

impl Delegation {
    fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Counts what came and is none.
    fn accepted(&self) -> Option<Delegated> {
        let delegated = match self {
            Self::None => return None,
            Self::Made(delegated) => Some(Delegated::clone(delegated)),
            Self::Came(value) => Delegated::deserialize(value).ok(),
        };
        let accepted = delegated.filter(is_acceptable);
        if accepted.is_none() {
            stats::count_refused_context();
        }
        accepted
    }
}

/// Shows where the task comes from, not the task: it may be what nobody should read in a log.
impl<T> fmt::Debug for Envelope<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("version", &self.version)
            .field("traceparent", &self.traceparent)
            .finish_non_exhaustive()
    }
}

impl<T> Envelope<T> {
    /// Puts a task into an envelope, with the running span, session and agent: the session's id, the
    /// application's task, the agent's tier, the keyed hash of the user, the tenant. Where nothing is
    /// recorded there is only the task in it.
    pub fn new(task: T) -> Self {
        Self::with(task, Outgoing::current(), Delegation::None)
    }

    /// The same of a delegation, for whoever works on it.
    pub(super) fn delegated(task: T, context: RemoteContext) -> Self {
        let outgoing = Outgoing::of_context(&context);
        let delegation = match context.delegated {
            Some(delegated) => Delegation::Made(Box::new(delegated)),
            None => Delegation::None,
        };
        Self::with(task, outgoing, delegation)
    }

    fn with(task: T, outgoing: Outgoing, delegation: Delegation) -> Self {
        Self {
            version: VERSION,
            traceparent: outgoing.traceparent,
            tracestate: outgoing.tracestate,
            baggage: outgoing.baggage,
            delegation,
            signature: None,
            task,
            attempt: 1,
            is_malformed: false,
            account: Arc::default(),
        }
    }

    /// The task.
    pub fn task(&self) -> &T {
        &self.task
    }

    /// The task, without its envelope.
    pub fn into_task(self) -> T {
        self.task
    }

    /// Says how often the transport has delivered this envelope, this time included: 1 for the first,
    /// and so is 0.
    #[must_use]
    pub fn attempt(mut self, deliveries: u32) -> Self {
        self.attempt = deliveries.max(1);
        self
    }

    /// Where the task comes from, as far as anybody's word can be taken for it: never a tenant.
    pub fn context(&self) -> RemoteContext {
        self.accepted(false)
    }

    /// Whether this program reads envelopes of this version. Where it does not the task is as good as
    /// any, but nothing of its context is used.
    ///
    /// # Errors
    ///
    /// [`UnsupportedVersion`], with what to do.
    pub fn check_version(&self) -> Result<(), UnsupportedVersion> {
        match self.version {
            VERSION => Ok(()),
            found => Err(UnsupportedVersion { found }),
        }
    }

    fn accepted(&self, is_signed: bool) -> RemoteContext {
        if self.is_malformed || self.version != VERSION {
            stats::count_refused_context();
        }
        let mut remote = match self.version {
            VERSION => RemoteContext::accepted(Raw {
                traceparent: self.traceparent.as_deref(),
                tracestate: self.tracestate.as_deref(),
                baggage: self.baggage.as_deref(),
                is_signed,
            }),
            _ => RemoteContext::none(),
        };
        if self.version == VERSION {
            remote.delegated = self.delegation.accepted();
        }
        remote.attempt = self.attempt;
        remote.account = self.account.clone();
        remote
    }
}

impl<T: Serialize> Envelope<T> {
    /// Signs the task and all that stands beside it, so that a receiver can believe the tenant.
    ///
    /// The last thing to do before it is sent. A signature says nothing about when: an envelope that
    /// is sent twice is signed twice as well. A task that cannot be serialised is not signed.
    #[must_use]
    pub fn signed(mut self, key: &SigningKey) -> Self {
        self.signature = self.over_parts(|parts| key.sign(parts));
        self
    }

    /// Where the task comes from, by one of these keys: the tenant too.
    ///
    /// The task is signed as canonical JSON. Where the type of this side leaves out or adds fields,
    /// open the envelope with `serde_json::Value` as its task first.
    ///
    /// # Errors
    ///
    /// [`SignatureError`]; each is counted. The receiver decides whether it goes on without a tenant
    /// (`envelope.context()`), or not at all.
    pub fn context_signed_by(&self, keys: &[SigningKey]) -> Result<RemoteContext, SignatureError> {
        let verified = self.verify(keys);
        match verified {
            Ok(()) => Ok(self.accepted(true)),
            Err(error) => {
                stats::count_refused_context();
                Err(error)
            }
        }
    }

    fn verify(&self, keys: &[SigningKey]) -> Result<(), SignatureError> {
        self.check_version().map_err(SignatureError::Version)?;
        let signature = self.signature.as_ref().ok_or(SignatureError::Missing)?;
        self.over_parts(|parts| signature.verify(keys, parts))
            .unwrap_or(Err(SignatureError::Wrong))
    }

    /// `None` where a part is no JSON.
    fn over_parts<R>(&self, run: impl FnOnce([&[u8]; 5]) -> R) -> Option<R> {
        let delegation = match &self.delegation {
            Delegation::None => Cow::Borrowed(&b""[..]),
            delegation => Cow::Owned(canonical::whole(delegation)?),
        };
        let task = canonical::whole(&self.task)?;
        let context = [&self.traceparent, &self.tracestate, &self.baggage];
        let [traceparent, tracestate, baggage] =
            context.map(|part| part.as_deref().unwrap_or_default().as_bytes());
        Some(run([traceparent, tracestate, baggage, &delegation, &task]))
    }
}

/// An envelope is of a version that this program does not read.
///
/// Its task can be taken all the same; its context is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnsupportedVersion {
    /// What the envelope says; 0 where it says none.
    pub found: u64,
}

impl fmt::Display for UnsupportedVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.found;
        match found {
            0 => f.write_str("the envelope says no version: it was not made by agentscope"),
            _ => write!(
                f,
                "the envelope is of version {found} and this program reads version {VERSION}: its task \
                 can be taken with `into_task`, but begins a trace of its own; update \
                 agentscope-runtime where envelopes are received, and only then where they are sent"
            ),
        }
    }
}

impl std::error::Error for UnsupportedVersion {}
