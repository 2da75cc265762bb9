//! What else gets the records that came in.

use std::sync::Arc;

use opentelemetry_proto::tonic::metrics::v1::ResourceMetrics;

use crate::store::{Account, Batch, Tenant};

/// Lets go what was made ready.
pub(crate) type Send = Box<dyn FnOnce()>;

/// Gets what was stored, before its sender is answered.
pub(crate) trait Tap: std::marker::Send + Sync {
    /// Makes ready what is to leave; what it gives is called when that is stored.
    fn ready(self: Arc<Self>, tenant: &Tenant, batch: &Batch) -> Send;

    /// Gets metrics, which nobody stores.
    fn metrics(&self, tenant: &Tenant, groups: Vec<ResourceMetrics>);

    /// What became of it, for each place that it went to.
    fn accounts(&self, run: &str, now: u64) -> Vec<Account>;
}
