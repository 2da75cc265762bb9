//! Inferences of which nobody could say what they used: no budget counts them, and no cost.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use crate::outcome::Outcome;
use crate::output::Output;
use crate::site::KnownSite;

/// Each function stands here once.
static UNREAD: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

/// Whether that is known of a function.
#[derive(Default)]
pub(crate) struct Unread(AtomicBool);

impl Unread {
    /// The call of an inference has ended without a usage.
    #[cold]
    pub(crate) fn look(site: &KnownSite, outcome: Outcome, output: Option<&Output>) {
        // A provider that sends none is read all the same, and where nothing came nothing was to be
        // read.
        let could_be = |output: &Output| output.answer.is_some() || output.is_asked || output.empty;
        let is_unread = outcome == Outcome::Ok && output.is_some_and(|output| !could_be(output));
        if is_unread && !site.unread.0.swap(true, Relaxed) {
            let mut unread = UNREAD.lock().unwrap_or_else(PoisonError::into_inner);
            unread.push(site.meta.name);
        }
    }
}

/// The functions whose answers are of a type of which nobody knows where it says what was used, but
/// for the first `told`.
pub fn unread(told: usize) -> Vec<&'static str> {
    let unread = UNREAD.lock().unwrap_or_else(PoisonError::into_inner);
    unread.get(told..).unwrap_or_default().to_vec()
}
