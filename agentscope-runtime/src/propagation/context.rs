//! Where a task came from, as the code that works on it says.

use super::RemoteContext;
use super::continued::{self, Found};
use crate::metered::Scope;
use crate::privacy::class::{Class, Sensitivity};
use crate::privacy::classify::Classify;
use crate::privacy::redact::Redactor;
use crate::privacy::redacted::Redacted;
use crate::privacy::text;
use crate::running::{self, Running};
use crate::session::{Pending, SessionFuture};
use crate::switch::{self, Need};

/// Where a task came from, for `context` at an [`agent`](macro@crate::agent): a [`RemoteContext`], a
/// reference to one, or an `Option` of either.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::agent;
/// use agentscope::propagation::RemoteContext;
///
/// #[agent(context = context, default = internal)]
/// fn answer(#[sensitivity(secret)] context: Option<&RemoteContext>) {}
/// # answer(None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say where a task came from",
    label = "expected a `RemoteContext`, a reference to one, or an `Option` of either",
    note = "write, for example, `context = envelope.context()`, or \
            `context = agentscope::propagation::extract(&Headers(&headers))`"
)]
pub trait ContextOption {
    /// Where it came from; `None` says nothing.
    fn context_option(self) -> Option<RemoteContext>;
}

impl ContextOption for RemoteContext {
    fn context_option(self) -> Option<RemoteContext> {
        Some(self)
    }
}

impl ContextOption for &RemoteContext {
    fn context_option(self) -> Option<RemoteContext> {
        Some(self.clone())
    }
}

impl<C: ContextOption> ContextOption for Option<C> {
    fn context_option(self) -> Option<RemoteContext> {
        self.and_then(C::context_option)
    }
}

impl<'a, C> ContextOption for &'a Option<C>
where
    &'a C: ContextOption,
{
    fn context_option(self) -> Option<RemoteContext> {
        self.as_ref().and_then(ContextOption::context_option)
    }
}

impl RemoteContext {
    /// Runs a future where the task came from: in its session, below the span of whoever sent it.
    ///
    /// For code that is no agent. An agent says `context = ..` at its attribute instead; one that runs
    /// in here belongs to the task anyway.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// # use agentscope::propagation::RemoteContext;
    /// # async fn look_up(order: u32) {}
    /// # async fn work(context: &RemoteContext) {
    /// context.run(look_up(7)).await;
    /// # }
    /// ```
    pub fn run<F: Future>(&self, future: F) -> SessionFuture<F> {
        SessionFuture::of(Pending::Remote(self.clone()), future)
    }

    /// The same of a closure.
    pub fn run_sync<R>(&self, run: impl FnOnce() -> R) -> R {
        running::run_sync(Pending::Remote(self.clone()), run)
    }

    pub(crate) fn open(&self) -> Option<Running> {
        let name = match &self.delegated {
            Some(delegated) => text::label(delegated.target.clone().into()),
            None => Redacted::of_code("session"),
        };
        self.open_as(name)
    }

    /// The same, where a session that is opened is called so.
    pub(crate) fn open_as(&self, name: Redacted) -> Option<Running> {
        let found = match switch::need() {
            Need::Record => continued::find(self, name),
            Need::Charge | Need::Nothing => None,
        };
        Some(match found {
            Some(Found::Here(cx, frame)) => Running::Within(cx, frame),
            Some(Found::Opened(session)) => Running::Session(session.with_frame()),
            None => Running::Metered(Scope::of_remote(self)),
        })
    }
}

/// Whose a task is is for those who run the program, not for everybody who reads its telemetry.
impl Classify for RemoteContext {
    const MAX: Class = Class::Secret;

    fn redact(&self, out: &mut Redactor<'_>) {
        out.opaque(&Sensitivity::of(Class::Secret));
    }
}
