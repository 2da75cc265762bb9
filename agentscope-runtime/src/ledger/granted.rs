//! Grants: what a delegation may use of what whoever delegates may use.
//!
//! What is granted is set aside while the delegation is open; at its end what was used is charged,
//! and the rest is there again. Time is only limited: it passes for both.

use super::*;

/// One at a time, so that two do not set the same tokens aside.
static SETTING_ASIDE: Mutex<()> = Mutex::new(());

/// What is set aside of a ledger and of those above it. Dropped it is there again, nothing used.
pub(crate) struct SetAside {
    from: Arc<Ledger>,
    pub(crate) amounts: [Option<u64>; 4],
}

impl Ledger {
    /// This one and those above, as far as what others use counts for them too.
    fn charged_for_others(&self, kind: Kind) -> impl Iterator<Item = &Self> {
        let counts = move |ledger: &&Self| kind != Kind::Iterations || !ledger.is_of_agent();
        self.charged(kind).filter(counts)
    }

    /// What others may still use of it; `None` where nothing limits that.
    pub(crate) fn left_for_others(&self, kind: Kind) -> Option<u64> {
        let left = |ledger: &Self| Some(ledger.left(kind, ledger.accounts[kind as usize].limit?));
        let least = self.charged_for_others(kind).filter_map(left).min();
        least.map(from_signed)
    }

    /// Sets aside what is asked for, or what is left if that is less.
    pub(crate) fn set_aside(self: &Arc<Self>, asked: &Limits) -> SetAside {
        let _one = SETTING_ASIDE.lock().unwrap_or_else(PoisonError::into_inner);
        let amounts = Kind::ALL.map(|kind| {
            let asked = asked.0[kind as usize].filter(|_| kind != Kind::Time)?;
            let left = self.left_for_others(kind);
            let amount = left.map_or(asked, |left| asked.min(left));
            for ledger in self.charged_for_others(kind) {
                // Sums of what is left cannot overflow, and where nothing is limited nobody reads it.
                let granted = &ledger.accounts[kind as usize].granted;
                granted.fetch_add(amount, Relaxed);
            }
            Some(amount)
        });
        SetAside {
            from: self.clone(),
            amounts,
        }
    }

    /// What was used of a limit of its own.
    pub(crate) fn used(&self, kind: Kind) -> Option<u64> {
        let is_limited = self.accounts[kind as usize].limit.is_some();
        is_limited.then(|| self.spent(kind))
    }

    /// Somebody else tells what was used of it.
    pub(crate) fn tell_used(&self, kind: Kind, used: u64) {
        self.accounts[kind as usize].spent.store(used, Relaxed);
    }

    /// Charges what others have used.
    pub(crate) fn charge_for_others(&self, kind: Kind, amount: u64, news: &mut Vec<News>) {
        for ledger in self.charged_for_others(kind) {
            news.extend(ledger.add(kind, amount, self));
        }
    }
}

impl SetAside {
    pub(crate) fn kinds(&self) -> [bool; 4] {
        self.amounts.map(|amount| amount.is_some())
    }

    /// Charges what was used of it; the rest is there again.
    pub(crate) fn settle(mut self, used: impl Fn(Kind) -> u64) -> Vec<News> {
        let amounts = self.give_back();
        let mut news = Vec::new();
        for kind in Kind::ALL {
            if amounts[kind as usize].is_some() {
                self.from.charge_for_others(kind, used(kind), &mut news);
            }
        }
        news
    }

    fn give_back(&mut self) -> [Option<u64>; 4] {
        let amounts = std::mem::take(&mut self.amounts);
        for kind in Kind::ALL {
            let Some(amount) = amounts[kind as usize] else {
                continue;
            };
            for ledger in self.from.charged_for_others(kind) {
                let granted = &ledger.accounts[kind as usize].granted;
                granted.fetch_sub(amount, Relaxed);
            }
        }
        amounts
    }
}

impl Drop for SetAside {
    fn drop(&mut self) {
        self.give_back();
    }
}
