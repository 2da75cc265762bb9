//! What became of every record: nothing is lost without a number.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use crate::store::{Account, Tenant};

/// The kinds of records that OTLP brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Signal {
    Traces,
    Logs,
    Metrics,
}

impl Signal {
    /// As accounts have it, and the paths of OTLP/HTTP.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Logs => "logs",
            Self::Metrics => "metrics",
        }
    }
}

/// Why a record was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It has an id that is zero or of the wrong length, or a time beyond the year 2262.
    BadId,
    /// It names neither a session nor a trace.
    NoSession,
    /// Its session id begins as that of a trace which nobody has named a session for.
    ReservedSessionId,
    /// Its session id is longer than the limit.
    LongSessionId,
    /// It names another tenant than the sender's.
    CrossTenant,
    /// Its tenant is no name of one.
    TenantName,
    /// A value in it has too many levels.
    Nesting,
    /// Its session is full.
    SessionFull,
    /// It was there already: sent again after an answer that got lost, for example.
    Duplicate,
    /// Nobody keeps metrics here.
    NotKept,
    /// The program recorded more than its queue holds.
    QueueFull,
}

impl Reason {
    /// The words for it, as accounts and answers have them.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadId => "bad id or time",
            Self::NoSession => "no session",
            Self::ReservedSessionId => "session id begins with trace:",
            Self::LongSessionId => "session id too long",
            Self::CrossTenant => "cross tenant",
            Self::TenantName => "no name of a tenant",
            Self::Nesting => "value nested too deeply",
            Self::SessionFull => "session full",
            Self::Duplicate => "duplicate",
            Self::NotKept => "metrics are not kept",
            Self::QueueFull => "queue full",
        }
    }
}

/// What became of the records of one signal of one tenant. It always balances:
/// `received = stored + sampled_out + refused + failed + pending`.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) received: u64,
    pub(super) stored: u64,
    pub(super) sampled_out: u64,
    pub(super) refused: BTreeMap<Reason, u64>,
    pub(super) failed: u64,
    pub(super) pending: u64,
}

impl Counts {
    pub(super) fn refuse(&mut self, reason: Reason, count: u64) {
        if count > 0 {
            *self.refused.entry(reason).or_default() += count;
        }
    }

    fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.stored += other.stored;
        self.sampled_out += other.sampled_out;
        self.failed += other.failed;
        self.pending += other.pending;
        for (reason, count) in &other.refused {
            *self.refused.entry(*reason).or_default() += count;
        }
    }
}

/// All accounts of a process.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<BTreeMap<(Tenant, Signal), Counts>>);

impl Ledger {
    /// Books at once, so that nobody sees an account that does not balance. `settled` of it were
    /// pending, and have been dealt with.
    pub(super) fn book(&self, tenant: &Tenant, signal: Signal, settled: u64, entry: &Counts) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = accounts.entry((tenant.clone(), signal)).or_default();
        counts.pending -= settled.min(counts.pending);
        counts.add(entry);
    }

    /// All of them, by tenant and signal.
    pub(super) fn accounts(&self, run: &str, now: u64) -> Vec<Account> {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let account = |((tenant, signal), counts): (&(Tenant, Signal), &Counts)| Account {
            received: counts.received,
            stored: counts.stored,
            sampled_out: counts.sampled_out,
            refused: counts.refused.values().sum(),
            failed: counts.failed,
            pending: counts.pending,
            reasons: reasons(counts),
            updated: now,
            ..Account::new(run, signal.as_str(), tenant.clone())
        };
        accounts.iter().map(account).collect()
    }
}

fn reasons(counts: &Counts) -> Vec<(String, u64)> {
    let named = |(reason, count): (&Reason, &u64)| (reason.as_str().to_owned(), *count);
    let failed = (counts.failed > 0).then(|| ("store failed".to_owned(), counts.failed));
    counts.refused.iter().map(named).chain(failed).collect()
}
