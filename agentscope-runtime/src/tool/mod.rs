//! The tools of a program: their schemas, definitions and checks.

pub(crate) mod registry;
#[allow(missing_docs, reason = "called by expansions only")]
pub(crate) mod result_schema;
#[allow(missing_docs, reason = "called by expansions only")]
pub(crate) mod schema;
#[cfg(test)]
pub(crate) mod schema_properties;
