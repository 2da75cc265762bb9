//! Who runs, and what it knows.

use crate::privacy::redacted::Redacted;
use std::sync::Arc;

/// Who runs, and what it knows: what an agent's [`Snapshot`](crate::Snapshot)s have in common until
/// it says something new.
///
/// They share one allocation. A snapshot mostly goes to another thread, and a count of references
/// that two threads change is slow for both: so it is one for all of this, not one a text.
#[derive(Clone, Debug)]
#[repr(C)]
#[non_exhaustive]
pub struct Situation {
    pub(crate) apart: Apart,
    /// Session.
    pub session_id: Redacted,
    /// The run of the agent; `None` for a call outside any agent.
    pub agent_id: Option<Redacted>,
    /// Name of the agent; `None` for a call outside any agent.
    pub agent_name: Option<Redacted>,
    /// Working memory as the code has stated it; where it has not, the snapshot knows what the runtime has
    /// derived: [`Snapshot::memory`](crate::Snapshot::memory).
    pub memory: Option<Redacted>,
    /// `stated` by the code, or `derived` from the steps.
    pub memory_source: Option<&'static str>,
    /// Whether there was more memory than is shown.
    pub memory_truncated: bool,
    /// What of a stated memory is new (`+`) and gone (`-`) since the snapshot of the previous step.
    pub memory_change: Option<Redacted>,
    /// The agent's goal.
    pub goal: Option<Redacted>,
    /// What the agent is after on the way to its goal.
    pub sub_goal: Option<Redacted>,
    /// The agent's belief.
    pub belief: Option<Redacted>,
    /// How certain the agent says it is, from 0 to 1.
    pub confidence: Option<f64>,
    /// The application's task.
    pub task: Option<Redacted>,
    /// The application's tenant.
    pub tenant: Option<Redacted>,
}

/// The count of references stands before this, and the rest in another line of the processor's cache:
/// one thread reads that while another counts. To align it would take more of whoever allocates it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Apart {
    _room: [u64; 6],
}

impl Situation {
    /// Of a session, outside any agent.
    pub(crate) fn of_session(id: &Redacted) -> Self {
        Self {
            apart: Apart::default(),
            session_id: apart(id),
            agent_id: None,
            agent_name: None,
            memory: None,
            memory_source: None,
            memory_truncated: false,
            memory_change: None,
            goal: None,
            sub_goal: None,
            belief: None,
            confidence: None,
            task: None,
            tenant: None,
        }
    }

    /// The same, of an agent that has done nothing yet.
    pub(crate) fn of_agent(self, id: &Redacted, name: &Redacted) -> Self {
        Self {
            agent_id: Some(apart(id)),
            agent_name: Some(name.clone()),
            memory_source: Some("derived"),
            ..self
        }
    }
}

/// A copy of its own: the agent's threads put the original on every span.
fn apart(id: &Redacted) -> Redacted {
    Redacted::of_code(Arc::<str>::from(id.as_str()))
}
