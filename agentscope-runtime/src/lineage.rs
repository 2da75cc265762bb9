//! The running agents that an agent works for.

use std::iter;
use std::sync::Arc;

use crate::agent::agent_state::AgentState;

/// Those above an agent that had not ended when it began, innermost first.
///
/// One that has ended counts nothing any longer, so it is left out: agents that hand over to one
/// another for as long as the program runs would make a chain of them all. What several agents have
/// in common they share.
#[derive(Clone, Default)]
pub(crate) struct Lineage(Option<Arc<Link>>);

struct Link {
    agent: Arc<AgentState>,
    above: Lineage,
}

impl Lineage {
    /// Of what begins in this agent, which has those above it.
    pub(crate) fn below(agent: Option<&Arc<AgentState>>, above: &Self) -> Self {
        let above = above.still_running();
        match agent.filter(|agent| !agent.has_ended()) {
            Some(agent) => above.with(agent.clone()),
            None => above,
        }
    }

    fn with(self, agent: Arc<AgentState>) -> Self {
        let above = self;
        Self(Some(Arc::new(Link { agent, above })))
    }

    pub(crate) fn agents(&self) -> impl Iterator<Item = &Arc<AgentState>> {
        let links = iter::successors(self.0.as_deref(), |link| link.above.0.as_deref());
        links.map(|link| &link.agent)
    }

    fn still_running(&self) -> Self {
        if !self.agents().any(|agent| agent.has_ended()) {
            return self.clone();
        }
        let running: Vec<_> = self.agents().filter(|agent| !agent.has_ended()).collect();
        let running = running.into_iter().rev();
        running.fold(Self::default(), |above, agent| above.with(agent.clone()))
    }
}

/// Dropped one by one: agents inside one another can make a long chain, and a recursion would
/// overflow the stack.
impl Drop for Lineage {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut link) = next.and_then(Arc::into_inner) {
            next = link.above.0.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use agentscope_macros::agent;

    use crate as agentscope;
    use crate::frame::Frame;
    use crate::in_agent::in_cx_fn;
    use crate::testing::record;

    struct Next(Box<dyn FnOnce() -> (usize, Next)>);

    /// Tells how many agents it runs under, and hands over to the next.
    #[agent(crate = agentscope, output = secret)]
    fn turn() -> (usize, Next) {
        let frame = Frame::of_current_context().expect("it is recorded");
        (frame.agents().count() - 1, Next(Box::new(in_cx_fn(turn))))
    }

    // Each was kept by all after it, and counted what these did.
    #[test]
    fn agents_that_hand_over_run_under_those_that_still_run() {
        #[agent(crate = agentscope)]
        fn outermost() {
            let (mut count, mut next) = turn();
            for _ in 0..9 {
                assert_eq!(count, 1);
                (count, next) = (next.0)();
            }
        }
        let _ = record(outermost);
    }
}
