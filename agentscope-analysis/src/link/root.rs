//! The session at the top of the tree: one span, several turns, or a stand-in for what is not there.

use std::collections::{BTreeMap, HashMap};

use agentscope_runtime::Outcome;

use super::{Draft, Seed};
use crate::node::{Layer, Node};
use crate::record::SpanRecord;

impl Draft {
    /// Finds or makes the session, and gives it what has no parent yet.
    pub(super) fn root(&mut self) -> usize {
        let mut tops: Vec<usize> = (0..self.seeds.len())
            .filter(|place| self.seeds[*place].is_top())
            .collect();
        if !tops.is_empty() {
            tops.extend(self.running_turns());
        }
        let root = match tops.as_slice() {
            [] => self.stand_in(),
            [only] => *only,
            _ => self.conversation(&tops),
        };
        let mut by_trace = HashMap::new();
        for &top in &tops {
            by_trace.entry(self.seeds[top].node.trace_id).or_insert(top);
        }
        for (place, seed) in self.seeds.iter_mut().enumerate() {
            if place != root && seed.parent.is_none() {
                let turn = by_trace.get(&seed.node.trace_id).copied();
                seed.parent = turn.filter(|turn| *turn != place).or(Some(root));
            }
        }
        root
    }

    /// A session for every trace that has not ended and belongs nowhere, while others have ended:
    /// the turn of a conversation that is running.
    fn running_turns(&mut self) -> Vec<usize> {
        let mut starts = BTreeMap::new();
        for seed in self.seeds.iter().filter(|seed| self.is_running(seed)) {
            let start = starts.entry(seed.node.trace_id).or_insert(seed.node.start);
            *start = seed.node.start.min(*start);
        }
        let turns = starts.into_iter().map(|(trace, start)| {
            let mut turn = self.session("(not ended)", start, trace);
            turn.node.open = true;
            turn
        });
        let turns: Vec<_> = turns.collect();
        turns.into_iter().map(|turn| self.add(turn)).collect()
    }

    /// Whether the span that it belongs to in its own process has not ended.
    fn is_running(&self, seed: &Seed) -> bool {
        seed.parent.is_none()
            && !seed.is_remote
            && seed.node.trace_id != 0
            && !self.ended.contains(&seed.node.trace_id)
    }

    /// Stands for a session whose span is not there: it has not ended, or ended in another process,
    /// or whoever emits these spans has none.
    fn stand_in(&mut self) -> usize {
        let starts = self.seeds.iter().map(|seed| seed.node.start);
        let start = starts.min().unwrap_or(0);
        let is_foreign = self.is_foreign(0);
        let name = match is_foreign {
            true => "(no session span)",
            false => "(session span not seen)",
        };
        let mut session = self.session(name, start, 0);
        session.node.open = self
            .seeds
            .iter()
            .any(|seed| self.is_running(seed) || seed.node.open);
        self.add(session)
    }

    /// Stands above the turns of a conversation.
    fn conversation(&mut self, turns: &[usize]) -> usize {
        let turns: Vec<&Node> = turns.iter().map(|turn| &self.seeds[*turn].node).collect();
        let start = turns.iter().map(|turn| turn.start).min().unwrap_or(0);
        let first = turns.iter().min_by_key(|turn| (turn.open, turn.start));
        let name = first.map_or("", |turn| turn.name.as_str());
        let mut session = self.session(name, start, 0);
        session.node.open = turns.iter().any(|turn| turn.open);
        let outcomes = turns.iter().map(|turn| turn.outcome);
        let worst = outcomes.clone().flatten().max_by_key(|one| severity(*one));
        // Well only where none of them leaves it open.
        let says_all = outcomes.clone().all(|one| one.is_some());
        session.node.outcome = worst.filter(|worst| says_all || severity(*worst) > 0);
        self.add(session)
    }

    /// Whether nobody else than foreign emitters have spans in a trace; in all for 0.
    fn is_foreign(&self, trace: u128) -> bool {
        let is_of = |seed: &&Seed| trace == 0 || seed.node.trace_id == trace;
        let mut seeds = self.seeds.iter().filter(is_of).peekable();
        seeds.peek().is_some() && seeds.all(|seed| seed.node.foreign)
    }

    fn session(&self, name: &str, start: u64, trace: u128) -> Seed {
        let span = SpanRecord {
            start,
            end: self.now,
            ..SpanRecord::new(trace, 0, name)
        };
        let mut seed = Seed::of(&span, &span.facts());
        seed.node.layer = Layer::Session;
        seed.node.foreign = self.is_foreign(trace);
        seed
    }
}

fn severity(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Ok => 0,
        Outcome::Cancelled => 1,
        Outcome::Error => 2,
        Outcome::Panicked => 3,
    }
}
