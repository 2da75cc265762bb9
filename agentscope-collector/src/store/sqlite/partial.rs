//! What is known of a session from some of its records; parts are put together in any order.

use agentscope_analysis::Layer;
use rusqlite::{Row, Statement, ToSql};

use super::columns::code;
use super::prepare::{LogRow, Part, SpanRow};
use super::same_call::Counts;

/// Columns of a partial aggregate, in segments and in the file of what is kept for ever.
pub(super) const COLUMNS: &str = "\"begin\", \"end\", level, spans, logs, agents, tools, inferences, \
     delegations, errors, input_tokens, output_tokens, cost, late, root_ended, name, name_rank, \
     name_begin, verdict, verdict_source, verdict_time, services, agent_names, tool_names";

/// Statement by which a partial aggregate takes the place of the one before; `extra` is the column
/// of an id, or nothing.
pub(super) fn upsert(table: &str, extra: Option<&str>) -> String {
    let columns = COLUMNS.split(", ").map(str::trim);
    let marks: Vec<_> = (1..=25 + extra.iter().count())
        .map(|n| format!("?{n}"))
        .collect();
    let excluded: Vec<_> = columns.map(|column| format!("excluded.{column}")).collect();
    let extra = extra
        .map(|column| format!(", {column}"))
        .unwrap_or_default();
    format!(
        "INSERT INTO {table}(key, {COLUMNS}{extra}) VALUES ({}) \
         ON CONFLICT(key) DO UPDATE SET ({COLUMNS}) = ({})",
        marks.join(", "),
        excluded.join(", "),
    )
}

/// Between the names of a list. It cannot be part of one.
const SEPARATOR: char = '\u{1f}';
/// Names of a list, at most.
const NAMES: usize = 256;

/// Names in order, joined: most sessions have the same few, so that putting lists together is
/// mostly a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names(String);

impl Names {
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(SEPARATOR).filter(|name| !name.is_empty())
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        // Asked for every span: bytes are split faster than text.
        let mut names = self.0.as_bytes().split(|byte| *byte == SEPARATOR as u8);
        names.any(|it| it == name.as_bytes())
    }

    fn bound(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(&self.0)
    }

    fn add(&mut self, name: &str) {
        if name.is_empty() || self.contains(name) || self.iter().count() >= NAMES {
            return;
        }
        let mut names: Vec<&str> = self.iter().collect();
        let place = names.partition_point(|it| *it < name);
        names.insert(place, name);
        let mut joined = String::with_capacity(self.0.len() + name.len() + 1);
        for (place, name) in names.into_iter().enumerate() {
            if place > 0 {
                joined.push(SEPARATOR);
            }
            joined.push_str(name);
        }
        self.0 = joined;
    }

    fn merge(&mut self, other: &Self) {
        if self.0.is_empty() {
            self.0.clone_from(&other.0);
        } else if self.0 != other.0 {
            for name in other.iter() {
                self.add(name);
            }
        }
    }
}

/// The name of a session: of its workflow (rank 0), else of its earliest agent (rank 1).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Called {
    rank: i64,
    begin: i64,
    name: String,
}

/// A verdict of a session span; the latest counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    time: i64,
    pub(super) value: String,
    pub(super) source: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Partial {
    pub(super) begin: i64,
    pub(super) end: i64,
    pub(super) level: Option<i64>,
    pub(super) spans: i64,
    pub(super) logs: i64,
    pub(super) agents: i64,
    pub(super) tools: i64,
    pub(super) inferences: i64,
    pub(super) delegations: i64,
    pub(super) errors: i64,
    pub(super) input_tokens: i64,
    pub(super) output_tokens: i64,
    pub(super) cost: Option<i64>,
    pub(super) late: i64,
    pub(super) root_ended: bool,
    called: Option<Called>,
    pub(super) judged: Option<Judged>,
    pub(super) services: Names,
    pub(super) agent_names: Names,
    pub(super) tool_names: Names,
}

impl Default for Partial {
    fn default() -> Self {
        Self {
            begin: i64::MAX,
            end: 0,
            level: None,
            spans: 0,
            logs: 0,
            agents: 0,
            tools: 0,
            inferences: 0,
            delegations: 0,
            errors: 0,
            input_tokens: 0,
            output_tokens: 0,
            cost: None,
            late: 0,
            root_ended: false,
            called: None,
            judged: None,
            services: Names::default(),
            agent_names: Names::default(),
            tool_names: Names::default(),
        }
    }
}

impl Partial {
    pub(super) fn is_empty(&self) -> bool {
        self.spans == 0 && self.logs == 0
    }

    pub(super) fn name(&self) -> Option<&str> {
        self.called.as_ref().map(|called| called.name.as_str())
    }

    /// Adds a span; of a call that another span `counts` already, only what that did not say.
    pub(super) fn span(&mut self, row: &SpanRow, part: &Part, is_late: bool, counts: Counts) {
        self.spans += 1;
        self.late += i64::from(is_late);
        self.seen(row.begin, row.begin.saturating_add(row.duration), row.level);
        self.root_ended |= row.is_root;
        self.errors += i64::from(row.outcome.is_some_and(|it| code::FAILED.contains(&it)));
        if let Some(service) = part.service(row.origin) {
            self.services.add(service);
        }
        let name = row.name.map(|name| part.name(name));
        match row.layer {
            Layer::Session => {
                self.call(0, row.begin, name);
                if let Some(value) = row.verdict {
                    self.judge(Judged {
                        time: row.begin.saturating_add(row.duration),
                        value: part.name(value).to_owned(),
                        source: row.verdict_source.map(|it| part.name(it).to_owned()),
                    });
                }
            }
            Layer::Agent => {
                self.agents += counts.call();
                self.call(1, row.begin, name);
                if let Some(name) = name {
                    self.agent_names.add(name);
                }
            }
            Layer::Tool => {
                self.tools += counts.call();
                if let Some(name) = name {
                    self.tool_names.add(name);
                }
            }
            Layer::Inference => {
                self.inferences += counts.call();
                if counts != Counts::Nothing {
                    let input = row.input_tokens.unwrap_or(0);
                    let output = row.output_tokens.unwrap_or(0);
                    self.input_tokens = self.input_tokens.saturating_add(input);
                    self.output_tokens = self.output_tokens.saturating_add(output);
                    self.cost = sum(self.cost, row.cost);
                }
            }
            Layer::Delegation => self.delegations += 1,
            Layer::Other => {}
        }
    }

    pub(super) fn log(&mut self, row: &LogRow, part: &Part, is_late: bool) {
        self.logs += 1;
        self.late += i64::from(is_late);
        self.seen(row.seen, row.seen, row.level);
        if let Some(service) = part.service(row.origin) {
            self.services.add(service);
        }
    }

    fn seen(&mut self, begin: i64, end: i64, level: Option<i64>) {
        self.begin = self.begin.min(begin);
        self.end = self.end.max(end);
        self.level = self.level.max(level);
    }

    fn call(&mut self, rank: i64, begin: i64, name: Option<&str>) {
        let Some(name) = name else { return };
        let known = self.called.as_ref();
        let is_better = known.is_none_or(|known| {
            (rank, begin, name) < (known.rank, known.begin, known.name.as_str())
        });
        if is_better {
            let name = name.to_owned();
            self.called = Some(Called { rank, begin, name });
        }
    }

    /// Of a session with several turns one failure is a failure; of equal words the latest counts.
    fn judge(&mut self, judged: Judged) {
        let weight = |it: &Judged| match it.value.as_str() {
            "failure" => 2,
            "success" => 1,
            _ => 0,
        };
        let order = |it: &Judged| (weight(it), it.time);
        let known = self.judged.as_ref();
        if known.is_none_or(|known| order(known) < order(&judged)) {
            self.judged = Some(judged);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.seen(other.begin, other.end, other.level);
        self.spans = self.spans.saturating_add(other.spans);
        self.logs = self.logs.saturating_add(other.logs);
        self.agents = self.agents.saturating_add(other.agents);
        self.tools = self.tools.saturating_add(other.tools);
        self.inferences = self.inferences.saturating_add(other.inferences);
        self.delegations = self.delegations.saturating_add(other.delegations);
        self.errors = self.errors.saturating_add(other.errors);
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cost = sum(self.cost, other.cost);
        self.late = self.late.saturating_add(other.late);
        self.root_ended |= other.root_ended;
        if let Some(called) = other.called {
            self.call(called.rank, called.begin, Some(&called.name));
        }
        if let Some(judged) = other.judged {
            self.judge(judged);
        }
        self.services.merge(&other.services);
        self.agent_names.merge(&other.agent_names);
        self.tool_names.merge(&other.tool_names);
    }

    /// Reads [`COLUMNS`], of which the first stands at a place of the row.
    pub(super) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        let at = |place| first + place;
        let called = match row.get::<_, Option<String>>(at(15))? {
            Some(name) => Some(Called {
                name,
                rank: row.get(at(16))?,
                begin: row.get(at(17))?,
            }),
            None => None,
        };
        let judged = match row.get::<_, Option<String>>(at(18))? {
            Some(value) => Some(Judged {
                value,
                source: row.get(at(19))?,
                time: row.get(at(20))?,
            }),
            None => None,
        };
        let names = |place| -> rusqlite::Result<Names> {
            let text: Option<String> = row.get(at(place))?;
            Ok(Names(text.unwrap_or_default()))
        };
        Ok(Self {
            begin: row.get(at(0))?,
            end: row.get(at(1))?,
            level: row.get(at(2))?,
            spans: row.get(at(3))?,
            logs: row.get(at(4))?,
            agents: row.get(at(5))?,
            tools: row.get(at(6))?,
            inferences: row.get(at(7))?,
            delegations: row.get(at(8))?,
            errors: row.get(at(9))?,
            input_tokens: row.get(at(10))?,
            output_tokens: row.get(at(11))?,
            cost: row.get(at(12))?,
            late: row.get(at(13))?,
            root_ended: row.get(at(14))?,
            called,
            judged,
            services: names(21)?,
            agent_names: names(22)?,
            tool_names: names(23)?,
        })
    }

    /// Runs a statement that takes a key, then [`COLUMNS`], and then an id if there is one.
    pub(super) fn write(
        &self,
        statement: &mut Statement<'_>,
        key: i64,
        id: Option<&str>,
    ) -> rusqlite::Result<()> {
        let called = self.called.as_ref();
        let judged = self.judged.as_ref();
        let numbers = [
            self.spans,
            self.logs,
            self.agents,
            self.tools,
            self.inferences,
            self.delegations,
            self.errors,
            self.input_tokens,
            self.output_tokens,
        ];
        let mut place = 0;
        let mut bind = |value: &dyn ToSql| {
            place += 1;
            statement.raw_bind_parameter(place, value)
        };
        bind(&key)?;
        bind(&self.begin)?;
        bind(&self.end)?;
        bind(&self.level)?;
        for number in &numbers {
            bind(number)?;
        }
        bind(&self.cost)?;
        bind(&self.late)?;
        bind(&self.root_ended)?;
        bind(&called.map(|it| it.name.as_str()))?;
        bind(&called.map(|it| it.rank))?;
        bind(&called.map(|it| it.begin))?;
        bind(&judged.map(|it| it.value.as_str()))?;
        bind(&judged.and_then(|it| it.source.as_deref()))?;
        bind(&judged.map(|it| it.time))?;
        bind(&self.services.bound())?;
        bind(&self.agent_names.bound())?;
        bind(&self.tool_names.bound())?;
        if let Some(id) = id {
            bind(&id)?;
        }
        statement.raw_execute()?;
        Ok(())
    }
}

fn sum(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    }
}
