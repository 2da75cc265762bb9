//! Ask what the running agent may still use, and stop where that is nothing.
//!
//! An agent gets a budget from its attribute, `#[agent(token_budget = .., cost_budget = ..,
//! iteration_limit = .., time_budget = ..)]`, a session from the methods of the same names on
//! [`Session::builder()`](crate::Session::builder). What a model call uses is charged to the agent
//! that makes it, to the agents above that one, and to the session. Reasoning loops alone are an
//! agent's own; a session counts those of all its agents.
//!
//! Nothing is stopped by itself. Either ask, with [`check`] or [`remaining`]; or write
//! `enforce_budget = true` at an [`inference`](macro@crate::inference), and it is not called any more
//! where a budget is used up: it returns the error that it makes `From` a [`BudgetExhausted`]. Calls
//! that run side by side are let through as long as there is something left, and may together use
//! more than that.
//!
//! Budgets hold with telemetry off, too.
//!
//! ```
//! # extern crate agentscope_runtime as agentscope;
//! use agentscope::budget::{self, BudgetExhausted};
//! use agentscope::{Usage, agent, inference};
//!
//! #[derive(Debug)]
//! enum Error {
//!     Budget(BudgetExhausted),
//! }
//!
//! impl From<BudgetExhausted> for Error {
//!     fn from(exhausted: BudgetExhausted) -> Self {
//!         Self::Budget(exhausted)
//!     }
//! }
//!
//! #[inference(provider = "openai", usage = |_| Usage { input_tokens: 60, ..Usage::default() })]
//! fn think() {}
//!
//! #[agent(token_budget = 100, default = secret)]
//! fn never_done() -> Result<(), Error> {
//!     loop {
//!         budget::check()?;
//!         think();
//!     }
//! }
//!
//! let Err(Error::Budget(exhausted)) = never_done() else { unreachable!() };
//! assert_eq!(
//!     exhausted.to_string(),
//!     "the token budget of the agent `never_done` is used up: 120 of 100"
//! );
//! ```

use std::fmt;
use std::time::Duration;

use crate::agent;
use crate::frame::Frame;
use crate::metered;
use crate::model::MicroDollars;
use crate::privacy::class::{Class, Sensitivity};
use crate::privacy::classify::Classify;
use crate::privacy::redact::Redactor;
use crate::privacy::redacted::Redacted;
use crate::site::Layer;

/// Whether the running agent may make a further model call.
///
/// Asked before a call that would be the first beyond the iteration limit it says no.
///
/// # Errors
///
/// A budget of the agent, of one above it or of the session is used up. Where several are, the
/// nearest says so. If nobody has reported that yet, this does: with an ERROR snapshot, and the
/// session's verdict is `failure`.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Session, budget};
///
/// assert!(budget::check().is_ok(), "nothing is limited here");
/// let refused = Session::builder().iteration_limit(0).run_sync(budget::check);
/// assert!(refused.is_err());
/// ```
pub fn check() -> Result<(), BudgetExhausted> {
    let Some(ledger) = metered::nearest() else {
        return Ok(());
    };
    ledger.check().map_err(|refusal| {
        if let (Some(news), Some(frame)) = (refusal.news, Frame::of_current_context()) {
            agent::here(&frame, |moment| moment.budget(&[news]));
        }
        refusal.exhausted
    })
}

/// What the running agent may still use: of its own budget, of those above it and of the session's,
/// whichever has least left.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Session, budget};
///
/// assert_eq!(budget::remaining(), budget::Remaining::default(), "nothing is limited here");
/// let session = Session::builder().token_budget(1_000).cost_budget(0.5);
/// let remaining = session.run_sync(budget::remaining);
/// assert_eq!((remaining.tokens, remaining.cost), (Some(1_000), Some(0.5)));
/// ```
pub fn remaining() -> Remaining {
    metered::nearest().map_or(Remaining::default(), |ledger| ledger.remaining())
}

/// What may still be used; `None` where nothing limits it. Made by [`remaining`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Remaining {
    /// Tokens; negative when overspent.
    pub tokens: Option<i64>,
    /// US dollars, as far as the prices of the models are [known](crate::model::cost); negative when
    /// overspent.
    pub cost: Option<f64>,
    /// Reasoning loops; negative beyond the limit.
    pub iterations: Option<i64>,
    /// Time, by the clock on the wall; zero when it is over.
    pub time: Option<Duration>,
}

/// A budget is used up, and no further model call may be made.
///
/// An error type that is `From` it can be returned by a function with `budget::check()?` in it, and
/// by one that says `enforce_budget = true`.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::budget::{self, Amount};
/// use agentscope::{Layer, Session};
///
/// let session = Session::builder().name("support").iteration_limit(0);
/// let exhausted = session.run_sync(budget::check).expect_err("none is left");
/// assert_eq!(exhausted.amount, Amount::Iterations { limit: 0, spent: 0 });
/// assert_eq!((exhausted.layer, exhausted.owner.as_str()), (Layer::Session, "support"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BudgetExhausted {
    /// What is used up.
    pub amount: Amount,
    /// Whether the budget is an agent's or a session's.
    pub layer: Layer,
    /// Its name.
    pub owner: Redacted,
}

/// A limit, and how much was used when that was found to be too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Amount {
    /// Tokens of prompts and completions.
    Tokens {
        /// What may be used.
        limit: u64,
        /// What was.
        spent: u64,
    },
    /// Money, at list prices.
    Cost {
        /// What may be spent.
        limit: MicroDollars,
        /// What was.
        spent: MicroDollars,
    },
    /// Reasoning loops.
    Iterations {
        /// How many there may be.
        limit: u64,
        /// How many there were.
        spent: u64,
    },
    /// Time since the agent, or the session, began.
    Time {
        /// How long it may take.
        limit: Duration,
        /// How long it has taken.
        spent: Duration,
    },
}

impl fmt::Display for BudgetExhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (layer, owner) = (self.layer.as_str(), &self.owner);
        let mut of = |what| write!(f, "the {what} of the {layer} `{owner}` is used up: ");
        match self.amount {
            Amount::Tokens { limit, spent } => {
                of("token budget")?;
                write!(f, "{spent} of {limit}")
            }
            Amount::Cost { limit, spent } => {
                of("cost budget")?;
                write!(f, "{spent} of {limit}")
            }
            Amount::Iterations { limit, spent } => {
                of("iteration limit")?;
                write!(f, "{spent} of {limit}")
            }
            Amount::Time { limit, spent } => {
                of("time budget")?;
                write!(f, "{spent:.1?} of {limit:.1?}")
            }
        }
    }
}

impl std::error::Error for BudgetExhausted {}

/// What the application's own limits are is nobody's data: it is shown.
impl Classify for BudgetExhausted {
    const MAX: Class = Class::Internal;

    fn redact(&self, out: &mut Redactor<'_>) {
        out.value(&self.to_string(), &Sensitivity::of(Class::Internal));
    }
}

/// A function that can say that it was not run, for a budget is used up.
#[diagnostic::on_unimplemented(
    message = "`enforce_budget` needs a function that returns a `Result`",
    label = "returns `{Self}`, which cannot say that a budget is used up",
    note = "return `Result<.., E>`, where `E` implements `From<agentscope::budget::BudgetExhausted>`"
)]
#[doc(hidden)]
#[allow(missing_docs, reason = "called by expansions only")]
pub trait Refusable {
    fn refused(exhausted: BudgetExhausted) -> Self;
}

impl<T, E: From<BudgetExhausted>> Refusable for Result<T, E> {
    fn refused(exhausted: BudgetExhausted) -> Self {
        Err(E::from(exhausted))
    }
}

/// What a function returns instead of running.
#[doc(hidden)]
#[allow(missing_docs, reason = "called by expansions only")]
pub fn refuse<R: Refusable>(exhausted: BudgetExhausted) -> R {
    R::refused(exhausted)
}
