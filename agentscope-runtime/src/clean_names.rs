//! Names that were found clean a moment ago: an application has few models and tools, and names them
//! at every call.
//!
//! What is shown of a name depends on the name alone, on no tenant and no policy. So a name that was
//! shown as it is can be shown again without another look; one that was not is not kept.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::StringValue;

/// Names that a thread keeps, each in the one place that its text gives it.
const PLACES: usize = 32;

/// Bytes of the longest name that is kept.
const LONGEST: usize = 64;

/// Names that live as long as the program, at most: 64 KB of text.
const LASTING: usize = 1024;

thread_local! {
    static KEPT: RefCell<[Option<StringValue>; PLACES]> = const { RefCell::new([const { None }; PLACES]) };
}

/// Nobody counts who holds one of these. A name stands in several places of every call, on its span,
/// in its snapshot and on what is measured, and a count would be changed for each, by two threads.
static LIVING: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

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
pub(crate) fn find(name: &str) -> Option<StringValue> {
    if name.len() > LONGEST {
        return None;
    }
    let found = KEPT.try_with(|kept| {
        let kept = kept.borrow();
        let known = kept[place(name)].as_ref();
        known.filter(|known| known.as_str() == name).cloned()
    });
    found.ok().flatten()
}

/// Keeps a name that nothing was found in.
pub(crate) fn keep(name: &str) -> StringValue {
    if name.len() > LONGEST {
        return shared(name);
    }
    let kept = lasting(name).map_or_else(|| shared(name), StringValue::from);
    let _ = KEPT.try_with(|names| names.borrow_mut()[place(name)] = Some(kept.clone()));
    kept
}

fn shared(name: &str) -> StringValue {
    Arc::<str>::from(name).into()
}

/// `None` where there are enough already: names that are made for each call would fill the memory.
fn lasting(name: &str) -> Option<&'static str> {
    let mut living = LIVING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = living.get(name) {
        return Some(known);
    }
    (living.len() < LASTING).then(|| {
        let name: &'static str = Box::leak(name.into());
        living.insert(name);
        name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_whether_or_not_it_is_one_too_many_to_last() {
        for number in 0..LASTING + 100 {
            let name = format!("model-{number}");
            assert_eq!(keep(&name).as_str(), name);
            assert_eq!(find(&name).as_ref().map(StringValue::as_str), Some(&*name));
        }
        let living = LIVING.lock().expect("nobody panicked");
        assert!(living.len() <= LASTING);
    }
}
