//! A request that has come in: where from, and what its receiver says of it.

use opentelemetry::trace::TraceContextExt as _;

use crate::frame;
use crate::opening;
use crate::privacy::text;
use crate::propagation::RemoteContext;
use crate::running::{Open, Running};
use crate::session::SessionBuilder;

/// Goes on with the session that came with the request; where none came, a session of its own.
pub(crate) struct Incoming {
    remote: RemoteContext,
    /// Wins over what came, but for the session's id.
    session: SessionBuilder,
}

impl Incoming {
    /// Boxed, for a response is moved and stored in many places.
    pub(crate) fn of(remote: RemoteContext, session: SessionBuilder) -> Box<Self> {
        Box::new(Self { remote, session })
    }
}

impl Open for Box<Incoming> {
    fn open(self) -> Option<Running> {
        let Incoming { remote, session } = *self;
        match remote.session_id() {
            Some(_) => go_on(remote, session),
            None => begin(remote, session),
        }
    }
}

fn go_on(mut remote: RemoteContext, session: SessionBuilder) -> Option<Running> {
    let name = text::label(session.name);
    let said = session.identity;
    remote.tenant = said.tenant.or(remote.tenant);
    remote.task = said.task.or(remote.task);
    if let Some(user) = said.user {
        remote.user_hash = Some(user.hashed("user", &remote.hasher()).into());
    }
    if session.limits.any() {
        remote.limit(name.clone(), session.limits);
    }
    remote.open_as(name)
}

/// Below the span that the request was sent from, if one is known.
fn begin(remote: RemoteContext, mut session: SessionBuilder) -> Option<Running> {
    let task = &mut session.identity.task;
    *task = task.take().or(remote.task);
    if !remote.parent.is_valid() || !frame::thread_is_alive() {
        return session.open();
    }
    let cx = opening::recording_context();
    // Whoever took the request may have opened a span of its own for it.
    let elsewhere = cx.filter(|cx| cx.span().span_context().trace_id() != remote.parent.trace_id());
    let parent = elsewhere.map(|cx| cx.with_remote_span_context(remote.parent).attach());
    let running = session.open();
    drop(parent);
    running
}
