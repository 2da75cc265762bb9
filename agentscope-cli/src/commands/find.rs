//! Finds the session that a person means.

use agentscope_collector::store::{
    SessionFilter, SessionSummary, Store, StoreError, StoredSession,
};

use super::counted;
use crate::args::Common;
use crate::error::Error;

/// The session with this id, or the only one whose id begins so.
pub(super) fn session(
    store: &dyn Store,
    common: &Common,
    id: &str,
) -> Result<StoredSession, Error> {
    // As a narrow terminal shows it.
    let id = id.trim_end_matches('…');
    // All are listed only for the beginning of an id: that takes far longer than to read one.
    let read = |id: &str| store.session(&common.tenant, id);
    if let Some(session) = read(id)? {
        return Ok(session);
    }
    let listed = store.sessions(&common.tenant, &SessionFilter::default())?;
    let begins = |other: &String| !id.is_empty() && other.starts_with(id);
    let ids = listed.into_iter().map(|summary| summary.id);
    let found: Vec<_> = ids.filter(begins).collect();
    match found.as_slice() {
        [] => Err(StoreError::NoSession(id.to_owned()).into()),
        [id] => read(id)?.ok_or_else(|| StoreError::NoSession(id.clone()).into()),
        [one, another, ..] => Err(Error::Said(format!(
            "{} sessions begin with {id:?}, such as {one} and {another}: write more of it",
            found.len()
        ))),
    }
}

/// Why there is nothing to show of a session.
pub(super) fn dropped(session: &SessionSummary) -> Error {
    Error::Said(format!(
        "the records of {} were dropped by retention: {} and {}; `agentscope sessions` lists what is kept of it",
        session.id,
        counted(session.spans, "span"),
        counted(session.logs, "log record")
    ))
}

/// Its whole id.
pub(super) fn full_id(store: &dyn Store, common: &Common, id: &str) -> Result<String, Error> {
    Ok(session(store, common, id)?.summary.id)
}
