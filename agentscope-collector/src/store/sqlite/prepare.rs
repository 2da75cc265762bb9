//! Turns a batch into rows and compressed blocks, on the thread of whoever writes it: the writing
//! thread is left with what only one can do.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use agentscope_analysis::{Facts, Layer};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use super::super::{Batch, Binding, Origin, SessionId, Tier};
use super::block::Blocks;
use super::columns::{self, code};
use super::place::{Day, Place};
use super::same_call;
use crate::from_otlp;

/// Bytes of a name that are searched by.
const LONGEST_NAME: usize = 256;

/// A batch, ready to be stored.
pub(super) struct Prepared {
    pub(super) bindings: Vec<Binding>,
    /// One for each segment.
    pub(super) parts: Vec<Part>,
    pub(super) records: usize,
}

/// What goes into one segment. Rows refer to names, traces and origins by their place in these
/// lists, so that each is looked up once.
pub(super) struct Part {
    pub(super) place: Place,
    pub(super) names: Vec<String>,
    pub(super) traces: Vec<u128>,
    pub(super) origins: Vec<PartOrigin>,
    pub(super) groups: Vec<Group>,
    pub(super) spans: Vec<SpanRow>,
    pub(super) logs: Vec<LogRow>,
    pub(super) blocks: Vec<Block>,
}

/// Records of one session.
pub(super) struct Group {
    pub(super) session: SessionId,
    pub(super) spans: Range<usize>,
    pub(super) logs: Range<usize>,
}

pub(super) struct PartOrigin {
    /// Resource and scope, length-delimited, one after the other.
    pub(super) body: Vec<u8>,
    service: Option<String>,
}

/// Records compressed together.
pub(super) struct Block {
    /// Bytes before compression.
    pub(super) size: usize,
    pub(super) bytes: Vec<u8>,
}

/// Where the whole of a record stands.
#[derive(Clone, Copy, Default)]
pub(super) struct BodyAt {
    pub(super) block: usize,
    pub(super) place: i64,
}

pub(super) struct SpanRow {
    pub(super) trace: usize,
    pub(super) span_id: i64,
    /// 0 for none.
    pub(super) parent: i64,
    pub(super) body: BodyAt,
    pub(super) origin: usize,
    pub(super) begin: i64,
    pub(super) duration: i64,
    pub(super) layer: Layer,
    pub(super) step: Option<i64>,
    pub(super) outcome: Option<i64>,
    pub(super) level: Option<i64>,
    pub(super) status: Option<i64>,
    pub(super) name: Option<usize>,
    /// The name, of tool calls and delegations.
    pub(super) call: Option<usize>,
    /// The agent that made the call.
    pub(super) agent: Option<usize>,
    /// The model, of inferences.
    pub(super) model: Option<usize>,
    pub(super) error: Option<usize>,
    pub(super) schema: Option<usize>,
    pub(super) input_tokens: Option<i64>,
    pub(super) output_tokens: Option<i64>,
    /// Millionths of a US dollar.
    pub(super) cost: Option<i64>,
    pub(super) blind: Option<bool>,
    pub(super) verdict: Option<usize>,
    pub(super) verdict_source: Option<usize>,
    pub(super) is_root: bool,
    /// Whether agentscope's runtime recorded it.
    pub(super) is_ours: bool,
    /// Whether another span of the batch counts the call.
    pub(super) is_counted: bool,
}

pub(super) struct LogRow {
    /// As the record has it, whatever its clock: sent again it must be the same.
    pub(super) time: i64,
    /// When it was logged, as far as that is believed.
    pub(super) seen: i64,
    /// Of the whole record: with session and time what tells records apart.
    pub(super) hash: i64,
    pub(super) trace: Option<usize>,
    pub(super) level: Option<i64>,
    pub(super) body: BodyAt,
    pub(super) origin: usize,
}

impl Part {
    fn new(place: Place) -> Self {
        Self {
            place,
            names: Vec::new(),
            traces: Vec::new(),
            origins: Vec::new(),
            groups: Vec::new(),
            spans: Vec::new(),
            logs: Vec::new(),
            blocks: Vec::new(),
        }
    }

    pub(super) fn name(&self, name: usize) -> &str {
        &self.names[name]
    }

    pub(super) fn service(&self, origin: usize) -> Option<&str> {
        self.origins[origin].service.as_deref()
    }
}

/// A record of the batch, by what it is sorted by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry<'a> {
    place: Place,
    session: &'a SessionId,
    is_log: bool,
    time: u64,
    /// Its place in the batch.
    index: usize,
    level: Option<i64>,
}

/// Makes the parts of a batch that came now, nanoseconds since the Unix epoch.
pub(super) fn prepare(batch: &Batch, now: u64) -> Prepared {
    let mut facts: Vec<_> = batch
        .spans
        .iter()
        .map(|span| from_otlp::facts_of_span(&span.record))
        .collect();
    let counted = same_call::in_batch(&batch.spans, &mut facts);
    let mut entries = Vec::with_capacity(batch.spans.len() + batch.logs.len());
    for (index, (span, facts)) in batch.spans.iter().zip(&facts).enumerate() {
        let level = columns::level_of_span(facts);
        let time = span.record.start_time_unix_nano;
        entries.push(Entry {
            place: Place {
                day: Day::of_record(time, now),
                tier: Tier::of(level),
            },
            session: &span.session,
            is_log: false,
            time,
            index,
            level: level.map(code::level),
        });
    }
    for (index, log) in batch.logs.iter().enumerate() {
        let level = columns::level_of_log(&log.record);
        let time = time_of_log(&log.record);
        entries.push(Entry {
            place: Place {
                day: Day::of_record(time, now),
                tier: Tier::of(level),
            },
            session: &log.session,
            is_log: true,
            time,
            index,
            level: level.map(code::level),
        });
    }
    let records = entries.len();
    // Records of a session stand together, so that it is read from few blocks, and compressed with
    // what is most like it.
    entries.sort_unstable();
    let mut parts = Vec::new();
    for of_place in entries.chunk_by(|one, other| one.place == other.place) {
        let mut builder = Builder::new(of_place[0].place, now);
        for of_session in of_place.chunk_by(|one, other| one.session == other.session) {
            let (spans, logs) = (builder.part.spans.len(), builder.part.logs.len());
            for entry in of_session {
                match entry.is_log {
                    false => {
                        let span = &batch.spans[entry.index];
                        let facts = &facts[entry.index];
                        let row = builder.span(&span.record, &span.origin, facts, entry.level);
                        row.is_counted = counted[entry.index];
                    }
                    true => {
                        let log = &batch.logs[entry.index];
                        builder.log(&log.record, &log.origin, entry);
                    }
                }
            }
            let part = &mut builder.part;
            part.groups.push(Group {
                session: of_session[0].session.clone(),
                spans: spans..part.spans.len(),
                logs: logs..part.logs.len(),
            });
        }
        parts.push(builder.finish());
    }
    Prepared {
        bindings: batch.bindings.clone(),
        parts,
        records,
    }
}

/// When something was logged; when it was seen, where that is not said.
pub(super) fn time_of_log(log: &LogRecord) -> u64 {
    match log.time_unix_nano {
        0 => log.observed_time_unix_nano,
        time => time,
    }
}

/// When a span began and how long it took, as far as its clock is believed; else it began when it
/// came.
fn times(span: &Span, now: u64) -> (u64, u64) {
    const LONGEST: u64 = 24 * 60 * 60 * 1_000_000_000;
    let (start, end) = (span.start_time_unix_nano, span.end_time_unix_nano);
    let [has_start, has_end] = [start, end].map(|time| Day::is_believed(time, now));
    let took = end.saturating_sub(start);
    match (has_start, has_end) {
        (true, true) => (start, took),
        (true, false) => (start, 0),
        // A clock that is far off may still run evenly.
        (false, false) if took <= LONGEST => (now, took),
        (false, _) => (now, 0),
    }
}

struct Builder<'a> {
    part: Part,
    now: u64,
    names: HashMap<&'a str, usize>,
    traces: HashMap<u128, usize>,
    /// By address: records that came together share theirs.
    origins: HashMap<*const Origin, usize>,
    blocks: Blocks,
}

impl<'a> Builder<'a> {
    fn new(place: Place, now: u64) -> Self {
        Self {
            part: Part::new(place),
            now,
            names: HashMap::new(),
            traces: HashMap::new(),
            origins: HashMap::new(),
            blocks: Blocks::default(),
        }
    }

    fn span(
        &mut self,
        span: &Span,
        origin: &Arc<Origin>,
        facts: &Facts<'a>,
        level: Option<i64>,
    ) -> &mut SpanRow {
        let layer = columns::layer(span, facts);
        let is_call = matches!(layer, Layer::Tool | Layer::Delegation);
        let is_inference = layer == Layer::Inference;
        let name = self.name(facts.name);
        let (begin, duration) = times(span, self.now);
        let row = SpanRow {
            trace: self.trace(id_of(&span.trace_id)),
            span_id: id_of(&span.span_id) as i64,
            parent: id_of(&span.parent_span_id) as i64,
            body: self.blocks.add(span),
            origin: self.origin(origin),
            begin: signed(begin),
            duration: signed(duration),
            layer,
            step: facts.step_index,
            outcome: facts.outcome.map(code::outcome),
            level,
            status: facts.tool_status.and_then(code::status),
            name,
            call: name.filter(|_| is_call),
            agent: self.name(facts.agent_name.filter(|_| is_call)),
            model: self.name(facts.model.filter(|_| is_inference)),
            error: self.name(facts.error_type),
            schema: self.name(facts.schema_hash.filter(|_| is_call)),
            input_tokens: facts.input_tokens.filter(|_| is_inference).map(count),
            output_tokens: facts.output_tokens.filter(|_| is_inference).map(count),
            cost: facts.cost_usd.filter(|_| is_inference).map(micros),
            blind: facts.blind.filter(|is_blind| *is_blind),
            verdict: self.name(facts.verdict),
            verdict_source: self.name(facts.verdict_source),
            is_root: columns::is_root(span),
            is_ours: facts.is_ours,
            is_counted: false,
        };
        let place = self.part.spans.len();
        self.part.spans.push(row);
        &mut self.part.spans[place]
    }

    fn log(&mut self, log: &LogRecord, origin: &Arc<Origin>, entry: &Entry<'_>) {
        let (body, hash) = self.blocks.add_hashed(log);
        let trace = id_of(&log.trace_id);
        let row = LogRow {
            time: signed(entry.time),
            seen: signed(match Day::is_believed(entry.time, self.now) {
                true => entry.time,
                false => self.now,
            }),
            hash,
            trace: (trace != 0).then(|| self.trace(trace)),
            level: entry.level,
            body,
            origin: self.origin(origin),
        };
        self.part.logs.push(row);
    }

    fn name(&mut self, name: Option<&'a str>) -> Option<usize> {
        let name = name.filter(|name| !name.is_empty())?;
        if let Some(known) = self.names.get(name) {
            return Some(*known);
        }
        let place = self.part.names.len();
        self.part.names.push(plain(name));
        self.names.insert(name, place);
        Some(place)
    }

    fn trace(&mut self, trace: u128) -> usize {
        *self.traces.entry(trace).or_insert_with(|| {
            self.part.traces.push(trace);
            self.part.traces.len() - 1
        })
    }

    fn origin(&mut self, origin: &Arc<Origin>) -> usize {
        *self.origins.entry(Arc::as_ptr(origin)).or_insert_with(|| {
            self.part.origins.push(PartOrigin::new(origin));
            self.part.origins.len() - 1
        })
    }

    fn finish(mut self) -> Part {
        self.part.blocks = self.blocks.finish();
        self.part
    }
}

impl PartOrigin {
    fn new(origin: &Origin) -> Self {
        let mut body = origin.resource.encode_length_delimited_to_vec();
        body.extend(origin.scope.encode_length_delimited_to_vec());
        let service = origin.service().map(plain);
        Self { body, service }
    }
}

/// A name as it is searched by: not too long, and without control characters, of which one joins
/// lists of names.
pub(super) fn plain(name: &str) -> String {
    let fits = |end: &usize| name.is_char_boundary(*end);
    let end = (0..=name.len().min(LONGEST_NAME)).rev().find(fits);
    name[..end.unwrap_or(0)].replace(|sign: char| sign.is_control(), " ")
}

/// The number that an id of up to 16 bytes is.
pub(super) fn id_of(bytes: &[u8]) -> u128 {
    let bytes = bytes.iter().take(16);
    bytes.fold(0, |id, byte| id << 8 | u128::from(*byte))
}

/// SQLite's numbers have a sign; 2^63 nanoseconds are the year 2262.
pub(super) fn signed(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}

fn count(number: i64) -> i64 {
    number.max(0)
}

fn micros(usd: f64) -> i64 {
    // Saturates; NaN is 0.
    (usd * 1e6).round().max(0.0) as i64
}
