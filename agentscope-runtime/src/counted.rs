//! Counters of what every call does, in numbers of each thread: one number that all threads add to
//! would have to travel between their processors at every call.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::outcome::Outcome;

/// What is counted.
#[derive(Clone, Copy)]
pub(crate) enum Counted {
    Opened,
    Taken,
    Dropped,
    Ended(Outcome),
}

const COUNTED: usize = 3 + Outcome::ALL.len();

impl Counted {
    /// Where it stands among the numbers of a thread.
    fn place(self) -> usize {
        match self {
            Self::Opened => 0,
            Self::Taken => 1,
            Self::Dropped => 2,
            Self::Ended(outcome) => 3 + outcome as usize,
        }
    }
}

/// Written by one thread at a time, in a cache line that is nobody else's.
#[derive(Default)]
#[repr(align(64))]
struct Numbers([AtomicU64; COUNTED]);

/// What threads have counted that are over goes on with the next thread: a program has as many as it
/// ever had threads at once.
#[derive(Default)]
struct Known {
    all: Vec<&'static Numbers>,
    free: Vec<&'static Numbers>,
}

static KNOWN: Mutex<Known> = Mutex::new(Known {
    all: Vec::new(),
    free: Vec::new(),
});

/// Of threads that are being torn down.
static LATE: Numbers = Numbers([const { AtomicU64::new(0) }; COUNTED]);

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The numbers that a thread has taken for as long as it lives.
struct Own(&'static Numbers);

impl Own {
    fn take() -> Self {
        let mut known = known();
        let Known { all, free } = &mut *known;
        Self(free.pop().unwrap_or_else(|| {
            let numbers: &'static Numbers = Box::leak(Box::default());
            all.push(numbers);
            numbers
        }))
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        known().free.push(self.0);
    }
}

thread_local! {
    static OWN: Own = Own::take();
}

pub(crate) fn add_one(counted: Counted) {
    let added = OWN.try_with(|own| {
        // Nobody else writes it, so that nothing is lost in between.
        let number = &own.0.0[counted.place()];
        number.store(number.load(Relaxed) + 1, Relaxed);
    });
    if added.is_err() {
        LATE.0[counted.place()].fetch_add(1, Relaxed);
    }
}

/// What all threads have counted so far.
pub(crate) fn sums() -> impl Fn(Counted) -> u64 {
    let mut sums = [0; COUNTED];
    let known = known();
    for numbers in known.all.iter().copied().chain([&LATE]) {
        for (sum, number) in sums.iter_mut().zip(&numbers.0) {
            *sum += number.load(Relaxed);
        }
    }
    move |counted| sums[counted.place()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_threads_count_that_are_over_is_kept_and_their_numbers_are_used_again() {
        let dropped = || sums()(Counted::Dropped);
        let (before, made) = (dropped(), known().all.len());
        for _ in 0..50 {
            let counting = std::thread::spawn(|| add_one(Counted::Dropped));
            counting.join().expect("it only counts");
        }
        assert_eq!(dropped() - before, 50);
        // Other tests run beside this one.
        assert!(known().all.len() < made + 50);
    }
}
