//! A delegation of which nothing is recorded: budgets cross it all the same.

use std::sync::Arc;

use super::delegate::Delegation;
use super::open::grant;
use super::{Delegated, Grant, Mode, RemoteContext};
use crate::ledger::{Ledger, SetAside};
use crate::limits::Kind;
use crate::metered::{self, Scope};

pub(crate) struct SetAsideScope {
    /// For a sub-agent of this process.
    pub(crate) scope: Scope,
    ledger: Arc<Ledger>,
    above: Option<Arc<Ledger>>,
    set_aside: Option<SetAside>,
    pub(super) grant: Grant,
    target: String,
    mode: Mode,
    /// Where the task came from that is handed on.
    from: Option<RemoteContext>,
}

impl SetAsideScope {
    pub(super) fn open(delegation: &Delegation) -> Self {
        let above = metered::nearest();
        let (ledger, set_aside, grant) = grant(delegation, above.clone());
        Self {
            scope: Scope::of_ledger(ledger.clone()),
            ledger,
            above,
            set_aside,
            grant,
            target: delegation.target.as_str().to_owned(),
            mode: delegation.mode,
            from: metered::passing(),
        }
    }

    /// The sub-agent ran here.
    pub(crate) fn ran(mut self) {
        let used = |kind| self.ledger.used(kind).unwrap_or(0);
        if let Some(set_aside) = self.set_aside.take() {
            set_aside.settle(used);
        }
    }

    /// It ran elsewhere.
    pub(super) fn answered(mut self, used: impl Fn(Kind) -> u64) {
        settle(self.set_aside.take(), self.above.as_ref(), used);
    }

    pub(super) fn context(&self) -> RemoteContext {
        let mut context = self.from.clone().unwrap_or_else(RemoteContext::none);
        let outer = context.delegated.take();
        let path = outer.as_ref().map(|outer| format!("{}/0", outer.step_path));
        context.delegated = Some(Delegated {
            target: self.target.clone(),
            mode: self.mode,
            step_path: path.unwrap_or_else(|| "0".to_owned()),
            depth: outer.as_ref().map_or(0, |it| it.depth).saturating_add(1),
            chain: outer.map_or_else(Vec::new, |it| it.chain),
            grant: self.grant.any().then_some(self.grant),
        });
        context.attempt = 1;
        context.account = Arc::default();
        context
    }

    pub(super) fn is_link(&self) -> bool {
        self.mode == Mode::Link
    }

    /// What was set aside.
    pub(super) fn set_aside_of(&self, kind: Kind) -> u64 {
        let amounts = self.set_aside.as_ref().map(|it| it.amounts);
        amounts.and_then(|it| it[kind as usize]).unwrap_or(0)
    }
}

/// Charges those above with what was used elsewhere.
pub(super) fn settle(
    set_aside: Option<SetAside>,
    above: Option<&Arc<Ledger>>,
    used: impl Fn(Kind) -> u64,
) -> Vec<crate::ledger::News> {
    let Some(above) = above else {
        return Vec::new();
    };
    let kinds = set_aside.as_ref().map_or([false; 4], SetAside::kinds);
    let mut news = set_aside.map_or_else(Vec::new, |it| it.settle(&used));
    for kind in [Kind::Tokens, Kind::Cost, Kind::Iterations] {
        if !kinds[kind as usize] {
            above.charge_for_others(kind, used(kind), &mut news);
        }
    }
    news
}
