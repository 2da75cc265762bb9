//! Who runs, and what it knows.

use std::sync::Arc;

use opentelemetry::StringValue;

/// Who runs, and what it knows: what an agent's [`Snapshot`](crate::Snapshot)s have in common until
/// it says something new.
///
/// They share one allocation. A snapshot mostly goes to another thread, and a count of references
/// that two threads change is slow for both: so it is one for all of this, not one a text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Situation {
    /// Session.
    pub session_id: StringValue,
    /// The run of the agent; `None` for a call outside any agent.
    pub agent_id: Option<StringValue>,
    /// Name of the agent; `None` for a call outside any agent.
    pub agent_name: Option<StringValue>,
    /// Working memory.
    pub memory: Option<StringValue>,
    /// `stated` by the code, or `derived` from the steps.
    pub memory_source: Option<&'static str>,
    /// The agent's goal.
    pub goal: Option<StringValue>,
    /// The agent's belief.
    pub belief: Option<StringValue>,
    /// The application's task.
    pub task: Option<StringValue>,
    /// The application's tenant.
    pub tenant: Option<StringValue>,
}

impl Situation {
    /// Of a session, outside any agent.
    pub(crate) fn of_session(id: &StringValue) -> Self {
        Self {
            session_id: apart(id),
            agent_id: None,
            agent_name: None,
            memory: None,
            memory_source: None,
            goal: None,
            belief: None,
            task: None,
            tenant: None,
        }
    }

    /// The same, of an agent that has done nothing yet.
    pub(crate) fn of_agent(self, id: &StringValue, name: &StringValue) -> Self {
        Self {
            agent_id: Some(apart(id)),
            agent_name: Some(name.clone()),
            memory: Some("no step yet".into()),
            memory_source: Some("derived"),
            ..self
        }
    }
}

/// A copy of its own: the agent's threads put the original on every span.
fn apart(id: &StringValue) -> StringValue {
    Arc::<str>::from(id.as_str()).into()
}
