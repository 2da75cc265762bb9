//! Warnings that would come with every request.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between two of the same.
const BETWEEN: Duration = Duration::from_secs(10);

/// Lets a warning through at once, and then one every ten seconds at most.
#[derive(Debug, Default)]
pub(crate) struct Seldom(Mutex<(Option<Instant>, u64)>);

impl Seldom {
    /// What is to be said behind the warning, if it is to be given: how often it was not.
    pub(crate) fn due(&self) -> Option<String> {
        self.due_at(Instant::now())
    }

    fn due_at(&self, now: Instant) -> Option<String> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, unsaid) = &mut *state;
        let passed = last.map(|last| now.saturating_duration_since(last));
        if passed.is_some_and(|passed| passed < BETWEEN) {
            *unsaid += 1;
            return None;
        }
        *last = Some(now);
        Some(match (std::mem::take(unsaid), passed) {
            (count @ 1.., Some(passed)) => {
                format!(" (and {count} times in the {} s before)", passed.as_secs())
            }
            _ => String::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_said_and_then_one_in_ten_seconds_with_the_number_of_the_others() {
        let (seldom, begin) = (Seldom::default(), Instant::now());
        let at = |seconds| seldom.due_at(begin + Duration::from_secs(seconds));
        assert_eq!(at(0), Some(String::new()));
        assert_eq!((at(1), at(9)), (None, None));
        let said = " (and 2 times in the 10 s before)";
        assert_eq!(at(10).as_deref(), Some(said));
        assert_eq!(at(30), Some(String::new()));
    }
}
