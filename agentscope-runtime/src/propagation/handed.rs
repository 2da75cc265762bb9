//! A delegation that waits for its answer.

use std::any::type_name;
use std::fmt;

use super::open::Answer;
use super::{Envelope, OpenDelegation, RemoteContext, Reply, SetAsideScope};
use crate::frame;
use crate::limits::Kind;
use crate::outcome::{Ending, Outcome};
use crate::privacy::redacted::Redacted;

/// A delegation whose task was handed over, by [`Delegation::send`](super::Delegation::send): it waits
/// for the answer.
///
/// Dropped without one it ends `cancelled`, and what was granted is there again. One in mode
/// [link](super::Delegation::link) waits for nothing: dropped it ends `ok`.
#[must_use = "dropped, a delegation is cancelled: keep it until the reply has come"]
pub struct Handed(Option<Inner>);

enum Inner {
    Recorded(Box<OpenDelegation>),
    Unrecorded(Box<SetAsideScope>),
}

impl fmt::Debug for Handed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handed").finish_non_exhaustive()
    }
}

impl Handed {
    pub(super) fn recorded(open: OpenDelegation) -> Self {
        Self(Some(Inner::Recorded(Box::new(open))))
    }

    pub(super) fn unrecorded(scope: SetAsideScope) -> Self {
        Self(Some(Inner::Unrecorded(Box::new(scope))))
    }

    /// Where the task comes from, for a sub-agent behind a channel of this process.
    ///
    /// Call it once and keep it, or clones of it: only the context that the agents ran in knows, for
    /// [`reply`](RemoteContext::reply), what they used.
    pub fn context(&self) -> RemoteContext {
        match &self.0 {
            Some(Inner::Recorded(open)) => open.context(),
            Some(Inner::Unrecorded(scope)) => scope.context(),
            None => RemoteContext::none(),
        }
    }

    /// Puts the task into an envelope, for whatever transport takes it to the sub-agent.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::propagation::{Envelope, Reply};
    /// use agentscope::{agent, delegate};
    ///
    /// // Here.
    /// let handed = delegate("billing").token_budget(5_000).send();
    /// let message = serde_json::to_string(&handed.envelope(7_u32))?;
    ///
    /// // There.
    /// #[agent(context = envelope.context(), default = internal)]
    /// fn billing(#[sensitivity(secret)] envelope: &Envelope<u32>) -> Option<u32> {
    ///     Some(envelope.task() + 1)
    /// }
    ///
    /// let envelope = serde_json::from_str(&message)?;
    /// let charged = billing(&envelope);
    /// let message = serde_json::to_string(&envelope.context().reply(charged))?;
    ///
    /// // Here again.
    /// let reply: Reply<u32> = serde_json::from_str(&message)?;
    /// assert_eq!(handed.answered(reply)?, 8);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn envelope<T>(&self, task: T) -> Envelope<T> {
        Envelope::delegated(task, self.context())
    }

    /// Ends the delegation with what the sub-agent replied, and gives its result. What it used is
    /// charged, as far as it was granted; the rest of the grant is there again.
    ///
    /// # Errors
    ///
    /// [`NotAnswered`] where the reply has no result.
    pub fn answered<R>(mut self, reply: Reply<R>) -> Result<R, NotAnswered> {
        let ending = reply.ending();
        match self.0.take() {
            Some(Inner::Recorded(open)) => {
                let (sums, is_more) = reply.totals.within(&open.grant);
                let (used, uses_more) = used(&reply, |kind| open.grant.get(kind));
                open.answered(Answer {
                    ending: ending.clone(),
                    sums,
                    used,
                    is_implausible: is_more || uses_more,
                    attempt: reply.attempt,
                    rule: reply.rule(),
                });
            }
            Some(Inner::Unrecorded(scope)) => {
                let (used, _) = used(&reply, |kind| scope.grant.get(kind));
                scope.answered(|kind| used[kind as usize]);
            }
            None => {}
        }
        reply.result.ok_or_else(|| NotAnswered {
            outcome: ending.outcome,
            error_type: Redacted::of_code(ending.error_type.unwrap_or_default()),
        })
    }

    /// Ends the delegation with an error of this side: the task could not be sent, no reply came in
    /// time, or what came is none. What was granted is there again.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// # use agentscope::{delegate, propagation::Reply};
    /// # let message = "not JSON";
    /// let handed = delegate("billing").send();
    /// match serde_json::from_str::<Reply<u32>>(message) {
    ///     Ok(reply) => drop(handed.answered(reply)),
    ///     Err(error) => handed.failed(&error),
    /// }
    /// ```
    pub fn failed<E>(mut self, error: &E) {
        let _ = error;
        self.end(&Ending {
            outcome: Outcome::Error,
            error_type: Some(type_name::<E>().into()),
        });
    }

    fn end(&mut self, ending: &Ending) {
        match self.0.take() {
            Some(Inner::Recorded(open)) => open.unanswered(ending),
            Some(Inner::Unrecorded(scope)) => {
                let is_given_away = scope.is_link() && ending.outcome == Outcome::Ok;
                let amounts = Kind::ALL.map(|kind| scope.set_aside_of(kind));
                scope.answered(|kind| {
                    if is_given_away {
                        amounts[kind as usize]
                    } else {
                        0
                    }
                });
            }
            None => {}
        }
    }
}

/// No more of each kind than was granted; and whether it was more.
fn used<R>(reply: &Reply<R>, grant: impl Fn(Kind) -> Option<u64>) -> ([u64; 4], bool) {
    let mut is_more = false;
    let used = Kind::ALL.map(|kind| {
        let told = reply.used.of(kind).unwrap_or(0);
        let most = grant(kind).unwrap_or(0);
        is_more |= told > most;
        told.min(most)
    });
    (used, is_more)
}

impl Drop for Handed {
    fn drop(&mut self) {
        let ending = match &self.0 {
            Some(Inner::Recorded(open)) if open.is_link() => Ending::OK,
            Some(Inner::Unrecorded(scope)) if scope.is_link() => Ending::OK,
            Some(_) => Ending::CANCELLED,
            None => return,
        };
        frame::on_living_thread(|| self.end(&ending));
    }
}

/// A sub-agent has replied that it has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotAnswered {
    /// How it has ended.
    pub outcome: Outcome,
    /// The type of its error; empty where it says none.
    pub error_type: Redacted,
}

impl fmt::Display for NotAnswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the sub-agent has no result: it ended `{}`",
            self.outcome.as_str()
        )?;
        match self.error_type.as_str() {
            "" => Ok(()),
            error => write!(f, " with `{error}`"),
        }
    }
}

impl std::error::Error for NotAnswered {}
