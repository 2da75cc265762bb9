//! Tool calls and delegations: "tool X at step 3".

use rusqlite::{Row, ToSql, params_from_iter};

use super::super::{Call, CallFilter, StoreError};
use super::columns::code;
use super::file::in_database;
use super::place::Day;
use super::prepare::{id_of, plain, signed};
use super::read::{Heads, Open, Snapshot, days};
use super::segment::call_layer;

pub(super) fn calls(snapshot: &Snapshot, filter: &CallFilter) -> Result<Vec<Call>, StoreError> {
    let limit = match filter.limit {
        0 => usize::MAX,
        limit => limit,
    };
    let mut heads = Heads::new(snapshot);
    let mut calls: Vec<Call> = Vec::new();
    let ids = match &filter.session {
        Some(id) => Some(super::sessions::known_as(snapshot, id)?),
        None => None,
    };
    let mut places: Vec<_> = snapshot.places_of(days(&filter.period)).rev().collect();
    if let Some((_, days)) = &ids {
        places.retain(|place| days.contains(&place.day));
    }
    let mut day: Option<Day> = None;
    for place in places {
        // The segments of one day are side by side in time, those of days are not.
        if day != Some(place.day) && calls.len() >= limit {
            break;
        }
        day = Some(place.day);
        if let Some(segment) = snapshot.segment(place)? {
            let ids = ids.as_ref().map(|(ids, _)| ids.as_slice());
            calls.extend(of_segment(&segment, filter, ids, limit)?);
            sort(&mut calls);
            calls.truncate(limit);
        }
    }
    for call in &mut calls {
        if let Some(head) = heads.of(&call.session)? {
            call.session = head.to_owned();
        }
    }
    Ok(calls)
}

fn sort(calls: &mut [Call]) {
    calls.sort_by(|one, other| {
        let begins = other.begin.cmp(&one.begin);
        begins.then_with(|| (&one.session, &one.span_id).cmp(&(&other.session, &other.span_id)))
    });
}

fn of_segment(
    segment: &Open,
    filter: &CallFilter,
    ids: Option<&[String]>,
    limit: usize,
) -> Result<Vec<Call>, StoreError> {
    in_database(&segment.path, || {
        let (sql, values) = query(filter, ids, limit);
        let mut select = segment.db.prepare(&sql)?;
        let values = values.iter().map(|value| value.as_ref());
        let calls = select.query_map(params_from_iter(values), read)?;
        calls.collect()
    })
}

/// The inner query finds the keys in an index alone; only what is shown is then read from the
/// table. A name, or a session, is what an index is searched by; without either the whole index of
/// the calls is read, which is meant.
pub(super) fn query(
    filter: &CallFilter,
    ids: Option<&[String]>,
    limit: usize,
) -> (String, Vec<Box<dyn ToSql>>) {
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    // By session the table itself is the index; a plus keeps SQLite from another.
    let plain_column = if ids.is_some() { "+" } else { "" };
    let mut conditions = vec![format!("{plain_column}call IS NOT NULL")];
    let mut condition = |text: &str, value: Box<dyn ToSql>| {
        values.push(value);
        conditions.push(text.replace('?', &format!("?{}", values.len())));
    };
    if let Some(name) = &filter.name {
        condition(
            &format!("{plain_column}call = (SELECT id FROM name WHERE text = ?)"),
            Box::new(plain(name)),
        );
    }
    if let Some(step) = filter.step {
        condition(&format!("{plain_column}step = ?"), Box::new(step));
    }
    if let Some(outcome) = filter.outcome {
        condition("outcome = ?", Box::new(code::outcome(outcome)));
    }
    if let Some(status) = &filter.status {
        condition("status = ?", Box::new(code::status(status).unwrap_or(-1)));
    }
    if let Some(level) = filter.level {
        condition("level >= ?", Box::new(code::level(level)));
    }
    if filter.period.since > 0 {
        condition("\"begin\" >= ?", Box::new(signed(filter.period.since)));
    }
    if filter.period.until < u64::MAX {
        condition("\"begin\" < ?", Box::new(signed(filter.period.until)));
    }
    let source = match ids {
        None => "span INDEXED BY span_call",
        Some(ids) => {
            let mut keys = Vec::with_capacity(ids.len());
            for id in ids {
                values.push(Box::new(id.clone()));
                keys.push(format!(
                    "(SELECT key FROM session WHERE id = ?{})",
                    values.len()
                ));
            }
            conditions.push(format!("session IN ({})", keys.join(", ")));
            "span"
        }
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT (SELECT id FROM session WHERE key = f.session), \
             (SELECT trace FROM trace WHERE id = f.trace), f.span_id, s.layer, \
             (SELECT text FROM name WHERE id = s.call), (SELECT text FROM name WHERE id = s.agent), \
             s.step, s.\"begin\", s.duration, s.outcome, s.status, s.level, \
             (SELECT text FROM name WHERE id = s.error), (SELECT text FROM name WHERE id = s.schema) \
         FROM (SELECT session, span_id, trace FROM {source} WHERE {} \
             ORDER BY \"begin\" DESC LIMIT {limit}) f \
         CROSS JOIN span s ON s.session = f.session AND s.span_id = f.span_id AND s.trace = f.trace",
        conditions.join(" AND ")
    );
    (sql, values)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Call> {
    let positive = |number: i64| u64::try_from(number).unwrap_or(0);
    let level: Option<i64> = row.get(11)?;
    let outcome: Option<i64> = row.get(9)?;
    let status: Option<i64> = row.get(10)?;
    let status = status.and_then(|it| code::STATUS.get(usize::try_from(it).ok()?));
    Ok(Call {
        session: row.get(0)?,
        trace_id: format!("{:032x}", id_of(&row.get::<_, Vec<u8>>(1)?)),
        span_id: format!("{:016x}", row.get::<_, i64>(2)?),
        layer: call_layer(row.get(3)?),
        name: row.get(4)?,
        agent: row.get(5)?,
        step: row.get(6)?,
        begin: positive(row.get(7)?),
        duration: positive(row.get(8)?),
        outcome: outcome.and_then(code::to_outcome),
        status: status.map(|word| (*word).to_owned()),
        level: level.and_then(code::to_level),
        error_type: row.get(12)?,
        schema_hash: row.get(13)?,
    })
}
