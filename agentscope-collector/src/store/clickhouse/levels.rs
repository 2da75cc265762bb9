//! The level of a row of `otel_traces` and of `otel_logs`, in ClickHouse's SQL: the rules of
//! `columns.rs` and of [`agentscope_analysis::level_of_log`]. Levels are numbered from 1 in the order
//! of [`Level::ALL`]; 0 is no level.

use agentscope_runtime::Level;

use crate::store::Tier;

/// The outcome of a span: its own word, else what its status comes to.
const OUTCOME_OF_SPAN: &str = "multiIf(\
     SpanAttributes['agentscope.outcome'] IN ('ok', 'error', 'cancelled', 'panicked'), SpanAttributes['agentscope.outcome'], \
     StatusCode = 'Error', 'error', '')";

/// The number of the level that a text says, 0 for another text.
fn said(text: &str) -> String {
    let words = Level::ALL.map(|level| format!("'{}'", level.as_str()));
    let numbers = Level::ALL.map(|level| rank(level).to_string());
    format!(
        "transform(upper(trimBoth({text})), [{}], [{}], 0)",
        words.join(", "),
        numbers.join(", ")
    )
}

fn of_span() -> String {
    let own = said("SpanAttributes['agentscope.level']");
    format!("multiIf({own} > 0, {own}, {OUTCOME_OF_SPAN} IN ('error', 'panicked'), 6, 0)")
}

fn of_log() -> String {
    let own = said("LogAttributes['agentscope.level']");
    let text = said("SeverityText");
    format!(
        "multiIf({own} > 0, {own}, {text} > 0, {text}, SeverityNumber = 0, 0, SeverityNumber <= 4, 1, \
         SeverityNumber <= 8, 2, SeverityNumber <= 12, 3, SeverityNumber <= 16, 4, SeverityNumber <= 20, 6, \
         SeverityNumber <= 24, 7, 0)"
    )
}

/// Puts the rules in where a statement names them.
pub(super) fn put_in(sql: &str) -> String {
    sql.replace("OUTCOME_OF_SPAN", OUTCOME_OF_SPAN)
        .replace("LEVEL_OF_SPAN", &of_span())
        .replace("LEVEL_OF_LOG", &of_log())
}

/// The numbers that stand for the levels of a tier.
pub(super) fn of_tier(tier: Tier) -> String {
    let none = (Tier::of(None) == tier).then_some(0);
    let levels = Level::ALL.into_iter();
    let numbers = levels.filter(|level| Tier::of(Some(*level)) == tier);
    let numbers = none.into_iter().chain(numbers.map(rank));
    numbers
        .map(|number| number.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

pub(super) fn rank(level: Level) -> u8 {
    level as u8 + 1
}

pub(super) fn to_level(rank: u8) -> Option<Level> {
    let place = usize::from(rank).checked_sub(1)?;
    Level::ALL.get(place).copied()
}
