//! Collects spans and snapshots until their session has ended, in bounded memory.

use std::collections::{HashMap, HashSet, VecDeque};

use agentscope_analysis::{LogRecord, Session, SpanRecord};
use agentscope_runtime::names;

/// Traces that may be open at once; beyond it the oldest is given up.
const MAX_TRACES: usize = 1_024;
/// Records that one session may have.
const MAX_SESSION: usize = 20_000;
/// Records that all open sessions may have together.
const MAX_RECORDS: usize = 200_000;
/// Printed sessions whose late spans are recognised.
const MAX_PRINTED: usize = 1_024;

/// A session is known by its trace too: a conversation of several turns has one trace a turn, and
/// each is shown when it ends.
type Key = (u128, String);

#[derive(Default)]
struct Open {
    spans: Vec<SpanRecord>,
    logs: Vec<LogRecord>,
}

impl Open {
    fn len(&self) -> usize {
        self.spans.len() + self.logs.len()
    }
}

#[derive(Default)]
struct Trace {
    sessions: HashMap<String, Open>,
    /// Spans that name no session: those of `tracing` and of other libraries.
    foreign: Vec<SpanRecord>,
}

#[derive(Default)]
pub(crate) struct Assembler {
    traces: HashMap<u128, Trace>,
    order: VecDeque<u128>,
    records: usize,
    dropped: u64,
    printed: VecDeque<Key>,
}

impl Assembler {
    /// Takes an ended span; gives the session that ended with it.
    pub(crate) fn span(&mut self, span: SpanRecord) -> Option<Session> {
        let trace_id = span.trace_id;
        let Some(session) = span.text(names::SESSION_ID).map(str::to_owned) else {
            self.foreign(span);
            return None;
        };
        // In a process that works for another one's session, the outermost span here ends it.
        let ends = span.text(names::LAYER) == Some("session") || span.parent_is_remote;
        let room = self.records < MAX_RECORDS;
        let open = self
            .trace(trace_id)
            .sessions
            .entry(session.clone())
            .or_default();
        // The span that ends the session is taken however full it is: else nothing would show.
        if ends || (room && open.len() < MAX_SESSION) {
            open.spans.push(span);
            self.records += 1;
        } else {
            self.dropped += 1;
        }
        ends.then(|| self.finish(trace_id, session)).flatten()
    }

    /// Takes a log record.
    pub(crate) fn log(&mut self, record: LogRecord) {
        let Some(session) = record.text(names::SESSION_ID).map(str::to_owned) else {
            self.dropped += 1;
            return;
        };
        let room = self.records < MAX_RECORDS;
        let open = self
            .trace(record.trace_id)
            .sessions
            .entry(session)
            .or_default();
        if room && open.len() < MAX_SESSION {
            open.logs.push(record);
            self.records += 1;
        } else {
            self.dropped += 1;
        }
    }

    /// Gives what has not ended, as far as it was not shown already.
    pub(crate) fn rest(&mut self) -> Vec<Session> {
        let mut sessions = Vec::new();
        while let Some(trace_id) = self.order.pop_front() {
            let Some(trace) = self.traces.remove(&trace_id) else {
                continue;
            };
            for (id, open) in trace.sessions {
                if self.printed.contains(&(trace_id, id.clone())) {
                    self.dropped += open.len() as u64;
                } else {
                    sessions.push(Session::new(id, open.spans, open.logs));
                }
            }
        }
        self.records = 0;
        sessions
    }

    /// How many records were given up since the last call.
    pub(crate) fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }

    fn trace(&mut self, trace_id: u128) -> &mut Trace {
        if !self.traces.contains_key(&trace_id) {
            while self.traces.len() >= MAX_TRACES {
                let Some(oldest) = self.order.pop_front() else {
                    break;
                };
                self.give_up(oldest);
            }
            self.order.push_back(trace_id);
        }
        self.traces.entry(trace_id).or_default()
    }

    fn give_up(&mut self, trace_id: u128) {
        if let Some(trace) = self.traces.remove(&trace_id) {
            let ours: usize = trace.sessions.values().map(Open::len).sum();
            // Foreign spans of a trace without a session are no loss: no tree would show them.
            self.dropped += ours as u64;
            self.records -= ours + trace.foreign.len();
        }
    }

    fn foreign(&mut self, span: SpanRecord) {
        let is_root = span.parent_span_id.is_none() || span.parent_is_remote;
        let trace_id = span.trace_id;
        if is_root
            && self
                .traces
                .get(&trace_id)
                .is_none_or(|trace| trace.sessions.is_empty())
        {
            // The trace is over in this process and holds no session.
            self.forget(trace_id);
        } else if self.records < MAX_RECORDS && self.trace(trace_id).foreign.len() < MAX_SESSION {
            self.trace(trace_id).foreign.push(span);
            self.records += 1;
        } else {
            self.dropped += 1;
        }
    }

    fn forget(&mut self, trace_id: u128) {
        if self.traces.contains_key(&trace_id) {
            self.give_up(trace_id);
            self.order.retain(|other| *other != trace_id);
        }
    }

    fn finish(&mut self, trace_id: u128, id: String) -> Option<Session> {
        let trace = self.traces.get_mut(&trace_id)?;
        let mut open = trace.sessions.remove(&id)?;
        let alone = trace.sessions.is_empty();
        let claimed = claim(&mut trace.foreign, &open.spans, alone);
        self.records -= open.len() + claimed.len();
        open.spans.extend(claimed);
        if alone
            && self
                .traces
                .get(&trace_id)
                .is_some_and(|trace| trace.foreign.is_empty())
        {
            self.forget(trace_id);
        }
        self.printed.push_back((trace_id, id.clone()));
        if self.printed.len() > MAX_PRINTED {
            self.printed.pop_front();
        }
        Some(Session::new(id, open.spans, open.logs))
    }
}

/// Takes out the foreign spans that belong to a session: those below its spans, and where it is
/// the only session of its trace, those too that began after it.
fn claim(foreign: &mut Vec<SpanRecord>, own: &[SpanRecord], alone: bool) -> Vec<SpanRecord> {
    let mut inside: HashSet<u64> = own.iter().map(|span| span.span_id).collect();
    let mut children: HashMap<u64, Vec<u64>> = HashMap::new();
    for span in foreign.iter() {
        children
            .entry(span.parent_span_id.unwrap_or(0))
            .or_default()
            .push(span.span_id);
    }
    let mut open: Vec<u64> = inside.iter().copied().collect();
    while let Some(parent) = open.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            if inside.insert(child) {
                open.push(child);
            }
        }
    }
    let begin = own.iter().map(|span| span.start).min().unwrap_or(0);
    let belongs =
        |span: &SpanRecord| inside.contains(&span.span_id) || (alone && span.start >= begin);
    let (claimed, rest) = std::mem::take(foreign).into_iter().partition(belongs);
    *foreign = rest;
    claimed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(trace: u128, id: u64, session: &str, layer: &str) -> SpanRecord {
        SpanRecord {
            start: id,
            end: id + 1,
            ..SpanRecord::new(trace, id, "span")
        }
        .with("session.id", session)
        .with("agentscope.layer", layer)
    }

    fn ids(session: &Session) -> Vec<u64> {
        session.nodes.iter().map(|node| node.span_id).collect()
    }

    #[test]
    fn session_ends_with_its_span_and_takes_the_foreign_spans_below() {
        let mut assembler = Assembler::default();
        let root = || SpanRecord {
            start: 0,
            ..SpanRecord::new(7, 1, "http server")
        };
        let foreign = SpanRecord {
            start: 4,
            ..SpanRecord::new(7, 4, "query")
        }
        .child_of(3);
        let before = SpanRecord::new(7, 9, "login").child_of(1);
        assert!(assembler.span(before).is_none());
        assert!(assembler.span(foreign).is_none());
        assert!(
            assembler
                .span(ours(7, 3, "s", "agent").child_of(2))
                .is_none()
        );
        let session = assembler
            .span(ours(7, 2, "s", "session").child_of(1))
            .expect("ended");
        assert_eq!(ids(&session), [2, 3, 4]);
        assert!(assembler.span(root()).is_none());
        assert!(assembler.rest().is_empty() && assembler.traces.is_empty());
        assert_eq!((assembler.records, assembler.take_dropped()), (0, 0));
    }

    #[test]
    fn sessions_of_one_trace_are_kept_apart() {
        let mut assembler = Assembler::default();
        for (id, session) in [(10, "a"), (20, "b")] {
            assembler.span(
                SpanRecord {
                    start: 99,
                    ..SpanRecord::new(7, id + 2, "foreign")
                }
                .child_of(id + 1),
            );
            assembler.span(ours(7, id + 1, session, "agent").child_of(id));
        }
        let first = assembler.span(ours(7, 10, "a", "session")).expect("ended");
        assert_eq!(ids(&first), [10, 11, 12]);
        let second = assembler.span(ours(7, 20, "b", "session")).expect("ended");
        assert_eq!(ids(&second), [20, 21, 22]);
    }

    #[test]
    fn work_for_a_session_of_another_process_ends_with_its_outermost_span() {
        let mut assembler = Assembler::default();
        assembler.span(ours(7, 3, "s", "tool").child_of(2));
        let outermost = SpanRecord {
            parent_is_remote: true,
            ..ours(7, 2, "s", "agent").child_of(1)
        };
        let session = assembler.span(outermost).expect("ended");
        assert_eq!(
            session.nodes.len(),
            3,
            "a stand-in for the session, the agent, the tool"
        );
    }

    #[test]
    fn memory_is_bounded_and_what_goes_is_counted() {
        let mut assembler = Assembler::default();
        for trace in 0..(MAX_TRACES as u128 + 10) {
            assembler.span(ours(trace, 1, "s", "tool"));
        }
        assert_eq!(assembler.traces.len(), MAX_TRACES);
        assert_eq!(assembler.take_dropped(), 10);
        for id in 0..(MAX_SESSION as u64 + 5) {
            assembler.span(ours(u128::MAX, id + 2, "big", "tool"));
        }
        let session = assembler
            .span(ours(u128::MAX, 1, "big", "session"))
            .expect("shown however full");
        assert_eq!(session.nodes.len(), MAX_SESSION + 1);
        assert_eq!(
            assembler.take_dropped(),
            5 + 1,
            "and the oldest trace made room"
        );
    }

    #[test]
    fn late_spans_of_a_printed_session_are_counted_not_shown_again() {
        let mut assembler = Assembler::default();
        assembler.span(ours(7, 1, "s", "session")).expect("ended");
        assembler.span(ours(7, 2, "s", "tool").child_of(1));
        assembler.span(ours(8, 2, "t", "tool").child_of(1));
        let rest = assembler.rest();
        assert_eq!(rest.len(), 1);
        assert_eq!(rest[0].id, "t");
        assert_eq!(assembler.take_dropped(), 1);
    }
}
