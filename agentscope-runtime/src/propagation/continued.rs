//! Goes on with the session that came with a task.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::SystemTime;

use opentelemetry::baggage::{BaggageExt as _, KeyValueMetadata};
use opentelemetry::trace::{SpanContext, TraceContextExt as _, TraceId};
use opentelemetry::{Context, StringValue};

use super::{DelegationState, Mode, RemoteContext};
use crate::frame::{self, Frame};
use crate::hash::keyring::Hasher;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::opening;
use crate::privacy::redacted::Redacted;
use crate::privacy::text;
use crate::session::id;
use crate::session::identity::Identity;
use crate::session::own_session::{self, OwnSession};
use crate::session::session_state::SessionState;
use crate::site::Layer;
use crate::switch;

impl RemoteContext {
    /// What may be used on behalf of it.
    pub(crate) fn ledger(&self) -> Arc<Ledger> {
        let open = || {
            let grant = self.delegated.as_ref().and_then(|it| it.grant);
            let limits = grant.map_or(Limits::default(), |grant| grant.limits());
            let (layer, owner) = match &self.delegated {
                Some(delegated) => (
                    Layer::Delegation,
                    text::label(delegated.target.clone().into()),
                ),
                None => (Layer::Session, Redacted::of_code("session")),
            };
            Ledger::new(layer, owner, limits, None)
        };
        self.account.ledger.get_or_init(open).clone()
    }

    /// What the receiver allows it, before any work on it begins.
    #[cfg(feature = "tower")]
    pub(crate) fn limit(&self, name: Redacted, limits: Limits) {
        let ledger = || Ledger::new(Layer::Session, name, limits, None);
        let _ = self.account.ledger.get_or_init(ledger);
    }

    pub(crate) fn hasher(&self) -> Hasher {
        match &self.tenant {
            Some(tenant) => Hasher::of_tenant(tenant.as_str()),
            None => Hasher::default(),
        }
    }

    fn delegation(&self) -> Option<Arc<DelegationState>> {
        let delegated = self.delegated.as_ref()?;
        let label = |name: &String| text::label(name.clone().into());
        let target = label(&delegated.target);
        let chain: Vec<_> = delegated.chain.iter().map(label).collect();
        Some(Arc::new(DelegationState {
            path: label(&delegated.step_path),
            depth: delegated.depth,
            is_cycle: chain.contains(&target),
            chain,
            target,
            attempt: self.attempt,
            here: None,
        }))
    }

    fn state(&self, span: SpanContext, tracer: opentelemetry::global::BoxedTracer) -> SessionState {
        let hasher = self.hasher();
        let known = |id: &Option<StringValue>| Some(carried(id.clone()?, &hasher));
        let session = known(&self.session).unwrap_or_else(id::random_id128);
        let identity = Identity {
            conversation: None,
            user_hash: known(&self.user_hash),
            task: known(&self.task),
            tenant: known(&self.tenant),
            hasher: hasher.clone(),
        };
        let mut state = SessionState::new(session, identity, span, tracer, self.ledger());
        state.delegation = self.delegation();
        state.tier = self.tier.clone().map(text::label);
        // Whatever was done on behalf of it before goes before what is done now.
        state.go_on_after(self.account.outcomes().steps);
        state.account = Arc::downgrade(&self.account);
        state
    }
}

/// An identifier that another process has shown, which must stay what it is: its own random ids and
/// keyed hashes may look like somebody's number.
fn carried(id: StringValue, hasher: &Hasher) -> Redacted {
    let hex =
        |text: &str, count| text.len() == count && text.bytes().all(|it| it.is_ascii_hexdigit());
    let text = id.as_str();
    let keyed = text.strip_prefix('h').and_then(|rest| rest.split_once(':'));
    let is_hash = keyed.is_some_and(|(key, hash)| hex(key, 8) && hex(hash, 32));
    match is_hash || hex(text, 32) {
        true => Redacted::shown(id),
        false => text::identifier(id, hasher),
    }
}

/// Where the work on a task goes on.
pub(crate) enum Found {
    /// In a session that was opened for it before, and runs.
    Here(Context, Frame),
    Opened(OwnSession),
}

/// `None` where nothing is recorded.
pub(crate) fn find(remote: &RemoteContext, name: Redacted) -> Option<Found> {
    let cx = opening::recording_context()?;
    let running = Frame::of_current_context();
    if let Some(frame) = running
        .as_ref()
        .filter(|it| remote.account.has(&it.session))
    {
        return Some(Found::Here(cx, frame.clone()));
    }
    let mode = remote.delegated.as_ref().map(|delegated| delegated.mode);
    let parent = match () {
        () if !remote.parent.is_valid() || mode == Some(Mode::Link) => root(&cx),
        // Whoever took the request has opened a span of its own for it.
        () if running.is_none() && trace(&cx) == remote.parent.trace_id() => cx.clone(),
        () => cx.with_remote_span_context(remote.parent.clone()),
    };
    let goes_on = parent.has_active_span() && remote.session.is_some();
    let own = match goes_on {
        true => below(remote, &parent, name)?,
        false => {
            let from = Some(remote.parent.clone());
            let from = from.filter(|from| from.is_valid() && !parent.has_active_span());
            let links = from.into_iter().collect();
            let (tracer, cx) = own_session::open_session_span(&parent, name.clone(), links)?;
            seen();
            let state = remote.state(cx.span().span_context().clone(), tracer);
            own_session::own_session(state, cx, name)
        }
    };
    remote.account.opened(own.state.clone());
    Some(Found::Opened(own))
}

fn trace(cx: &Context) -> TraceId {
    cx.span().span_context().trace_id()
}

/// The session has its span elsewhere; what is done here is below that of whoever sent the task.
fn below(remote: &RemoteContext, parent: &Context, name: Redacted) -> Option<OwnSession> {
    if !provider_is_there() {
        return None;
    }
    let span = parent.span().span_context().clone();
    let mut state = remote.state(span, own_session::tracer());
    state.is_continued = true;
    let state = Arc::new(state);
    frame::track(&state);
    Some(OwnSession {
        cx: parent.clone(),
        state,
        key: None,
        name,
        started: SystemTime::now(),
    })
}

/// A context without a span and without our frame.
fn root(cx: &Context) -> Context {
    let others = cx.baggage().iter().map(|(key, (value, metadata))| {
        KeyValueMetadata::new(key.clone(), value.clone(), metadata.clone())
    });
    let root = Context::new().with_baggage(others);
    #[cfg(feature = "testing")]
    let root = crate::testing::carry(cx, root);
    root
}

static PROVIDER_SEEN: AtomicBool = AtomicBool::new(false);

fn seen() {
    PROVIDER_SEEN.store(true, Relaxed);
}

/// A session without a span of its own shows nothing of whether there is a provider: asked once, with
/// a span of a trace that nobody samples.
fn provider_is_there() -> bool {
    if PROVIDER_SEEN.load(Relaxed) {
        return true;
    }
    let is_there = own_session::probe(&Context::new()).is_some_and(|span| span.is_valid());
    if is_there {
        seen();
        switch::provider_seen();
    }
    is_there
}
