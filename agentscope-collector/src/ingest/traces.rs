//! Which session a trace belongs to.

use std::collections::HashSet;

use super::recent::Recent;
use crate::store::{Binding, SessionId, Tenant};

type Key = (Tenant, u128);

#[derive(Debug, Default)]
struct Trace {
    session: Option<SessionId>,
    /// Records of it may be stored under the trace's own name.
    provisional: bool,
}

/// Remembers sessions of traces; bounded.
#[derive(Debug)]
pub(super) struct Traces {
    known: Recent<Key, Trace>,
    /// Whose binding must still be stored, without records that could take it along.
    unbound: HashSet<Key>,
    /// A trace was forgotten whose session was not known: from now on every session that comes to
    /// be known is told to the store.
    has_forgotten: bool,
}

impl Traces {
    pub(super) fn new(room: usize) -> Self {
        Self {
            known: Recent::new(room),
            unbound: HashSet::new(),
            has_forgotten: false,
        }
    }

    fn of(&mut self, key: &Key) -> &mut Trace {
        if self.known.get(key).is_none() {
            let trace = Trace {
                provisional: self.has_forgotten,
                ..Trace::default()
            };
            let forgotten = self.known.insert(key.clone(), trace);
            let mut forgotten = forgotten.iter().flat_map(|traces| traces.values());
            self.has_forgotten |=
                forgotten.any(|trace| trace.session.is_none() && trace.provisional);
        }
        // It was just put there; a default is never seen.
        self.known
            .get(key)
            .expect("the trace that was just remembered")
    }

    /// A record of the trace says which session it belongs to. The first word counts: a trace of
    /// several sessions has them on its records.
    pub(super) fn learn(&mut self, tenant: &Tenant, trace: u128, session: &SessionId) {
        let key = (tenant.clone(), trace);
        let known = self.of(&key);
        if known.session.is_none() {
            known.session = Some(session.clone());
            if known.provisional {
                self.unbound.insert(key);
            }
        }
    }

    /// The session of a record that names none.
    pub(super) fn session(&mut self, tenant: &Tenant, trace: u128) -> SessionId {
        let known = self.of(&(tenant.clone(), trace));
        match &known.session {
            Some(session) => session.clone(),
            None => {
                known.provisional = true;
                SessionId::of_trace(trace)
            }
        }
    }

    /// Records of a trace without a session are in the store, from now or from an earlier run: if
    /// its session has come to be known meanwhile, the store does not know it of these.
    pub(super) fn stored_provisionally(&mut self, tenant: &Tenant, trace: u128) {
        let key = (tenant.clone(), trace);
        let known = self.of(&key);
        known.provisional = true;
        if known.session.is_some() {
            self.unbound.insert(key);
        }
    }

    /// What is to be told to the store of a tenant; given back by [`Traces::not_told`] if that fails.
    pub(super) fn take_unbound(&mut self, tenant: &Tenant) -> Vec<Binding> {
        if self.unbound.is_empty() {
            return Vec::new();
        }
        let mine: Vec<Key> = self.unbound.extract_if(|key| key.0 == *tenant).collect();
        let mut bindings = Vec::with_capacity(mine.len());
        for key in mine {
            let session = self.known.get(&key).and_then(|trace| trace.session.clone());
            bindings.extend(session.map(|session| Binding {
                trace_id: key.1,
                session,
            }));
        }
        bindings
    }

    pub(super) fn not_told(&mut self, tenant: &Tenant, bindings: &[Binding]) {
        let keys = bindings.iter().map(|it| (tenant.clone(), it.trace_id));
        self.unbound.extend(keys);
    }

    pub(super) fn tenants_unbound(&self) -> HashSet<Tenant> {
        self.unbound.iter().map(|key| key.0.clone()).collect()
    }
}
