//! Show a value although its class forbids it: the one way around the policy, always with a reason.
//!
//! Each call is found by `grep -rn "declassify::"`, and [`inventory`](crate::inventory()) lists
//! those that were made. To keep them few, forbid them by a lint and allow them where they were
//! reviewed; in `clippy.toml`:
//!
//! ```toml
//! disallowed-methods = ["agentscope_runtime::declassify::public"]
//! ```

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};

use crate::privacy::text::Text;

/// Says that a text may be shown to anybody, and why.
///
/// It is recorded as it is, wherever a [`Text`] goes: not masked, not hashed, not scrubbed.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::declassify;
///
/// # let article = String::from("tea");
/// let shown = declassify::public(article, "articles are on the price list");
/// agentscope::memory(shown);
/// ```
///
/// A class at the field is better, where the value is always shown.
#[track_caller]
pub fn public(value: impl Into<String>, reason: &'static str) -> Text {
    note(Location::caller(), reason);
    Text::declassified(value.into())
}

/// Places that have declassified something, with their reasons.
static PLACES: Mutex<BTreeMap<(&'static str, u32, u32), &'static str>> =
    Mutex::new(BTreeMap::new());

fn note(place: &'static Location<'static>, reason: &'static str) {
    let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
    places.insert((place.file(), place.line(), place.column()), reason);
}

/// File, line and reason of each, in the order of the source.
pub(crate) fn places() -> Vec<(&'static str, u32, &'static str)> {
    let places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
    let places = places.iter();
    places
        .map(|((file, line, _), reason)| (*file, *line, *reason))
        .collect()
}
