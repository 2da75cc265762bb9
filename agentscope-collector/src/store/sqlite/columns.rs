//! What the store reads from a span or log record to put it into columns.

use agentscope_analysis::{Facts, Layer, Scalar};
use agentscope_runtime::{Level, Outcome, names};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;

use crate::from_otlp::scalar;

/// What a span is; a chain without a parent is a session.
pub(super) fn layer(span: &Span, facts: &Facts<'_>) -> Layer {
    match is_root(span) {
        true => facts.layer_at_root(),
        false => facts.layer,
    }
}

pub(super) fn is_root(span: &Span) -> bool {
    span.parent_span_id.iter().all(|byte| *byte == 0)
}

/// The level of a span: the worst that was recorded on it, else that of its failure.
pub(super) fn level_of_span(facts: &Facts<'_>) -> Option<Level> {
    let failed = matches!(facts.outcome, Some(Outcome::Error | Outcome::Panicked));
    facts.level.or(failed.then_some(Level::Error))
}

/// The level of a log record.
pub(super) fn level_of_log(log: &LogRecord) -> Option<Level> {
    let mut attributes = log.attributes.iter();
    let own = attributes.find(|attribute| attribute.key == names::LEVEL);
    let said = own.and_then(|attribute| match scalar(attribute) {
        Scalar::Text(word) => Some(word),
        _ => None,
    });
    agentscope_analysis::level_of_log(said, &log.severity_text, log.severity_number)
}

/// How levels, outcomes and so on stand in columns: their place in these lists, which only ever
/// grow at the end.
pub(super) mod code {
    use agentscope_analysis::Layer;
    use agentscope_runtime::{Level, Outcome};

    pub(in super::super) const STATUS: [&str; 3] = ["success", "empty", "error"];
    pub(in super::super) const FAILED: [i64; 2] =
        [outcome(Outcome::Error), outcome(Outcome::Panicked)];

    pub(in super::super) const fn level(level: Level) -> i64 {
        level as i64
    }

    pub(in super::super) fn to_level(code: i64) -> Option<Level> {
        Level::ALL.get(usize::try_from(code).ok()?).copied()
    }

    pub(in super::super) const fn outcome(outcome: Outcome) -> i64 {
        outcome as i64
    }

    pub(in super::super) fn to_outcome(code: i64) -> Option<Outcome> {
        Outcome::ALL.get(usize::try_from(code).ok()?).copied()
    }

    /// A tool call that another span counts: it is listed, and in no sum.
    pub(in super::super) const COUNTED_TOOL: i64 = 6;

    pub(in super::super) const fn layer(layer: Layer) -> i64 {
        match layer {
            Layer::Session => 0,
            Layer::Agent => 1,
            Layer::Tool => 2,
            Layer::Inference => 3,
            Layer::Delegation => 4,
            Layer::Other => 5,
        }
    }

    pub(in super::super) fn status(word: &str) -> Option<i64> {
        let place = STATUS.iter().position(|known| *known == word)?;
        i64::try_from(place).ok()
    }
}
