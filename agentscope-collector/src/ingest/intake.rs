//! Sorts the records of a message by tenant, and answers for them.

use std::collections::BTreeMap;
use std::time::Duration;

use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::answer::{Answer, Sender};
use super::ledger::{Counts, Reason};
use super::record::{Draft, Record, origin};
use super::work::Ingest;
use crate::store::{StoreError, Tenant};

/// How long a sender waits before it tries again what could not be stored.
const AGAIN: Duration = Duration::from_secs(1);

/// What became of the records of one tenant.
pub(super) struct Outcome {
    pub(super) refused: BTreeMap<Reason, u64>,
    pub(super) error: Option<StoreError>,
}

/// The records of one message, by tenant.
pub(super) struct Intake<'a, T> {
    ingest: &'a Ingest,
    sender: &'a Sender,
    tenants: BTreeMap<Tenant, (Vec<Draft<T>>, Counts)>,
}

impl<'a, T: Record> Intake<'a, T> {
    pub(super) fn new(ingest: &'a Ingest, sender: &'a Sender) -> Self {
        Self {
            ingest,
            sender,
            tenants: BTreeMap::new(),
        }
    }

    pub(super) fn take(
        &mut self,
        resource: &Option<Resource>,
        scope: Option<InstrumentationScope>,
        records: Vec<T>,
    ) {
        let limits = &self.ingest.limits();
        let origin = origin(resource, scope, limits);
        for record in records {
            let draft = origin.as_ref().map_err(|why| *why);
            let draft = draft.and_then(|origin| record.draft(origin, limits));
            let (tenant, draft) = match draft {
                Ok(draft) => match self.sender.tenant_of(draft.tenant.as_deref()) {
                    Ok(tenant) => (tenant, Ok(draft)),
                    Err(why) => (self.sender.tenant(), Err(why)),
                },
                Err(why) => (self.sender.tenant(), Err(why)),
            };
            let (drafts, counts) = self.tenants.entry(tenant).or_default();
            counts.received += 1;
            match draft {
                Ok(draft) => drafts.push(draft),
                Err(why) => counts.refuse(why, 1),
            }
        }
    }

    pub(super) fn finish(self) -> Answer {
        let mut refused = BTreeMap::new();
        let mut error = None;
        for (tenant, (drafts, counts)) in self.tenants {
            let outcome = self.ingest.keep(&tenant, drafts, counts);
            for (reason, count) in outcome.refused {
                *refused.entry(reason).or_default() += count;
            }
            error = error.or(outcome.error);
        }
        if let Some(error) = error {
            return self.ingest.later(&error);
        }
        answer(&refused)
    }
}

impl Ingest {
    fn later(&self, error: &StoreError) -> Answer {
        // What the database says may name files; that is for the operator.
        if let Some(more) = self.failures.due() {
            tracing::warn!(target: "agentscope", "records could not be stored: {error}{more}");
        }
        let reason = "the store cannot be written at the moment".to_owned();
        Answer::Later {
            after: AGAIN,
            reason,
        }
    }
}

pub(super) fn answer(refused: &BTreeMap<Reason, u64>) -> Answer {
    let rejected = refused.values().sum();
    if rejected == 0 {
        return Answer::Accepted;
    }
    let reasons = refused
        .iter()
        .map(|(reason, count)| format!("{count} {}", reason.as_str()));
    Answer::Partial {
        rejected,
        reason: reasons.collect::<Vec<_>>().join(", "),
    }
}
