//! Which sessions are running, and when they end.
//!
//! OTLP brings spans when they have ended, so that what is still open shows only in the snapshots
//! before a call. A session has ended when a root span of it has come, no such call is open, and
//! nothing came for its idle time; without these it is given up after a longer time.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::limits::Limits;
use super::recent::Recent;
use crate::store::{SessionEnd, SessionId, Tenant};

type Key = (Tenant, SessionId);

/// Calls of a session that are known to be open; further ones are not waited for.
const MOST_OPEN: usize = 1_024;

/// What a record says about the life of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A span has ended; a root of what its process did for the session, or not.
    Ended {
        trace: u128,
        span: u64,
        is_root: bool,
    },
    /// A call was begun.
    Called { trace: u128, span: u64 },
    /// It has come to its end, though its span is not there.
    Returned { trace: u128, span: u64 },
    /// Nothing in particular.
    Other,
}

#[derive(Debug, Default)]
struct Running {
    /// When something came last.
    last: u64,
    has_root: bool,
    open: HashSet<(u128, u64)>,
    records: u64,
}

/// What is known of the sessions that have not ended; bounded.
#[derive(Debug)]
pub(super) struct Assembly {
    running: HashMap<Key, Running>,
    /// The same by when something came last: the front has been silent for longest.
    order: BTreeSet<(u64, Key)>,
    /// Sessions that have ended: what comes late is no new session.
    ended: Recent<Key, u64>,
    /// What was ended before its time, for the next [`Assembly::tick`].
    early: Vec<(Tenant, SessionEnd)>,
    pub(super) ended_early: u64,
}

impl Assembly {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            running: HashMap::new(),
            order: BTreeSet::new(),
            ended: Recent::new(limits.sessions),
            early: Vec::new(),
            ended_early: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.running.len()
    }

    /// Makes room for one record more of a session; false where it is full.
    pub(super) fn reserve(&mut self, key: &Key, now: u64, limits: &Limits) -> bool {
        let session = self.touch(key, now, limits);
        let has_room = session.records < limits.records_per_session;
        session.records += u64::from(has_room);
        has_room
    }

    /// So many did not come to be stored, or were there already.
    pub(super) fn release(&mut self, key: &Key, count: u64) {
        if let Some(session) = self.running.get_mut(key) {
            session.records = session.records.saturating_sub(count);
        }
    }

    /// A record was stored.
    pub(super) fn take(&mut self, key: &Key, sign: Sign, now: u64, limits: &Limits) {
        let session = self.touch(key, now, limits);
        match sign {
            Sign::Ended {
                trace,
                span,
                is_root,
            } => {
                session.has_root |= is_root;
                session.open.remove(&(trace, span));
            }
            Sign::Called { trace, span } if session.open.len() < MOST_OPEN => {
                session.open.insert((trace, span));
            }
            Sign::Returned { trace, span } => {
                session.open.remove(&(trace, span));
            }
            Sign::Called { .. } | Sign::Other => {}
        }
    }

    /// The records of a trace turn out to be another session's.
    pub(super) fn bind(
        &mut self,
        tenant: &Tenant,
        trace: u128,
        to: &SessionId,
        now: u64,
        limits: &Limits,
    ) {
        let from = (tenant.clone(), SessionId::of_trace(trace));
        let Some(was) = self.running.remove(&from) else {
            return;
        };
        self.order.remove(&(was.last, from));
        let session = self.touch(&(tenant.clone(), to.clone()), now, limits);
        session.has_root |= was.has_root;
        session.records += was.records;
        session.open.extend(was.open);
    }

    /// A session that was running when the process ended before, of which so many records are stored.
    pub(super) fn resume(
        &mut self,
        key: &Key,
        has_root: bool,
        records: u64,
        now: u64,
        limits: &Limits,
    ) {
        let session = self.touch(key, now, limits);
        session.has_root |= has_root;
        session.records += records;
    }

    fn touch(&mut self, key: &Key, now: u64, limits: &Limits) -> &mut Running {
        if !self.running.contains_key(key) {
            while self.running.len() >= limits.sessions.max(1) && self.end_oldest(now) {}
            let late = self.ended.remove(key);
            let session = Running {
                last: now,
                has_root: late.is_some(),
                records: late.unwrap_or(0),
                ..Running::default()
            };
            self.order.insert((now, key.clone()));
            self.running.insert(key.clone(), session);
        }
        // It was just put there; a default is never seen.
        let session = self
            .running
            .get_mut(key)
            .expect("the session that was just put there");
        if session.last != now {
            self.order.remove(&(session.last, key.clone()));
            // A clock that was set back does not make a session older than it is.
            session.last = session.last.max(now);
            self.order.insert((session.last, key.clone()));
        }
        session
    }

    fn end_oldest(&mut self, now: u64) -> bool {
        let Some((_, key)) = self.order.pop_first() else {
            return false;
        };
        let abandoned = self.running.get(&key).is_some_and(|it| !it.is_complete());
        self.ended_early += 1;
        let end = self.end(key, now, abandoned);
        self.early.push(end);
        true
    }

    /// It is out of the order already.
    fn end(&mut self, key: Key, now: u64, abandoned: bool) -> (Tenant, SessionEnd) {
        let session = self.running.remove(&key).unwrap_or_default();
        self.ended.insert(key.clone(), session.records);
        let end = SessionEnd {
            session: key.1,
            time: now,
            abandoned,
        };
        (key.0, end)
    }

    /// The sessions that have ended by a time, as of now.
    pub(super) fn tick(&mut self, now: u64, by: u64, limits: &Limits) -> Vec<(Tenant, SessionEnd)> {
        let mut ends = std::mem::take(&mut self.early);
        let (idle, abandoned) = (nanos(limits.idle), nanos(limits.abandoned));
        let silent = |last: u64, time: u64| by.saturating_sub(last) >= time;
        let mut over = Vec::new();
        for (last, key) in &self.order {
            if !silent(*last, idle.min(abandoned)) {
                break;
            }
            let is_complete = self.running.get(key).is_none_or(Running::is_complete);
            let time = if is_complete { idle } else { abandoned };
            if silent(*last, time) {
                over.push((*last, key.clone(), !is_complete));
            }
        }
        for (last, key, is_abandoned) in over {
            self.order.remove(&(last, key.clone()));
            ends.push(self.end(key, now, is_abandoned));
        }
        ends
    }

    /// Ends that could not be stored: the next tick says them again.
    pub(super) fn not_ended(&mut self, tenant: &Tenant, ends: Vec<SessionEnd>) {
        self.early
            .extend(ends.into_iter().map(|end| (tenant.clone(), end)));
    }
}

impl Running {
    fn is_complete(&self) -> bool {
        self.has_root && self.open.is_empty()
    }
}

fn nanos(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn key(session: &str) -> Key {
        (Tenant::default(), SessionId::named(session))
    }

    fn root(span: u64) -> Sign {
        Sign::Ended {
            trace: 1,
            span,
            is_root: true,
        }
    }

    fn names(ends: Vec<(Tenant, SessionEnd)>) -> Vec<(String, bool)> {
        let name = |(_, end): (_, SessionEnd)| (end.session.to_string(), end.abandoned);
        ends.into_iter().map(name).collect()
    }

    #[test]
    fn a_session_ends_a_minute_after_its_root_and_what_came_last() {
        let limits = Limits::default();
        let mut assembly = Assembly::new(&limits);
        assembly.take(&key("s"), root(1), 0, &limits);
        assembly.take(&key("s"), Sign::Other, 30 * SECOND, &limits);
        assert!(assembly.tick(89 * SECOND, 89 * SECOND, &limits).is_empty());
        assert_eq!(
            names(assembly.tick(90 * SECOND, 90 * SECOND, &limits)),
            [("s".into(), false)]
        );
        assert_eq!(assembly.len(), 0);
        assembly.take(&key("s"), Sign::Other, 100 * SECOND, &limits);
        let ends = names(assembly.tick(160 * SECOND, 160 * SECOND, &limits));
        assert_eq!(
            ends,
            [("s".into(), false)],
            "late records need no second root"
        );
    }

    #[test]
    fn an_open_call_keeps_a_session_until_it_counts_as_abandoned() {
        let limits = Limits::default();
        let mut assembly = Assembly::new(&limits);
        assembly.take(&key("s"), Sign::Called { trace: 1, span: 2 }, 0, &limits);
        assembly.take(&key("s"), root(1), 0, &limits);
        assembly.take(&key("rootless"), Sign::Other, 0, &limits);
        assembly.take(&key("back"), Sign::Called { trace: 2, span: 2 }, 0, &limits);
        assembly.take(&key("back"), root(1), 0, &limits);
        assembly.take(
            &key("back"),
            Sign::Returned { trace: 2, span: 2 },
            0,
            &limits,
        );
        assert_eq!(
            names(assembly.tick(1_799 * SECOND, 1_799 * SECOND, &limits)),
            [("back".into(), false)]
        );
        let mut ends = names(assembly.tick(1_800 * SECOND, 1_800 * SECOND, &limits));
        ends.sort();
        assert_eq!(ends, [("rootless".into(), true), ("s".into(), true)]);
    }

    #[test]
    fn beyond_the_limit_the_most_silent_session_is_ended_and_counted() {
        let limits = Limits {
            sessions: 2,
            ..Limits::default()
        };
        let mut assembly = Assembly::new(&limits);
        for (time, session) in ["a", "b", "a", "c"].into_iter().enumerate() {
            assembly.take(&key(session), Sign::Other, time as u64, &limits);
        }
        assert_eq!(assembly.ended_early, 1);
        assert_eq!(names(assembly.tick(4, 4, &limits)), [("b".into(), true)]);
    }

    #[test]
    fn a_full_session_stays_full_when_it_has_ended() {
        let limits = Limits {
            records_per_session: 2,
            idle: Duration::ZERO,
            ..Limits::default()
        };
        let mut assembly = Assembly::new(&limits);
        let reserve = |assembly: &mut Assembly| assembly.reserve(&key("s"), 1, &limits);
        assert!(reserve(&mut assembly) && reserve(&mut assembly) && !reserve(&mut assembly));
        assembly.release(&key("s"), 1);
        assert!(reserve(&mut assembly));
        assembly.take(&key("s"), root(1), 1, &limits);
        assert_eq!(assembly.tick(2, 2, &limits).len(), 1);
        assert!(!reserve(&mut assembly));
    }

    #[test]
    fn what_is_known_of_a_trace_goes_to_its_session() {
        let limits = Limits::default();
        let mut assembly = Assembly::new(&limits);
        let provisional = (Tenant::default(), SessionId::of_trace(1));
        assembly.take(&provisional, root(1), 0, &limits);
        assembly.bind(&Tenant::default(), 1, &SessionId::named("s"), 0, &limits);
        assert_eq!(
            names(assembly.tick(60 * SECOND, 60 * SECOND, &limits)),
            [("s".into(), false)]
        );
    }
}
