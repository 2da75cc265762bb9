//! Sessions: one user interaction or job, opened explicitly.

pub(crate) mod id;
pub(crate) mod identity;
#[cfg(feature = "tower")]
pub(crate) mod incoming;
pub(crate) mod open_spans;
pub(crate) mod own_session;
pub(crate) mod session_state;
pub(crate) mod totals;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use opentelemetry::StringValue;
use pin_project_lite::pin_project;

use crate::frame::Frame;
use crate::leaving::Leaving;
use crate::limits::Limits;
use crate::metered;
use crate::option::{FloatOption, IntOption, TextOption, TimeOption};
use crate::outcome::Verdict;
use crate::privacy::text;
use crate::propagation::RemoteContext;
use crate::running::{self, Open, Running, State};
use crate::session::identity::Stated;
use crate::session::own_session::Described;

/// One user interaction or job: a chat turn, a request, a batch item.
///
/// Without one the first agent opens a session by itself and ends it. Open one explicitly to give
/// it an id, a user, a task or a tenant, or to hold several agents together.
/// Its span shows, as far as their classes allow, what the first of its agents was called with and
/// what the latest has returned.
#[derive(Debug)]
#[non_exhaustive]
pub struct Session;

impl Session {
    /// Starts to describe a session.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::Session;
    ///
    /// # async fn handle(question: &str) {}
    /// # async fn run() {
    /// Session::builder()
    ///     .name("support")
    ///     .id("conversation-7")
    ///     .user("alice@example.com")
    ///     .run(handle("Where is my order?"))
    ///     .await;
    /// # }
    /// ```
    pub fn builder() -> SessionBuilder {
        SessionBuilder {
            name: "session".into(),
            id: None,
            identity: Stated::default(),
            limits: Limits::default(),
        }
    }

    /// Says whether the running session did what it was for; wins over the runtime's own rules.
    ///
    /// `source` names who says so, for example `"user"` or `"unit_tests"`. Does nothing outside a
    /// session.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::{Session, Verdict};
    ///
    /// let recorded = agentscope::testing::record(|| {
    ///     Session::builder().run_sync(|| Session::verdict(Verdict::Success, "user"));
    /// });
    /// recorded.assert_verdict(Verdict::Success);
    /// assert_eq!(recorded.spans()[0].verdict_source.as_deref(), Some("user"));
    /// ```
    pub fn verdict(verdict: Verdict, source: &'static str) {
        if let Some(frame) = Frame::of_current_context() {
            frame.session.say(verdict, source);
        }
    }
}

/// Describes a session that is about to run.
#[derive(Clone)]
#[must_use = "a session is opened by `run` or `run_sync`"]
pub struct SessionBuilder {
    pub(crate) name: StringValue,
    pub(crate) id: Option<StringValue>,
    pub(crate) identity: Stated,
    pub(crate) limits: Limits,
}

/// Whose session it is may be what nobody should read in a log: what telemetry shows of it depends
/// on keys.
impl fmt::Debug for SessionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBuilder")
            .field("name", &text::label(self.name.clone()))
            .finish_non_exhaustive()
    }
}

impl SessionBuilder {
    /// Names the workflow; low cardinality, default `session`.
    pub fn name(mut self, name: impl TextOption) -> Self {
        if let Some(name) = name.text_option() {
            self.name = name;
        }
        self
    }

    /// The id of the conversation or job. Several runs may share it, such as the turns of a chat: each
    /// has a span, steps, a budget and a verdict of its own. Without it the id is random; but a process
    /// that forks once it has made ids shares those to come with its child.
    pub fn id(mut self, id: impl TextOption) -> Self {
        self.id = id.text_option();
        self.identity.conversation = self.id.clone();
        self
    }

    /// The user; only a keyed hash of it is recorded.
    pub fn user(mut self, user: impl TextOption) -> Self {
        self.identity.user = user.text_option().map(|user| text::pii(user.as_str()));
        self
    }

    /// The application's task. Recorded as it is: no personal data.
    pub fn task(mut self, task: impl TextOption) -> Self {
        self.identity.task = task.text_option();
        self
    }

    /// The application's tenant. Recorded as it is: no personal data.
    pub fn tenant(mut self, tenant: impl TextOption) -> Self {
        self.identity.tenant = tenant.text_option();
        self
    }

    /// The tokens that its agents may use together, prompts and completions; see [`budget`].
    ///
    /// [`budget`]: crate::budget
    pub fn token_budget(mut self, tokens: impl IntOption) -> Self {
        self.limits.tokens(tokens);
        self
    }

    /// The US dollars that its model calls may cost, as far as the prices of the models are
    /// [known](crate::model::cost).
    pub fn cost_budget(mut self, usd: impl FloatOption) -> Self {
        self.limits.cost(usd);
        self
    }

    /// The reasoning loops that its agents may take together: each model call counts as one.
    pub fn iteration_limit(mut self, iterations: impl IntOption) -> Self {
        self.limits.iterations(iterations);
        self
    }

    /// How long it may take, by the clock on the wall.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// use agentscope::{Session, budget};
    /// use std::time::Duration;
    ///
    /// let session = Session::builder().time_budget(Duration::from_secs(90)).cost_budget(0.25);
    /// let remaining = session.run_sync(budget::remaining);
    /// assert!(remaining.time.is_some_and(|left| left > Duration::from_secs(60)));
    /// ```
    pub fn time_budget(mut self, time: impl TimeOption) -> Self {
        self.limits.time(time);
        self
    }

    /// Runs a future in the session; the session opens at its first poll and ends with it.
    pub fn run<F: Future>(self, future: F) -> SessionFuture<F> {
        SessionFuture::of(Pending::Described(self), future)
    }

    /// Runs a closure in the session.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// let answer = agentscope::Session::builder().task("T-1").run_sync(|| 42);
    /// assert_eq!(answer, 42);
    /// ```
    pub fn run_sync<R>(self, run: impl FnOnce() -> R) -> R {
        running::run_sync(self, run)
    }
}

impl Open for SessionBuilder {
    fn open(self) -> Option<Running> {
        let (name, limits) = (text::label(self.name), self.limits);
        let recorded = own_session::open_session(Described {
            name: name.clone(),
            id: self.id,
            identity: self.identity,
            limits,
        });
        match recorded {
            Some(session) => Some(Running::Session(session)),
            None => metered::open_session(name, limits).map(Running::Metered),
        }
    }
}

/// A session that begins here, or that came with a task.
pub(crate) enum Pending {
    Described(SessionBuilder),
    Remote(RemoteContext),
}

impl Open for Pending {
    fn open(self) -> Option<Running> {
        match self {
            Self::Described(session) => session.open(),
            Self::Remote(remote) => remote.open(),
        }
    }
}

pin_project! {
    /// A future in its session; made by [`SessionBuilder::run`] and by
    /// [`RemoteContext::run`](crate::propagation::RemoteContext::run).
    #[must_use = "futures do nothing unless awaited"]
    pub struct SessionFuture<F> {
        #[pin]
        inner: F,
        leaving: Leaving,
        state: State<Pending>,
    }

    impl<F> PinnedDrop for SessionFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.state.drop_inside(this.leaving);
        }
    }
}

impl<F: Future> SessionFuture<F> {
    pub(crate) fn of(pending: Pending, inner: F) -> Self {
        let state = State::of(pending);
        Self {
            inner,
            leaving: Leaving::default(),
            state,
        }
    }
}

impl<F: Future> Future for SessionFuture<F> {
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
