//! What a model was asked, and what it has answered.

pub(crate) mod answer;
#[allow(missing_docs, reason = "called by expansions only")]
pub(crate) mod answered;
pub(crate) mod decided;
#[allow(missing_docs, reason = "called by expansions only")]
pub(crate) mod request;
#[allow(missing_docs, reason = "called by expansions only")]
pub(crate) mod so_far;
pub(crate) mod usage;
