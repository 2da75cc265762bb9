//! Counts over all sessions of a period.

use std::collections::HashMap;

use agentscope_runtime::Level;

use super::super::{ModelUse, Period, SchemaSeen, StoreError, ToolUse, Triage};
use super::columns::code;
use super::file::In as _;
use super::place::Place;
use super::read::{Open, Snapshot};
use super::sessions::walk;

/// Which sessions of which segments count; those of a period that is always do all.
#[derive(Default)]
struct Chosen {
    all: bool,
    of: HashMap<Place, Vec<bool>>,
}

impl Chosen {
    fn add(&mut self, place: Place, session: i64) {
        let Ok(session) = usize::try_from(session) else {
            return;
        };
        let of = self.of.entry(place).or_default();
        if of.len() <= session {
            of.resize(session + 1, false);
        }
        of[session] = true;
    }

    /// Whether anything of a segment counts.
    fn has(&self, place: Place) -> bool {
        self.all || self.of.contains_key(&place)
    }

    /// Whether a session of a segment counts.
    fn counts(&self, place: Place) -> impl Fn(i64) -> bool + '_ {
        let of = self.of.get(&place);
        move |session| {
            let session = usize::try_from(session).unwrap_or(usize::MAX);
            self.all || of.is_some_and(|of| of.get(session).copied().unwrap_or(false))
        }
    }
}

pub(super) fn triage(snapshot: &Snapshot, period: &Period) -> Result<Triage, StoreError> {
    let mut triage = Triage::default();
    let mut chosen = Chosen {
        all: *period == Period::default(),
        ..Chosen::default()
    };
    walk(snapshot, period, |head| {
        if !chosen.all {
            for (place, session) in &head.found {
                chosen.add(*place, *session);
            }
        }
        triage.add(&head.summary());
    })?;
    let mut tools: HashMap<String, Tool> = HashMap::new();
    let mut models: HashMap<String, Model> = HashMap::new();
    let mut errors: HashMap<String, u64> = HashMap::new();
    for place in snapshot.places().filter(|place| chosen.has(*place)) {
        let counts = chosen.counts(place);
        let Some(segment) = snapshot.segment(place)? else {
            continue;
        };
        tools_of(&segment, &counts, &mut tools)
            .and_then(|()| models_of(&segment, &counts, &mut models))
            .and_then(|()| errors_of(&segment, &counts, &mut errors))
            .within(&segment.path)?;
    }
    triage.tools = tools
        .into_iter()
        .map(|(name, tool)| tool.used(name))
        .collect();
    triage.tools.sort_by(|one, other| {
        other
            .errors
            .cmp(&one.errors)
            .then_with(|| one.name.cmp(&other.name))
    });
    triage.models = models
        .into_iter()
        .map(|(name, model)| model.used(name))
        .collect();
    triage.models.sort_by(|one, other| {
        other
            .calls
            .cmp(&one.calls)
            .then_with(|| one.name.cmp(&other.name))
    });
    triage.errors = errors.into_iter().collect();
    triage
        .errors
        .sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    Ok(triage)
}

/// Every tool call (their layer is 2; a call that is counted by another span has a layer of its own),
/// from the index alone.
pub(super) const TOOLS: &str = "SELECT call, session, duration, outcome, status, level, blind \
     FROM span INDEXED BY span_call WHERE call IS NOT NULL AND layer = 2";
/// Every inference, from the index alone.
pub(super) const MODELS: &str = "SELECT model, session, duration, outcome, input_tokens, output_tokens, cost \
     FROM span INDEXED BY span_model WHERE model IS NOT NULL";
/// Every span with a type of error, from the index alone.
pub(super) const ERRORS: &str =
    "SELECT error, session FROM span INDEXED BY span_error WHERE error IS NOT NULL";
/// Every call with a schema, from the index alone.
pub(super) const SCHEMAS: &str = "SELECT call, session, schema, \"begin\" \
     FROM span INDEXED BY span_call WHERE call IS NOT NULL AND schema IS NOT NULL";

pub(super) const NAMES: &str = "SELECT text FROM name WHERE id = ?1";

fn name_of(segment: &Open, id: i64) -> rusqlite::Result<String> {
    let mut select = segment.db.prepare_cached(NAMES)?;
    select.query_row([id], |row| row.get(0))
}

/// Adds what was counted by the numbers of a segment to what is counted by name.
fn by_name<T: Default>(
    segment: &Open,
    counted: HashMap<i64, T>,
    all: &mut HashMap<String, T>,
    merge: impl Fn(&mut T, T),
) -> rusqlite::Result<()> {
    for (id, counted) in counted {
        merge(all.entry(name_of(segment, id)?).or_default(), counted);
    }
    Ok(())
}

fn positive(number: Option<i64>) -> u64 {
    number
        .and_then(|number| u64::try_from(number).ok())
        .unwrap_or(0)
}

fn has_failed(outcome: Option<i64>) -> bool {
    outcome.is_some_and(|outcome| code::FAILED.contains(&outcome))
}

#[derive(Default)]
struct Tool {
    errors: u64,
    empty: u64,
    warned: u64,
    blind: u64,
    durations: Vec<u64>,
}

impl Tool {
    fn merge(&mut self, other: Self) {
        self.errors += other.errors;
        self.empty += other.empty;
        self.warned += other.warned;
        self.blind += other.blind;
        self.durations.extend(other.durations);
    }

    fn used(mut self, name: String) -> ToolUse {
        let (p50, p95) = quantiles(&mut self.durations);
        ToolUse {
            name,
            calls: self.durations.len() as u64,
            errors: self.errors,
            empty: self.empty,
            warned: self.warned,
            blind: self.blind,
            p50,
            p95,
        }
    }
}

fn tools_of(
    segment: &Open,
    counts: &impl Fn(i64) -> bool,
    all: &mut HashMap<String, Tool>,
) -> rusqlite::Result<()> {
    let (warn, empty) = (code::level(Level::Warn), code::status("empty"));
    let mut tools: HashMap<i64, Tool> = HashMap::new();
    let mut select = segment.db.prepare(TOOLS)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if !counts(row.get(1)?) {
            continue;
        }
        let tool = tools.entry(row.get(0)?).or_default();
        tool.durations.push(positive(row.get(2)?));
        tool.errors += u64::from(has_failed(row.get(3)?));
        tool.empty += u64::from(
            row.get::<_, Option<i64>>(4)?
                .is_some_and(|it| Some(it) == empty),
        );
        tool.warned += u64::from(row.get::<_, Option<i64>>(5)? >= Some(warn));
        tool.blind += u64::from(row.get::<_, Option<bool>>(6)?.unwrap_or(false));
    }
    by_name(segment, tools, all, Tool::merge)
}

#[derive(Default)]
struct Model {
    errors: u64,
    input_tokens: u64,
    output_tokens: u64,
    cost: u64,
    durations: Vec<u64>,
}

impl Model {
    fn merge(&mut self, other: Self) {
        self.errors += other.errors;
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cost = self.cost.saturating_add(other.cost);
        self.durations.extend(other.durations);
    }

    fn used(mut self, name: String) -> ModelUse {
        let (p50, p95) = quantiles(&mut self.durations);
        ModelUse {
            name,
            calls: self.durations.len() as u64,
            errors: self.errors,
            input_tokens: self.input_tokens,
            output_tokens: self.output_tokens,
            cost_microusd: self.cost,
            p50,
            p95,
        }
    }
}

fn models_of(
    segment: &Open,
    counts: &impl Fn(i64) -> bool,
    all: &mut HashMap<String, Model>,
) -> rusqlite::Result<()> {
    let mut models: HashMap<i64, Model> = HashMap::new();
    let mut select = segment.db.prepare(MODELS)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if !counts(row.get(1)?) {
            continue;
        }
        let model = models.entry(row.get(0)?).or_default();
        model.durations.push(positive(row.get(2)?));
        model.errors += u64::from(has_failed(row.get(3)?));
        model.input_tokens = model.input_tokens.saturating_add(positive(row.get(4)?));
        model.output_tokens = model.output_tokens.saturating_add(positive(row.get(5)?));
        model.cost = model.cost.saturating_add(positive(row.get(6)?));
    }
    by_name(segment, models, all, Model::merge)
}

fn errors_of(
    segment: &Open,
    counts: &impl Fn(i64) -> bool,
    all: &mut HashMap<String, u64>,
) -> rusqlite::Result<()> {
    let mut errors: HashMap<i64, u64> = HashMap::new();
    let mut select = segment.db.prepare(ERRORS)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if counts(row.get(1)?) {
            *errors.entry(row.get(0)?).or_default() += 1;
        }
    }
    by_name(segment, errors, all, |all, errors| *all += errors)
}

/// The values that half, and 95 %, of them do not exceed, by nearest rank.
fn quantiles(values: &mut [u64]) -> (u64, u64) {
    let mut at = |percent: usize| {
        let rank = (values.len() * percent).div_ceil(100);
        let place = rank.checked_sub(1)?;
        Some(*values.select_nth_unstable(place).1)
    };
    (at(50).unwrap_or(0), at(95).unwrap_or(0))
}

pub(super) fn schemas(snapshot: &Snapshot, period: &Period) -> Result<Vec<SchemaSeen>, StoreError> {
    let mut chosen = Chosen {
        all: *period == Period::default(),
        ..Chosen::default()
    };
    if !chosen.all {
        walk(snapshot, period, |head| {
            for (place, session) in &head.found {
                chosen.add(*place, *session);
            }
        })?;
    }
    let mut seen: HashMap<(String, String), SchemaSeen> = HashMap::new();
    for place in snapshot.places().filter(|place| chosen.has(*place)) {
        let counts = chosen.counts(place);
        let Some(segment) = snapshot.segment(place)? else {
            continue;
        };
        schemas_of(&segment, &counts, &mut seen).within(&segment.path)?;
    }
    let mut seen: Vec<_> = seen.into_values().collect();
    seen.sort_by(|one, other| {
        (&one.tool, one.first, &one.hash).cmp(&(&other.tool, other.first, &other.hash))
    });
    Ok(seen)
}

fn schemas_of(
    segment: &Open,
    counts: &impl Fn(i64) -> bool,
    all: &mut HashMap<(String, String), SchemaSeen>,
) -> rusqlite::Result<()> {
    // Calls, begin of the first and of the last.
    let mut seen: HashMap<(i64, i64), (u64, u64, u64)> = HashMap::new();
    let mut select = segment.db.prepare(SCHEMAS)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if counts(row.get(1)?) {
            let begin = positive(row.get(3)?);
            let seen = seen
                .entry((row.get(0)?, row.get(2)?))
                .or_insert((0, begin, begin));
            *seen = (seen.0 + 1, seen.1.min(begin), seen.2.max(begin));
        }
    }
    for ((tool, hash), (calls, first, last)) in seen {
        let (tool, hash) = (name_of(segment, tool)?, name_of(segment, hash)?);
        let schema = all
            .entry((tool.clone(), hash.clone()))
            .or_insert(SchemaSeen {
                tool,
                hash,
                calls: 0,
                first,
                last,
            });
        schema.calls += calls;
        schema.first = schema.first.min(first);
        schema.last = schema.last.max(last);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::quantiles;

    #[test]
    fn quantiles_are_by_nearest_rank() {
        let mut values: Vec<u64> = (1..=20).rev().collect();
        assert_eq!(quantiles(&mut values), (10, 19));
        assert_eq!(quantiles(&mut [7]), (7, 7));
        assert_eq!(quantiles(&mut []), (0, 0));
    }
}
