//! What is done beside what comes in: sessions end, the store is told what it does not know yet.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering::Relaxed;

use super::work::{Ingest, lock};
use crate::store::{Account, Batch, SessionEnd, StoreError, Tenant};

/// How old the account of a process that lives may be in the store: whoever reads it takes one of half
/// a minute for that of a process which is gone.
const FRESH: u64 = 10_000_000_000;

/// How long a store that failed counts as one that cannot be written, where nobody tries.
const DOUBT: u64 = 30_000_000_000;

/// Accounts as they were put into the store: most do not change from one second to the next.
#[derive(Debug, Default)]
pub(super) struct Books(HashMap<(Tenant, String), Account>);

impl Books {
    /// Those that the store does not have so. Of those that only grow old, a few at a time.
    fn to_put(&self, accounts: impl Iterator<Item = Account>, now: u64) -> Vec<Account> {
        let (mut put, mut old) = (Vec::new(), Vec::new());
        for account in accounts {
            let known = self
                .0
                .get(&(account.tenant.clone(), account.signal.clone()));
            match known {
                Some(known) if is_same(known, &account) => {
                    if now.saturating_sub(known.updated) >= FRESH {
                        old.push((known.updated, account));
                    }
                }
                _ => put.push(account),
            }
        }
        old.sort_by_key(|(updated, _)| *updated);
        let few = 1 + self.0.len() / 10;
        put.extend(old.into_iter().take(few).map(|(_, account)| account));
        put
    }
}

fn is_same(known: &Account, account: &Account) -> bool {
    let updated = known.updated;
    *known
        == Account {
            updated,
            ..account.clone()
        }
}

impl Ingest {
    /// Whether the store took what came last. Where nobody sends, one that failed is believed to work
    /// again after half a minute, so that who looks before sending does send.
    pub fn can_store(&self) -> bool {
        let failed = self.failed.load(Relaxed);
        failed == 0 || (self.clock)().saturating_sub(failed) >= DOUBT
    }

    pub(super) fn has_written(&self, error: Option<&StoreError>) {
        match error {
            None => self.failed.store(0, Relaxed),
            // That is so of one tenant, for ever, and says nothing of the others.
            Some(StoreError::Damaged { .. } | StoreError::Later { .. }) => {}
            Some(_) => self.failed.store((self.clock)().max(1), Relaxed),
        }
    }

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
        let accounts = accounts.chain(self.account_of_messages(now)).chain(sent_on);
        let accounts = lock(&self.books).to_put(accounts, now);
        for account in accounts {
            match self.store.put_account(&account) {
                Ok(()) => {
                    let key = (account.tenant.clone(), account.signal.clone());
                    lock(&self.books).0.insert(key, account);
                }
                Err(error) => result = result.and(Err(error)),
            }
        }
        // That it took accounts does not mean that it has room for records.
        if let Err(error) = &result {
            self.has_written(Some(error));
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
