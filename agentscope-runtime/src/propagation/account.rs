//! What has come of one delivery of a task, for the reply.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::ledger::Ledger;
use crate::limits::Kind;
use crate::outcome::Ending;
use crate::session::session_state::SessionState;
use crate::session::totals::Sums;

#[derive(Default)]
pub(crate) struct Account {
    /// One grant, however often the context is entered.
    pub(super) ledger: OnceLock<Arc<Ledger>>,
    sessions: Mutex<Sessions>,
}

/// The sessions that were opened for it.
#[derive(Default)]
struct Sessions {
    opened: u64,
    /// Those that something may still come of, by when they were opened.
    kept: Vec<(u64, Arc<SessionState>)>,
    /// What has come of the others: a context may be entered as long as the program runs.
    gone: Outcomes,
}

/// What sessions have come to together.
#[derive(Clone)]
pub(crate) struct Outcomes {
    pub(crate) sums: Sums,
    /// Each session goes on counting after the one before.
    pub(crate) steps: u32,
    /// As the latest has ended.
    pub(crate) ending: Ending,
    latest: u64,
    /// The rule by which the first has failed that did.
    failed_by: Option<(u64, &'static str)>,
}

impl Default for Outcomes {
    fn default() -> Self {
        Self {
            sums: Sums::default(),
            steps: 0,
            ending: Ending::OK,
            latest: 0,
            failed_by: None,
        }
    }
}

impl Outcomes {
    pub(crate) fn failed_by(&self) -> Option<&'static str> {
        self.failed_by.map(|(_, rule)| rule)
    }

    fn add(&mut self, opened: u64, session: &SessionState) {
        self.sums.add(&session.totals.sums());
        if opened >= self.latest {
            self.latest = opened;
            self.steps = session.steps();
            self.ending = session.ending(&Ending::OK);
        }
        let is_first = self.failed_by.is_none_or(|(first, _)| opened < first);
        if let (true, Some(rule)) = (is_first, session.failed_by()) {
            self.failed_by = Some((opened, rule));
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").finish_non_exhaustive()
    }
}

impl Account {
    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn opened(&self, session: Arc<SessionState>) {
        let Sessions { opened, kept, gone } = &mut *self.sessions();
        kept.retain(|(opened, session)| {
            // Nobody else has it any longer, so nothing more comes of it.
            let is_over = session.has_ended() && Arc::strong_count(session) == 1;
            if is_over {
                gone.add(*opened, session);
            }
            !is_over
        });
        *opened += 1;
        kept.push((*opened, session));
    }

    /// What has come of all of them by now.
    pub(crate) fn outcomes(&self) -> Outcomes {
        let sessions = self.sessions();
        let mut outcomes = sessions.gone.clone();
        for (opened, session) in &sessions.kept {
            outcomes.add(*opened, session);
        }
        outcomes
    }

    /// What was used of a kind that the grant limits.
    pub(crate) fn used(&self, kind: Kind) -> Option<u64> {
        self.ledger.get()?.used(kind)
    }

    /// Whether a session was opened for it.
    pub(super) fn has(self: &Arc<Self>, session: &SessionState) -> bool {
        std::ptr::eq(session.account.as_ptr(), Arc::as_ptr(self))
    }

    #[cfg(test)]
    fn kept(&self) -> usize {
        self.sessions().kept.len()
    }
}

#[cfg(test)]
mod tests {
    use agentscope_macros::tool;

    use crate as agentscope;
    use crate::propagation::Envelope;
    use crate::testing::record;

    #[tool(crate = agentscope)]
    fn step() {}

    // Every run left its session behind, and was looked for among all of them.
    #[test]
    fn a_context_that_is_entered_for_ever_keeps_the_sums_of_its_sessions_only() {
        let context = Envelope::new(()).context();
        let _ = record(|| {
            for _ in 0..9 {
                context.run_sync(step);
            }
        });
        assert!(context.account.kept() <= 1, "{}", context.account.kept());
        let reply = serde_json::to_value(context.reply(Some(()))).expect("JSON");
        assert_eq!(reply["totals"]["tool_calls"], 9);
        assert_eq!(reply["totals"]["steps"], 9);
    }
}
