//! Delegations that are open side by side, and who takes up their answers together.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt as _};

/// As many as an SDK keeps on a span.
const MOST_LINKS: usize = 128;

/// The delegations of one agent that are open side by side.
#[derive(Default)]
pub(crate) struct Fan {
    /// Whether there are answers to join: mostly not, and then nobody needs to look.
    is_joined: AtomicBool,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    open: u32,
    /// How many there were since one was open alone.
    count: Arc<AtomicU32>,
    ended: Vec<SpanContext>,
}

/// The place of one among them.
pub(crate) struct Place(Arc<AtomicU32>);

impl Place {
    /// How many were open side by side, it included, as far as is known by now.
    pub(crate) fn fan_out(&self) -> u32 {
        self.0.load(Relaxed)
    }
}

impl Fan {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn open(&self) -> Place {
        let mut now = self.now();
        if now.open == 0 {
            now.count = Arc::default();
            now.ended.clear();
            self.is_joined.store(false, Relaxed);
        }
        now.open += 1;
        now.count.fetch_add(1, Relaxed);
        Place(now.count.clone())
    }

    pub(crate) fn ended(&self, span: &SpanContext) {
        let mut now = self.now();
        now.open = now.open.saturating_sub(1);
        if now.ended.len() < MOST_LINKS {
            now.ended.push(span.clone());
        }
        let is_fan = now.open == 0 && now.count.load(Relaxed) > 1;
        self.is_joined.store(is_fan, Relaxed);
    }

    /// The spans of several that have all ended, for the first who asks.
    pub(crate) fn join(&self) -> Vec<SpanContext> {
        if !self.is_joined.load(Relaxed) || !self.is_joined.swap(false, Relaxed) {
            return Vec::new();
        }
        std::mem::take(&mut self.now().ended)
    }

    /// What nobody has joined before the end of an agent, or of a session, that itself has.
    pub(crate) fn join_at_end(&self, cx: &Context) {
        for span in self.join() {
            cx.span().add_link(span, Vec::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanId, TraceFlags, TraceId, TraceState};

    use super::*;

    fn span(id: u64) -> SpanContext {
        let (trace, id) = (TraceId::from(1), SpanId::from(id));
        SpanContext::new(trace, id, TraceFlags::SAMPLED, false, TraceState::NONE)
    }

    #[test]
    fn several_that_were_open_side_by_side_are_joined_once_all_have_ended() {
        let fan = Fan::default();
        let places = [(); 3].map(|()| fan.open());
        assert!(places.iter().all(|place| place.fan_out() == 3));
        fan.ended(&span(1));
        fan.ended(&span(2));
        assert!(fan.join().is_empty(), "one is still open");
        fan.ended(&span(3));
        assert_eq!(fan.join(), [1, 2, 3].map(span));
        assert!(fan.join().is_empty(), "only once");
    }

    #[test]
    fn one_after_the_other_is_no_fan() {
        let fan = Fan::default();
        for id in 1..4 {
            assert_eq!(fan.open().fan_out(), 1);
            fan.ended(&span(id));
            assert!(fan.join().is_empty());
        }
    }
}
