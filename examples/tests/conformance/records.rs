//! What every log record and every metric must be. Each rule gives a line for each violation.

use agentscope::Level;
use agentscope::names::{self, Kind};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric::Data};

use super::values::{attributes, json, value};
use crate::receiver::text;

/// What a record of the event has, beside what all have.
fn required(event: &str) -> &'static [&'static str] {
    match event {
        names::EVENT_TOOL_CALLED => &[names::TOOL_NAME, names::STEP_INDEX],
        names::EVENT_TOOL_RETURNED => &[names::TOOL_NAME, names::STEP_INDEX, names::OUTCOME],
        names::EVENT_DELEGATION_CALLED => &[names::DELEGATION_TARGET, names::STEP_INDEX],
        names::EVENT_DELEGATION_RETURNED => {
            &[names::DELEGATION_TARGET, names::STEP_INDEX, names::OUTCOME]
        }
        names::EVENT_AGENT_DECIDED => &[names::OUTCOME],
        names::EVENT_WARNING => &[names::WARNING],
        names::EVENT_NOTE => &[names::NOTE],
        names::EVENT_PAYLOAD => &[names::PAYLOAD_SIZE],
        names::EVENT_EVALUATION => &[names::EVALUATION_NAME, names::EVALUATION_LABEL],
        names::EVENT_INFERENCE_DETAILS => &[names::OPERATION_NAME],
        _ => &[],
    }
}

/// What is wrong with a log record.
pub fn log(record: &LogRecord) -> Vec<String> {
    let event = record.event_name.as_str();
    let mut wrong = attributes(&record.attributes);
    if names::find(event).is_none_or(|name| name.kind != Kind::Event) {
        wrong.push("event: not in the table".into());
    }
    let everywhere = [names::SESSION_ID, names::LEVEL, names::ITERATION_COUNT];
    for key in everywhere.iter().chain(required(event)) {
        if value(&record.attributes, key).is_none() {
            wrong.push(format!("required: {key}"));
        }
    }
    let level = text(&record.attributes, names::LEVEL);
    match Level::ALL
        .into_iter()
        .find(|known| level == Some(known.as_str()))
    {
        Some(level) => severity(record, level, &mut wrong),
        None => wrong.push("level: not in the table".into()),
    }
    let has = |key| value(&record.attributes, key).is_some();
    if has(names::MEMORY) != has(names::MEMORY_SOURCE) {
        wrong.push("memory: its source comes with it".into());
    }
    let needs_memory = [names::MEMORY_CHANGE, names::MEMORY_TRUNCATED];
    if needs_memory.into_iter().any(has) && !has(names::MEMORY) {
        wrong.push("memory: there is none that these could be of".into());
    }
    let values = has(names::INPUT_VALUE) || has(names::OUTPUT_VALUE);
    if values != (event == names::EVENT_VALUES) {
        wrong.push("values: in the event for them and no other".into());
    }
    json(&record.attributes, &mut wrong);
    if record.body.is_some() {
        wrong.push("body: an event has attributes only".into());
    }
    if record.trace_id.len() != 16 || record.span_id.len() != 8 || record.time_unix_nano == 0 {
        wrong.push("record: belongs to no span or no time".into());
    }
    wrong
        .into_iter()
        .map(|wrong| format!("log `{event}`: {wrong}"))
        .collect()
}

/// A warning is never below WARN, and what is for debugging never above its level.
fn severity(record: &LogRecord, level: Level, wrong: &mut Vec<String>) {
    let number = i32::from(level.severity_number());
    if (record.severity_number, record.severity_text.as_str()) != (number, level.as_str()) {
        wrong.push(format!("severity: not that of {level}"));
    }
    let warns = text(&record.attributes, names::WARNING).is_some();
    let fits = match record.event_name.as_str() {
        names::EVENT_NOTE => !warns,
        names::EVENT_VALUES => level == Level::Debug,
        names::EVENT_PAYLOAD => level == Level::Trace,
        names::EVENT_AGENT_DECIDED => level == if warns { Level::Error } else { Level::Info },
        _ => warns == (level >= Level::Warn) && level >= Level::Info,
    };
    if !fits {
        wrong.push(format!("severity: {level} is not what the event can have"));
    }
}

/// What is wrong with a metric.
pub fn metric(metric: &Metric) -> Vec<String> {
    let mut wrong = Vec::new();
    let name = names::find(&metric.name);
    let unit = metric.unit.as_str();
    let is_of_table = match (name.map(|name| name.kind), &metric.data) {
        (Some(Kind::Counter(of)), Some(Data::Sum(sum))) => sum.is_monotonic && of == unit,
        (Some(Kind::Histogram(of)), Some(Data::Histogram(_))) => of == unit,
        _ => false,
    };
    if !is_of_table {
        wrong.push(format!("table: no such metric in {unit}"));
    }
    if name.is_none_or(|name| name.meaning != metric.description) {
        wrong.push("description: not that of the table".into());
    }
    match &metric.data {
        Some(Data::Sum(sum)) => {
            for point in &sum.data_points {
                wrong.extend(attributes(&point.attributes));
            }
        }
        Some(Data::Histogram(histogram)) => {
            for point in &histogram.data_points {
                wrong.extend(attributes(&point.attributes));
            }
        }
        other => wrong.push(format!("data: neither sum nor histogram but {other:?}")),
    }
    wrong
        .into_iter()
        .map(|wrong| format!("metric `{}`: {wrong}", metric.name))
        .collect()
}
