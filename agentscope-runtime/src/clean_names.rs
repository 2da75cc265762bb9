//! Names that were found clean a moment ago: an application has few models and tools, and names them
//! at every call.
//!
//! What is shown of a name depends on the name alone, on no tenant and no policy. So a name that was
//! shown as it is can be shown again without another look; one that was not is not kept.

use std::cell::RefCell;
use std::sync::Arc;

/// Names that a thread keeps, each in the one place that its text gives it.
const PLACES: usize = 32;

/// Bytes of the longest name that is kept.
const LONGEST: usize = 64;

thread_local! {
    static KEPT: RefCell<[Option<Arc<str>>; PLACES]> = const { RefCell::new([const { None }; PLACES]) };
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
pub(crate) fn find(name: &str) -> Option<Arc<str>> {
    if name.len() > LONGEST {
        return None;
    }
    let found = KEPT.try_with(|kept| {
        let kept = kept.borrow();
        let known = kept[place(name)].as_ref();
        known.filter(|known| ***known == *name).cloned()
    });
    found.ok().flatten()
}

/// Keeps a name that nothing was found in.
pub(crate) fn keep(name: &Arc<str>) {
    if name.len() <= LONGEST {
        let _ = KEPT.try_with(|kept| kept.borrow_mut()[place(name)] = Some(name.clone()));
    }
}
