//! Finds the session that a person means.

use agentscope_collector::store::{SessionFilter, Store, StoreError, StoredSession};

use crate::args::Common;
use crate::error::Error;

/// The session with this id, or the only one whose id begins so.
pub(super) fn session(
    store: &dyn Store,
    common: &Common,
    id: &str,
) -> Result<StoredSession, Error> {
    let id = &full_id(store, common, id)?;
    let found = store.session(&common.tenant, id)?;
    found.ok_or_else(|| StoreError::NoSession(id.clone()).into())
}

/// The id that begins so, where only one does.
pub(super) fn full_id(store: &dyn Store, common: &Common, id: &str) -> Result<String, Error> {
    let listed = store.sessions(&common.tenant, &SessionFilter::default())?;
    let begins = |other: &str| !id.is_empty() && other.starts_with(id);
    let mut found = Vec::new();
    for summary in listed {
        if summary.id == id {
            return Ok(summary.id);
        }
        if begins(&summary.id) {
            found.push(summary.id);
        }
    }
    match found.len() {
        0 => Err(StoreError::NoSession(id.to_owned()).into()),
        1 => Ok(found.swap_remove(0)),
        several => Err(Error::Said(format!(
            "{several} sessions begin with {id:?}, such as {} and {}: write more of it",
            found[0], found[1]
        ))),
    }
}
