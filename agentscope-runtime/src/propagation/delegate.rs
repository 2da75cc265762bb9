//! Hands a task over to another agent.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::handed::Handed;
use super::{Mode, OpenDelegation, SetAsideScope};
use crate::leaving::Leaving;
use crate::limits::Limits;
use crate::option::{FloatOption, IntOption, TextOption, TimeOption};
use crate::privacy::redacted::Redacted;
use crate::privacy::text::{self, IntoText, Text};
use crate::running::{self, Open, Running, State};
use crate::switch::{self, Need};

/// Hands a task over to another agent: a span `invoke_agent {target}` of the layer delegation, and a
/// step of the session.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{agent, delegate};
///
/// #[agent(default = internal)]
/// async fn billing(order: u32) -> u32 {
///     1250
/// }
///
/// #[agent(default = internal, token_budget = 20_000)]
/// async fn support(order: u32) -> u32 {
///     delegate("billing")
///         .reason("only billing may see invoices")
///         .instructions("find what was charged")
///         .token_budget(5_000)
///         .run(billing(order))
///         .await
/// }
/// ```
///
/// [`run`](Delegation::run) is for a sub-agent of this process. For one of another process there is
/// [`send`](Delegation::send).
pub fn delegate(target: impl TextOption) -> Delegation {
    let target = target.text_option().map(text::label);
    Delegation {
        target: target.unwrap_or_else(|| Redacted::of_code("agent")),
        reason: None,
        instructions: None,
        limits: Limits::default(),
        mode: Mode::Child,
    }
}

/// A delegation that is about to be made, by [`delegate`].
#[must_use = "a delegation is made by `run`, `run_sync` or `send`"]
pub struct Delegation {
    pub(super) target: Redacted,
    pub(super) reason: Option<Text>,
    pub(super) instructions: Option<Text>,
    pub(super) limits: Limits,
    pub(super) mode: Mode,
}

/// What its texts say only telemetry may show, by class.
impl fmt::Debug for Delegation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delegation")
            .field("target", &self.target)
            .field("reason", &self.reason)
            .field("instructions", &self.instructions)
            .finish_non_exhaustive()
    }
}

impl Delegation {
    /// Why the task is handed over; at most 1,024 bytes of it are recorded, by class. Without it the
    /// reason of the [`because`](trait@crate::because) around it holds.
    pub fn reason(mut self, reason: impl IntoText) -> Self {
        self.reason = Some(reason.into_text());
        self
    }

    /// What the other agent is told to do; likewise. It is recorded and not sent: the task says it.
    pub fn instructions(mut self, instructions: impl IntoText) -> Self {
        self.instructions = Some(instructions.into_text());
        self
    }

    /// The tokens that the other agent may use, and all below it. They are set aside from what this
    /// agent may use until it has answered; it never gets more than there is left.
    pub fn token_budget(mut self, tokens: impl IntOption) -> Self {
        self.limits.tokens(tokens);
        self
    }

    /// The US dollars that its model calls may cost; likewise.
    pub fn cost_budget(mut self, usd: impl FloatOption) -> Self {
        self.limits.cost(usd);
        self
    }

    /// The reasoning loops that it and all below it may take together, of those that the session may.
    pub fn iteration_limit(mut self, iterations: impl IntOption) -> Self {
        self.limits.iterations(iterations);
        self
    }

    /// How long it may take, by the clock on the wall. Nothing is set aside: time passes for both.
    pub fn time_budget(mut self, time: impl TimeOption) -> Self {
        self.limits.time(time);
        self
    }

    /// The other agent works in a trace of its own, of the same session, with a link back: for what
    /// may outlive this agent. The delegation ends when the task has been handed over; what was
    /// granted counts as used.
    pub fn link(mut self) -> Self {
        self.mode = Mode::Link;
        self
    }

    /// Runs the other agent here. The delegation opens at the first poll and ends with the future, as
    /// the latest agent that ran directly below it has ended.
    pub fn run<F: Future>(self, agent: F) -> DelegationFuture<F> {
        DelegationFuture {
            inner: agent,
            leaving: Leaving::default(),
            state: State::of(self),
        }
    }

    /// The same of a closure.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::{agent, delegate};
    ///
    /// #[agent(default = internal)]
    /// fn billing(order: u32) -> u32 {
    ///     1250
    /// }
    ///
    /// let charged = delegate("billing").run_sync(|| billing(7));
    /// assert_eq!(charged, 1250);
    /// ```
    pub fn run_sync<R>(self, agent: impl FnOnce() -> R) -> R {
        running::run_sync(self, agent)
    }

    /// Opens the delegation for a task that goes to another process, or through a channel of this one.
    ///
    /// It stays open until it is [answered](Handed::answered), or dropped.
    pub fn send(self) -> Handed {
        if let Need::Record = switch::need() {
            match OpenDelegation::open(self) {
                Ok(open) => return Handed::recorded(open),
                Err(delegation) => return Handed::unrecorded(SetAsideScope::open(&delegation)),
            }
        }
        Handed::unrecorded(SetAsideScope::open(&self))
    }
}

impl Open for Delegation {
    fn open(self) -> Option<Running> {
        if self.mode == Mode::Link {
            let handed = self.send();
            return handed.context().open();
        }
        let delegation = match switch::need() {
            Need::Record => match OpenDelegation::open(self) {
                Ok(open) => return Some(Running::Delegation(Box::new(open))),
                Err(delegation) => delegation,
            },
            Need::Charge | Need::Nothing => Box::new(self),
        };
        let scope = SetAsideScope::open(&delegation);
        Some(Running::MeteredDelegation(Box::new(scope)))
    }
}

pin_project! {
    /// A sub-agent in its delegation; made by [`Delegation::run`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct DelegationFuture<F> {
        #[pin]
        inner: F,
        leaving: Leaving,
        state: State<Delegation>,
    }

    impl<F> PinnedDrop for DelegationFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.state.drop_inside(this.leaving);
        }
    }
}

impl<F: Future> Future for DelegationFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let poll = this.state.poll(|| this.inner.poll(cx));
        if poll.is_ready() {
            this.state.done();
        }
        poll
    }
}
