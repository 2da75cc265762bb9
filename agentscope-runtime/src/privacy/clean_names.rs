//! Names that were found clean before: an application has few models and tools, and names them at every
//! call.
//!
//! What is shown of a name depends on the name alone, on no tenant and no policy. So a name that was
//! shown as it is can be shown again without another look; one that was not is not kept.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Names that are kept, as long as the program runs: at most 64 KB of text. Further ones are looked at
/// whenever they come.
const MOST: usize = 1024;

/// Bytes of the longest name that is kept.
const LONGEST: usize = 64;

/// Nobody counts who holds one of these. A name stands in several places of every call, on its span,
/// in its snapshot and on what is measured, and a count would be changed for each, by two threads.
static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Names that a thread has at hand, each in the one place that its text gives it.
const PLACES: usize = 32;

thread_local! {
    static AT_HAND: [Cell<&'static str>; PLACES] = const { [const { Cell::new("") }; PLACES] };
}

fn place(name: &str) -> usize {
    // Names that begin alike end in their versions and sizes.
    let end = match name.as_bytes().last_chunk() {
        Some(end) => u32::from_le_bytes(*end),
        None => 0,
    };
    let mixed = (end ^ name.len() as u32).wrapping_mul(0x9e37_79b1);
    (mixed >> 27) as usize % PLACES
}

/// The name, if it is known to be clean.
pub(crate) fn find(name: &str) -> Option<&'static str> {
    let at_hand = AT_HAND.try_with(|names| names[place(name)].get());
    if let Some(known) = at_hand.ok().filter(|known| *known == name) {
        return Some(known);
    }
    if name.len() > LONGEST {
        return None;
    }
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let known = *kept.get(name)?;
    drop(kept);
    put_at_hand(known);
    Some(known)
}

/// Keeps a name that nothing was found in; `None` if it is one too many, or too long.
pub(crate) fn keep(name: &str) -> Option<&'static str> {
    if name.len() > LONGEST {
        return None;
    }
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let known = match kept.get(name) {
        Some(known) => *known,
        None if kept.len() == MOST => return None,
        None => Box::leak(name.into()),
    };
    kept.insert(known);
    drop(kept);
    put_at_hand(known);
    Some(known)
}

fn put_at_hand(name: &'static str) {
    let _ = AT_HAND.try_with(|names| names[place(name)].set(name));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_until_there_are_enough() {
        let names: Vec<_> = (0..MOST + 100).map(|n| format!("model-{n}")).collect();
        let kept = names.iter().filter(|name| keep(name).is_some()).count();
        // Other tests keep names too.
        assert!(kept <= MOST, "{kept}");
        let found = names.iter().filter_map(|name| find(name));
        assert_eq!(found.count(), kept);
        assert!(find("another").is_none() && keep(&"x".repeat(LONGEST + 1)).is_none());
    }
}
