//! What is wrong with the variables that this crate reads.
//!
//! Each is read where it is first needed, and warned of there, as an event of `tracing`. A program
//! without a subscriber would never know, so the collector asks when it sets telemetry up.

/// A sentence each. Nothing is set by it, and no value is in it that could be a secret.
pub fn mistakes() -> Vec<String> {
    let mut found = crate::policy::mistakes();
    found.extend(crate::snapshot::level::mistake());
    found.extend(crate::hash::keyring::mistake());
    found.extend(crate::privacy::content::mistake());
    found.extend(crate::model::mistake());
    found
}

/// A variable that is set; an empty one counts as unset.
pub(crate) fn get(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.trim().is_empty())
}
