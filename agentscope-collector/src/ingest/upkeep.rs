//! What is done beside what comes in: sessions end, the store is told what it does not know yet.

use std::collections::BTreeMap;

use super::work::Ingest;
use crate::store::{Account, Batch, SessionEnd, StoreError, Tenant};

impl Ingest {
    /// Bytes that the store takes, of each tenant; none of a tenant of which it cannot be found out.
    pub fn store_bytes(&self) -> Vec<(Tenant, u64)> {
        let tenants = self.store.tenants().unwrap_or_default();
        let sized = tenants.into_iter().filter_map(|tenant| {
            let segments = self.store.segments(&tenant).ok()?;
            let bytes = segments.iter().map(|segment| segment.bytes).sum();
            Some((tenant, bytes))
        });
        sized.collect()
    }

    /// Ends sessions that are over, tells the store what it does not know yet, and keeps the
    /// accounts there.
    ///
    /// # Errors
    ///
    /// The first one of the store; what it did not take comes with the next tick.
    pub fn tick(&self) -> Result<(), StoreError> {
        self.tick_at((self.clock)())
    }

    /// Ends the sessions that are over by `time`.
    fn tick_at(&self, time: u64) -> Result<(), StoreError> {
        let now = (self.clock)();
        let mut result = Ok(());
        let mut ends: BTreeMap<Tenant, Vec<SessionEnd>> = BTreeMap::new();
        for (tenant, end) in self.state().assembly.tick(now, time, &self.limits) {
            ends.entry(tenant).or_default().push(end);
        }
        let unbound = self.state().traces.tenants_unbound();
        for tenant in unbound {
            let bindings = self.state().traces.take_unbound(&tenant);
            let batch = Batch {
                bindings: bindings.clone(),
                ..Batch::default()
            };
            if let Err(error) = self.store.write(&tenant, batch) {
                self.state().traces.not_told(&tenant, &bindings);
                result = result.and(Err(error));
            }
        }
        for (tenant, ends) in ends {
            if let Err(error) = self.store.end(&tenant, &ends) {
                self.state().assembly.not_ended(&tenant, ends);
                result = result.and(Err(error));
            }
        }
        let sent_on = self.tap.iter().flat_map(|tap| tap.accounts(&self.run, now));
        let accounts = self.accounts().into_iter();
        for account in accounts.chain(self.account_of_messages(now)).chain(sent_on) {
            result = result.and(self.store.put_account(&account));
        }
        result
    }

    fn account_of_messages(&self, now: u64) -> Option<Account> {
        let refused = self.messages_refused();
        let count = refused.values().sum();
        let reasons = refused.into_iter();
        (count > 0).then(|| Account {
            received: count,
            refused: count,
            reasons: reasons
                .map(|(why, count)| (why.to_owned(), count))
                .collect(),
            updated: now,
            ..Account::new(self.run.as_str(), Account::MESSAGES, Tenant::default())
        })
    }

    /// Ends all sessions, because nothing will come of them any longer, and does what
    /// [`tick`](Self::tick) does. For a program that took in what it recorded itself.
    ///
    /// # Errors
    ///
    /// The first one of the store.
    pub fn end_all(&self) -> Result<(), StoreError> {
        self.tick_at(u64::MAX)
    }
}
