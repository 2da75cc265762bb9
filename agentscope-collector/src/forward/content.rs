//! What a destination may see.

use agentscope_analysis::carries_content;
use agentscope_runtime::names;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::ResourceMetrics;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde::Deserialize;

use crate::from_otlp::scalar;
use crate::ingest::each_labels;

/// Who looks at a destination.
///
/// ```
/// use agentscope_collector::server::Audience;
/// assert_eq!(Audience::default(), Audience::Agent);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Who answers for the agents: everything that the store has, redacted as it is.
    #[default]
    Agent,
    /// Who runs the platform: that something ran, how long and how it ended, nothing of what was
    /// said. Ids are the same, so that both find the same trace.
    Platform,
}

/// What people and models said, redacted or not, under names of ours and of the conventions.
const OURS: &[&str] = &[
    names::INPUT_VALUE,
    names::OUTPUT_VALUE,
    names::INPUT_MESSAGES,
    names::OUTPUT_MESSAGES,
    names::SYSTEM_INSTRUCTIONS,
    names::EVALUATION_EXPLANATION,
    names::REQUEST_STOP_SEQUENCES,
    names::CALL_REASON,
    names::DELEGATION_REASON,
    names::DELEGATION_INSTRUCTIONS,
    names::ERROR_PARTS,
    names::FALLBACK_FROM,
    names::FALLBACK_TO,
    names::MEMORY,
    names::MEMORY_CHANGE,
    names::GOAL,
    names::SUB_GOAL,
    names::BELIEF,
    names::NOTE,
];

/// Of a name that nobody knows a long text counts as said by somebody, whoever wrote it.
fn is_content(attribute: &KeyValue) -> bool {
    let key = attribute.key.as_str();
    if OURS.contains(&key) {
        return true;
    }
    names::find(key).is_none() && carries_content(key, scalar(attribute))
}

fn strip_attributes(attributes: &mut Vec<KeyValue>) {
    attributes.retain(|attribute| !is_content(attribute));
}

pub(super) fn strip_span(span: &mut Span) {
    strip_attributes(&mut span.attributes);
    for event in &mut span.events {
        strip_attributes(&mut event.attributes);
    }
    for link in &mut span.links {
        strip_attributes(&mut link.attributes);
    }
    if let Some(status) = &mut span.status {
        status.message.clear();
    }
}

pub(super) fn strip_log(log: &mut LogRecord) {
    strip_attributes(&mut log.attributes);
    log.body = None;
}

pub(super) fn strip_metrics(groups: &mut [ResourceMetrics]) {
    let scopes = groups.iter_mut().flat_map(|it| &mut it.scope_metrics);
    for metric in scopes.flat_map(|scope| &mut scope.metrics) {
        each_labels(metric, strip_attributes);
    }
}

#[cfg(test)]
mod tests {
    use agentscope_runtime::names::{Kind, TABLE};

    use super::*;

    /// A name that is added to the table must be thought about here: a text that is written by class
    /// is something that somebody said.
    #[test]
    fn every_text_that_is_redacted_by_class_is_content() {
        for name in TABLE {
            let is_by_class = match name.kind {
                Kind::Text => name.meaning.contains("by class"),
                kind => kind == Kind::Json,
            };
            if is_by_class {
                assert!(OURS.contains(&name.key), "{}: {}", name.key, name.meaning);
            }
        }
    }
}
