//! What classes are, what each lets be shown, and how values are shown by them.

pub(crate) mod class;
pub(crate) mod classification;
pub(crate) mod classified;
pub(crate) mod classify;
pub(crate) mod clean_names;
pub(crate) mod content;
pub(crate) mod foreign;
pub(crate) mod inventory_report;
#[allow(missing_docs, reason = "called by expansions only")]
pub(crate) mod keyed;
pub(crate) mod kind;
#[allow(missing_docs, reason = "called by expansions only")]
pub(crate) mod leaf;
pub(crate) mod payload;
pub(crate) mod redact;
pub(crate) mod redacted;
pub(crate) mod scrubbing;
#[allow(missing_docs, reason = "called by expansions only")]
pub(crate) mod seen;
pub(crate) mod tally;
pub(crate) mod text;
pub(crate) mod treat;
pub(crate) mod values;
