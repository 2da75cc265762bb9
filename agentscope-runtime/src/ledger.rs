//! What an agent or a session may use, and what of it is used up: tokens, dollars, reasoning loops,
//! time.
//!
//! Each has a ledger, chained to the limited ones that it runs under, and what it uses is charged to
//! all of them. Reasoning loops alone are an agent's own: those above have loops of their own, and
//! only a session counts the loops of all.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry::KeyValue;

use crate::budget::{BudgetExhausted, Remaining};
use crate::limits::{Kind, Limits, from_signed, nanos, to_signed};
use crate::model::MicroDollars;
use crate::names;
use crate::privacy::redacted::{Redacted, attribute};
use crate::site::Layer;
use crate::switch;

mod granted;

pub(crate) use granted::SetAside;

pub(crate) struct Ledger {
    layer: Layer,
    owner: Redacted,
    /// The next one that has a limit.
    above: Option<Arc<Self>>,
    started: Instant,
    accounts: [Account; 4],
    has_limits: bool,
    /// By kind: whether there is a limit here or above.
    limited: [bool; 4],
    /// By kind: whether those above have set its limit aside. They are then charged when it is settled.
    set_aside: [bool; 4],
}

#[derive(Default)]
struct Account {
    limit: Option<u64>,
    /// Of time nothing: that is asked of the clock.
    spent: AtomicU64,
    /// Granted to delegations that are still open.
    granted: AtomicU64,
    /// The most that was reported of it.
    said: AtomicU8,
}

const LOW: u8 = 1;
const EXHAUSTED: u8 = 2;

/// Something to report: a limit of which four fifths, or all, are used up just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct News {
    pub(crate) kind: Kind,
    pub(crate) exhausted: bool,
    /// Whose limit it is, seen from who used it up.
    pub(crate) owner: &'static str,
}

/// Why no further model call may be made, and what is to be reported of it.
pub(crate) struct Refusal {
    pub(crate) exhausted: BudgetExhausted,
    pub(crate) news: Option<News>,
}

impl Ledger {
    pub(crate) fn new(
        layer: Layer,
        owner: Redacted,
        limits: Limits,
        above: Option<Arc<Self>>,
    ) -> Arc<Self> {
        Self::of_grant(layer, owner, limits, above, [false; 4])
    }

    /// The same, where those above have set some kinds aside.
    pub(crate) fn of_grant(
        layer: Layer,
        owner: Redacted,
        limits: Limits,
        above: Option<Arc<Self>>,
        set_aside: [bool; 4],
    ) -> Arc<Self> {
        let above = above.and_then(|above| match above.has_limits {
            true => Some(above),
            false => above.above.clone(),
        });
        let has_limits = limits.any();
        if has_limits {
            switch::ledger_opened();
        }
        let is_limited_above = |kind: Kind| above.as_ref().is_some_and(|above| above.limits(kind));
        let limited =
            Kind::ALL.map(|kind| limits.0[kind as usize].is_some() || is_limited_above(kind));
        let accounts = limits.0.map(|limit| Account {
            limit,
            ..Account::default()
        });
        Arc::new(Self {
            layer,
            owner,
            above,
            started: Instant::now(),
            accounts,
            has_limits,
            limited,
            set_aside,
        })
    }

    /// Whether there is such a limit here or above.
    #[inline]
    pub(crate) fn limits(&self, kind: Kind) -> bool {
        self.limited[kind as usize]
    }

    #[inline]
    pub(crate) fn limits_anything(&self) -> bool {
        self.limited != [false; 4]
    }

    pub(crate) fn is_of_agent(&self) -> bool {
        self.layer == Layer::Agent
    }

    /// This one and those above.
    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |ledger| ledger.above.as_deref())
    }

    /// This one and those above, as far as they count such.
    fn charged(&self, kind: Kind) -> impl Iterator<Item = &Self> {
        let counts = move |ledger: &&Self| {
            kind != Kind::Iterations || std::ptr::eq(*ledger, self) || !ledger.is_of_agent()
        };
        let mut next = Some(self);
        let chain = std::iter::from_fn(move || {
            let ledger = next?;
            next = match ledger.set_aside[kind as usize] {
                true => None,
                false => ledger.above.as_deref(),
            };
            Some(ledger)
        });
        chain.filter(counts)
    }

    /// Those of them that limit it, with the limit.
    fn limiting(&self, kind: Kind) -> impl Iterator<Item = (&Self, u64)> {
        let charged = self.limits(kind).then(|| self.charged(kind));
        let limit = move |ledger: &Self| ledger.accounts[kind as usize].limit;
        charged
            .into_iter()
            .flatten()
            .filter_map(move |ledger| Some((ledger, limit(ledger)?)))
    }

    fn spent(&self, kind: Kind) -> u64 {
        match kind {
            Kind::Time => nanos(self.started.elapsed()),
            _ => self.accounts[kind as usize].spent.load(Relaxed),
        }
    }

    /// What is spent, and what is granted to others.
    fn taken(&self, kind: Kind) -> u64 {
        let granted = self.accounts[kind as usize].granted.load(Relaxed);
        self.spent(kind).saturating_add(granted)
    }

    fn owner_seen_from(&self, user: &Self) -> &'static str {
        match self.layer {
            Layer::Agent if std::ptr::eq(self, user) => "agent",
            Layer::Agent => "outer_agent",
            Layer::Delegation => "delegation",
            _ => "session",
        }
    }

    /// What is to be said of a limit, once each.
    fn say(&self, kind: Kind, mark: u8, user: &Self) -> Option<News> {
        let said = &self.accounts[kind as usize].said;
        // Mostly it is no news, and to look is cheaper than to change.
        let is_news = said.load(Relaxed) < mark && said.fetch_max(mark, Relaxed) < mark;
        is_news.then(|| News {
            kind,
            exhausted: mark == EXHAUSTED,
            owner: self.owner_seen_from(user),
        })
    }

    fn judge(&self, kind: Kind, spent: u64, user: &Self) -> Option<News> {
        let limit = self.accounts[kind as usize].limit?;
        let is_exhausted = match kind {
            // The last loop that is allowed is no fault.
            Kind::Iterations => spent > limit,
            _ => spent >= limit,
        };
        let is_low = u128::from(spent) * 5 >= u128::from(limit) * 4;
        match (spent > 0, is_exhausted, is_low) {
            (true, true, _) => self.say(kind, EXHAUSTED, user),
            (true, false, true) => self.say(kind, LOW, user),
            _ => None,
        }
    }

    fn charge(&self, kind: Kind, amount: u64, news: &mut Vec<News>) {
        for ledger in self.charged(kind) {
            news.extend(ledger.add(kind, amount, self));
        }
    }

    /// Adds to what is spent, for `user`.
    fn add(&self, kind: Kind, amount: u64, user: &Self) -> Option<News> {
        let account = &self.accounts[kind as usize];
        // Loops are counted for those who ask how many there were.
        if account.limit.is_none() && kind != Kind::Iterations {
            return None;
        }
        let add = |spent: u64| Some(spent.saturating_add(amount));
        let (Ok(before) | Err(before)) = account.spent.fetch_update(Relaxed, Relaxed, add);
        self.judge(kind, before.saturating_add(amount), user)
    }

    /// Charges a model call that has ended.
    pub(crate) fn spend(&self, tokens: u64, cost: Option<MicroDollars>) -> Vec<News> {
        let mut news = Vec::new();
        if self.limits_anything() {
            self.charge(Kind::Tokens, tokens, &mut news);
            self.charge(Kind::Cost, cost.unwrap_or_default().micro(), &mut news);
            news.append(&mut self.look_at_clock());
        }
        news
    }

    /// Counts one reasoning loop.
    pub(crate) fn iterate(&self) -> Vec<News> {
        let mut news = self.look_at_clock();
        self.charge(Kind::Iterations, 1, &mut news);
        news
    }

    /// Sets the number of reasoning loops, over the runtime's own count.
    pub(crate) fn set_iterations(&self, count: u32) -> Vec<News> {
        let count = u64::from(count);
        let own = &self.accounts[Kind::Iterations as usize].spent;
        let before = own.swap(count, Relaxed);
        let mut news = Vec::new();
        for ledger in self.charged(Kind::Iterations) {
            let mut spent = count;
            if !std::ptr::eq(ledger, self) {
                let correct = |all: u64| Some(all.saturating_sub(before).saturating_add(count));
                let all = &ledger.accounts[Kind::Iterations as usize].spent;
                let (Ok(all) | Err(all)) = all.fetch_update(Relaxed, Relaxed, correct);
                spent = all.saturating_sub(before).saturating_add(count);
            }
            news.extend(ledger.judge(Kind::Iterations, spent, self));
        }
        news
    }

    pub(crate) fn iterations(&self) -> u32 {
        u32::try_from(self.spent(Kind::Iterations)).unwrap_or(u32::MAX)
    }

    /// Time passes without anybody charging it: what is to be said of it now.
    pub(crate) fn look_at_clock(&self) -> Vec<News> {
        let limiting = self.limiting(Kind::Time);
        limiting
            .filter_map(|(ledger, _)| ledger.judge(Kind::Time, ledger.spent(Kind::Time), self))
            .collect()
    }

    /// Whether a further model call may be made; of several limits that forbid it the nearest says so.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let limits = Kind::ALL.into_iter().flat_map(|kind| {
            let limiting = self.limiting(kind);
            limiting.map(move |(ledger, limit)| (kind, ledger, limit, ledger.taken(kind)))
        });
        let depth = |ledger: &Self| self.chain().position(|it| std::ptr::eq(it, ledger));
        let used_up = limits.filter(|(_, _, limit, spent)| spent >= limit);
        let Some((kind, ledger, limit, spent)) = used_up.min_by_key(|(_, it, ..)| depth(it)) else {
            return Ok(());
        };
        Err(Refusal {
            exhausted: BudgetExhausted {
                amount: kind.amount(limit, spent),
                layer: ledger.layer,
                owner: ledger.owner.clone(),
            },
            // What is granted may come back.
            news: match ledger.spent(kind) >= limit {
                true => ledger.say(kind, EXHAUSTED, self),
                false => None,
            },
        })
    }

    /// What is left: of each kind the least of what is left here and above.
    #[inline]
    pub(crate) fn remaining(&self) -> Remaining {
        match self.limits_anything() {
            true => self.remaining_of_limits(),
            false => Remaining::default(),
        }
    }

    fn remaining_of_limits(&self) -> Remaining {
        let least = |kind: Kind| {
            let left = |(ledger, limit): (&Self, u64)| ledger.left(kind, limit);
            self.limiting(kind).map(left).min()
        };
        Remaining {
            tokens: least(Kind::Tokens),
            cost: least(Kind::Cost).map(usd),
            iterations: least(Kind::Iterations),
            time: least(Kind::Time).map(|nanos| Duration::from_nanos(from_signed(nanos))),
        }
    }

    fn left(&self, kind: Kind, limit: u64) -> i64 {
        to_signed(limit).saturating_sub(to_signed(self.taken(kind)))
    }

    fn own_limits(&self) -> impl Iterator<Item = (Kind, u64)> {
        let limits = Kind::ALL.into_iter().zip(&self.accounts);
        limits.filter_map(|(kind, account)| Some((kind, account.limit?)))
    }

    /// The part that is left of each of its own limits.
    pub(crate) fn parts_left(&self) -> impl Iterator<Item = (Kind, f64)> {
        self.own_limits().map(|(kind, limit)| {
            let left = self.left(kind, limit).max(0);
            // Of a limit of nothing, nothing is left.
            (kind, left as f64 / limit.max(1) as f64)
        })
    }

    /// Its own limits, and what is left of them.
    pub(crate) fn closing_attributes(&self) -> impl Iterator<Item = KeyValue> {
        let written = |kind, key, number: i64| match kind {
            Kind::Tokens | Kind::Iterations => attribute(key, number),
            Kind::Cost => attribute(key, usd(number)),
            Kind::Time => attribute(key, number as f64 / 1e9),
        };
        self.own_limits().flat_map(move |(kind, limit)| {
            let (of_limit, of_rest) = match kind {
                Kind::Tokens => (names::BUDGET_LIMIT, names::BUDGET_REMAINING),
                Kind::Cost => (names::COST_LIMIT, names::COST_REMAINING),
                Kind::Iterations => (names::ITERATION_LIMIT, names::ITERATION_REMAINING),
                Kind::Time => (names::TIME_LIMIT, names::TIME_REMAINING),
            };
            [
                written(kind, of_limit, to_signed(limit)),
                written(kind, of_rest, self.left(kind, limit)),
            ]
        })
    }
}

/// Signed, unlike [`MicroDollars`]: what is left of an overspent budget.
fn usd(micro: i64) -> f64 {
    micro as f64 / 1e6
}

/// Agents that hand over to one another can make a long chain: dropped one by one, for a recursion
/// would overflow the stack.
impl Drop for Ledger {
    fn drop(&mut self) {
        if self.has_limits {
            switch::ledger_closed();
        }
        let mut next = self.above.take();
        while let Some(mut ledger) = next.and_then(Arc::into_inner) {
            next = ledger.above.take();
        }
    }
}

#[cfg(test)]
#[path = "ledger/ledger_tests.rs"]
mod tests;
