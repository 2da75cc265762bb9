//! What came with a task from elsewhere, as far as it was accepted.

use std::fmt;
use std::sync::Arc;

use opentelemetry::StringValue;
use opentelemetry::trace::SpanContext;

use super::{Account, Delegated, baggage, traceparent, tracestate};
use crate::option::TextOption;
use crate::stats;

/// Where a task came from: its trace, its session, whose it is.
///
/// Made by opening an envelope or by extraction from the headers of a request; what was malformed,
/// too large or not to be trusted is not in it, and is counted in [`Stats`](crate::Stats).
#[derive(Clone)]
pub struct RemoteContext {
    /// Not valid where none came or none was accepted.
    pub(crate) parent: SpanContext,
    pub(crate) session: Option<StringValue>,
    pub(crate) task: Option<StringValue>,
    /// Tier of the agent that the task comes from.
    pub(crate) tier: Option<StringValue>,
    /// The keyed hash, with the id of its key.
    pub(crate) user_hash: Option<StringValue>,
    /// Only of a signed envelope, or by the receiver's own authentication.
    pub(crate) tenant: Option<StringValue>,
    pub(crate) delegated: Option<Delegated>,
    /// 1 for the first delivery.
    pub(crate) attempt: u32,
    /// What has come of it here; shared by clones.
    pub(crate) account: Arc<Account>,
}

/// Shows the span, not whose task it is.
impl fmt::Debug for RemoteContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteContext")
            .field("trace_id", &self.parent.trace_id())
            .field("span_id", &self.parent.span_id())
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

impl RemoteContext {
    /// Of nowhere: the code that continues it begins a trace and a session of its own.
    pub(crate) fn none() -> Self {
        Self {
            parent: SpanContext::NONE,
            session: None,
            task: None,
            tier: None,
            user_hash: None,
            tenant: None,
            delegated: None,
            attempt: 1,
            account: Arc::default(),
        }
    }
}

/// As it came: nobody has looked at it yet.
#[derive(Clone, Copy, Default)]
pub(super) struct Raw<'a> {
    pub(super) traceparent: Option<&'a str>,
    pub(super) tracestate: Option<&'a str>,
    pub(super) baggage: Option<&'a str>,
    /// Somebody vouches for the tenant.
    pub(super) is_signed: bool,
}

impl RemoteContext {
    /// Takes over what is well-formed and may be believed; counts the rest.
    pub(super) fn accepted(raw: Raw<'_>) -> Self {
        let mut remote = Self::none();
        if let Some(text) = raw.traceparent {
            match span(text, raw.tracestate) {
                Some(span) => remote.parent = span,
                None => stats::count_refused_context(),
            }
        }
        if let Some(text) = raw.baggage {
            let mut carried = baggage::parsed(text);
            if carried.tenant.is_some() && !raw.is_signed {
                carried.tenant = None;
                carried.dropped += 1;
            }
            stats::count_dropped_baggage(carried.dropped);
            remote.session = carried.session;
            remote.task = carried.task;
            remote.tier = carried.tier;
            remote.user_hash = carried.user_hash;
            remote.tenant = carried.tenant;
        }
        remote
    }

    /// Says whose it is, as the receiver's own authentication has found: wins over what came. `None`
    /// says nothing.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use std::collections::HashMap;
    ///
    /// let headers = HashMap::from([(
    ///     "baggage".to_owned(),
    ///     "session.id=7,agentscope.tenant.id=anybody".to_owned(),
    /// )]);
    /// let remote = agentscope::propagation::extract(&headers);
    /// assert_eq!((remote.session_id(), remote.tenant()), (Some("7"), None));
    /// assert_eq!(remote.with_tenant("acme").tenant(), Some("acme"));
    /// ```
    #[must_use]
    pub fn with_tenant(mut self, tenant: impl TextOption) -> Self {
        self.tenant = tenant.text_option().or(self.tenant);
        self
    }

    /// The span that the task was sent from. Not valid where none came, or none that was accepted:
    /// the task begins a trace of its own then.
    pub fn span_context(&self) -> &SpanContext {
        &self.parent
    }

    /// The session that the task belongs to.
    pub fn session_id(&self) -> Option<&str> {
        self.session.as_ref().map(StringValue::as_str)
    }

    /// The application's task.
    pub fn task_id(&self) -> Option<&str> {
        self.task.as_ref().map(StringValue::as_str)
    }

    /// Tier of the agent that the task comes from.
    pub fn agent_tier(&self) -> Option<&str> {
        self.tier.as_ref().map(StringValue::as_str)
    }

    /// Keyed hash of the user, with the id of the key: `h<key id>:<hash>`.
    pub fn user_hash(&self) -> Option<&str> {
        self.user_hash.as_ref().map(StringValue::as_str)
    }

    /// The tenant: of an envelope whose signature was verified, or by [`with_tenant`]; never what
    /// bare baggage says.
    ///
    /// [`with_tenant`]: Self::with_tenant
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_ref().map(StringValue::as_str)
    }

    /// How often the task was delivered, this time included: 1 for the first.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
}

fn span(text: &str, state: Option<&str>) -> Option<SpanContext> {
    let (trace, span, flags) = traceparent::parsed(text)?;
    let state = match state.map(tracestate::parsed) {
        None => Default::default(),
        Some(Some(state)) => state,
        // The trace is none the worse for it.
        Some(None) => {
            stats::count_refused_context();
            Default::default()
        }
    };
    Some(SpanContext::new(trace, span, flags, true, state))
}
