//! What became of the records that a process took in.

use serde::{Deserialize, Serialize};

use super::{StoreError, Tenant};

/// Counters of one run of a collecting process, for one tenant and signal. They only grow; whoever
/// counts puts the whole account again, now and then and at its end.
///
/// Everything that was received is in exactly one of the others.
///
/// ```
/// use agentscope_collector::store::{Account, Tenant};
/// let account = Account { received: 10, stored: 7, ..Account::new("run-1", "traces", Tenant::default()) };
/// assert_eq!(account.unaccounted(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The run of the process: any text that no other run has.
    pub run: String,
    /// `traces`, `logs` or `metrics`; [`Account::MESSAGES`]; or a destination, see [`Account::TO`].
    pub signal: String,
    /// Whose records.
    #[serde(skip, default)]
    pub tenant: Tenant,
    /// Came in.
    pub received: u64,
    /// Were stored, or were there already.
    pub stored: u64,
    /// Were left out by sampling.
    pub sampled_out: u64,
    /// Were refused, and the sender was told so.
    pub refused: u64,
    /// Could not be stored.
    pub failed: u64,
    /// Are still held in memory.
    pub pending: u64,
    /// Why records were refused or failed, and how many.
    pub reasons: Vec<(String, u64)>,
    /// When the counters were read, in nanoseconds since the Unix epoch.
    pub updated: u64,
}

impl Account {
    /// The signal of an account of whole messages, of which no record was read. It stands with the
    /// default tenant: who sent them is not known.
    pub const MESSAGES: &'static str = "messages";

    /// How the signal of an account of a destination begins, before its name: `received` was to go
    /// there, `stored` did, `refused` it did not take, `failed` found no room in its queue. It stands
    /// with the default tenant.
    pub const TO: &'static str = "to ";

    /// An account in which nothing has been counted yet.
    pub fn new(run: impl Into<String>, signal: impl Into<String>, tenant: Tenant) -> Self {
        Self {
            run: run.into(),
            signal: signal.into(),
            tenant,
            received: 0,
            stored: 0,
            sampled_out: 0,
            refused: 0,
            failed: 0,
            pending: 0,
            reasons: Vec::new(),
            updated: 0,
        }
    }

    /// Reads the JSON in which a store keeps it, without the tenant.
    pub(super) fn read(
        tenant: &Tenant,
        json: &str,
        place: impl Fn() -> String,
    ) -> Result<Self, StoreError> {
        let account: Self = serde_json::from_str(json).map_err(|error| StoreError::Damaged {
            place: place(),
            what: format!("an account: {error}"),
        })?;
        Ok(Self {
            tenant: tenant.clone(),
            ..account
        })
    }

    /// Records of which it is not known what became of them: 0 unless the process was killed.
    pub fn unaccounted(&self) -> u64 {
        let others = [
            self.stored,
            self.sampled_out,
            self.refused,
            self.failed,
            self.pending,
        ];
        let known = others.into_iter().fold(0, u64::saturating_add);
        self.received.saturating_sub(known)
    }
}
