//! Messages as wholes: how many bytes of them are at work, and which nobody could read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::work::{Ingest, lock};

impl Ingest {
    /// Makes room for a message of so many bytes, for as long as what it gives is kept; `None` where
    /// there is too much at work already, which is counted: the sender is to come later.
    pub fn admit(self: &Arc<Self>, bytes: usize) -> Option<InFlight> {
        let mut in_flight = InFlight {
            ingest: Arc::clone(self),
            bytes: 0,
        };
        in_flight.grow(bytes).then_some(in_flight)
    }

    fn grow(&self, own: usize, bytes: usize) -> bool {
        let room = |used: usize| {
            let sum = used.saturating_add(bytes);
            // A message alone is always taken, or it would never be.
            (used == own || sum <= self.limits.in_flight_bytes).then_some(sum)
        };
        let grown = self.in_flight.fetch_update(Relaxed, Relaxed, room).is_ok();
        if !grown {
            self.message_refused("overload");
        }
        grown
    }

    /// Counts a message of which no record could be read. `why` is one of few words.
    pub fn message_refused(&self, why: &'static str) {
        *lock(&self.messages).entry(why).or_default() += 1;
    }

    /// Messages that were refused whole, by reason.
    pub fn messages_refused(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.messages).clone()
    }

    /// Bytes of the messages that are being worked on.
    pub fn bytes_in_flight(&self) -> usize {
        self.in_flight.load(Relaxed)
    }
}

/// A message that is being worked on; made by [`Ingest::admit`].
#[derive(Debug)]
#[must_use = "its room is given back when it is dropped"]
pub struct InFlight {
    ingest: Arc<Ingest>,
    bytes: usize,
}

impl InFlight {
    /// Makes room for more of the same message; false where there is none, which is counted.
    pub fn grow(&mut self, bytes: usize) -> bool {
        let grown = self.ingest.grow(self.bytes, bytes);
        self.bytes += if grown { bytes } else { 0 };
        grown
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.ingest.in_flight.fetch_sub(self.bytes, Relaxed);
    }
}
