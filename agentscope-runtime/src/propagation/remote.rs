//! What came with a task from elsewhere, as far as it was accepted.

use opentelemetry::StringValue;
use opentelemetry::trace::SpanContext;

use std::sync::Arc;

use super::{Account, Delegated};

/// Where a task came from: its trace, its session, whose it is.
///
/// Made by opening an envelope or by extraction from the headers of a request; what was malformed,
/// too large or not to be trusted is not in it, and is counted in [`Stats`](crate::Stats).
#[derive(Clone, Debug)]
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
