//! The list of sessions, and where each of them stands.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use rusqlite::{OptionalExtension as _, Row, params};

use super::super::{Period, SessionFilter, SessionSummary, StoreError, Verdict};
use super::catalog::state_of;
use super::columns::code;
use super::file::{In as _, in_database};
use super::partial::{self, Partial};
use super::place::{Day, Place};
use super::read::{Heads, Open, Snapshot, days};
use super::segment::{read_session, read_sessions};

/// A session under its own id, as `sessions.db` has it, with what is folded there and what was
/// found in segments.
pub(super) struct Head {
    pub(super) id: String,
    last: Day,
    state: i64,
    verdict: Option<Verdict>,
    pub(super) sum: Partial,
    /// Where its records are: segment, and number of the session there.
    pub(super) found: Vec<(Place, i64)>,
}

impl Head {
    /// Reads the columns of [`of_day`].
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let verdict = match row.get::<_, Option<String>>(3)? {
            Some(value) => Some(Verdict {
                value,
                source: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
            }),
            None => None,
        };
        let has_folded = row.get::<_, Option<i64>>(5)?.is_some();
        Ok(Self {
            id: row.get(0)?,
            last: Day(row.get(1)?),
            state: row.get(2)?,
            verdict,
            sum: match has_folded {
                true => Partial::read(row, 5)?,
                false => Partial::default(),
            },
            found: Vec::new(),
        })
    }

    pub(super) fn summary(self) -> SessionSummary {
        let sum = self.sum;
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let said = sum.judged.as_ref().map(|judged| Verdict {
            value: judged.value.clone(),
            source: judged.source.clone().unwrap_or_default(),
        });
        SessionSummary {
            begin: count(sum.begin),
            end: count(sum.end),
            state: state_of(self.state),
            verdict: self.verdict.or(said),
            level: sum.level.and_then(code::to_level),
            name: sum.name().map(str::to_owned),
            services: sum.services.iter().map(str::to_owned).collect(),
            spans: count(sum.spans),
            logs: count(sum.logs),
            agents: count(sum.agents),
            tools: count(sum.tools),
            inferences: count(sum.inferences),
            delegations: count(sum.delegations),
            errors: count(sum.errors),
            input_tokens: count(sum.input_tokens),
            output_tokens: count(sum.output_tokens),
            cost_microusd: sum.cost.map(count),
            late: count(sum.late),
            root_ended: sum.root_ended,
            id: self.id,
        }
    }

    fn fits(&self, filter: &SessionFilter) -> bool {
        let sum = &self.sum;
        let in_period = u64::try_from(sum.begin)
            .is_ok_and(|begin| filter.period.since <= begin && begin < filter.period.until);
        let said = || {
            let said = self.verdict.as_ref().map(|it| it.value.as_str());
            said.or(sum.judged.as_ref().map(|it| it.value.as_str()))
        };
        !sum.is_empty()
            && in_period
            && filter.agent.as_ref().is_none_or(|it| sum.agent_names.contains(it))
            && filter.tool.as_ref().is_none_or(|it| sum.tool_names.contains(it))
            && filter.level.is_none_or(|it| sum.level >= Some(code::level(it)))
            && filter.state.is_none_or(|it| state_of(self.state) == it)
            // Of whom nobody says anything nothing is known.
            && filter.verdict.is_none_or(|it| said().unwrap_or("unknown") == it.as_str())
    }
}

/// With [`FROM`]: what the list needs of a session.
fn head_columns() -> String {
    let folded = partial::COLUMNS
        .split(", ")
        .map(|column| format!("f.{}", column.trim()));
    let folded: Vec<_> = folded.collect();
    format!(
        "s.id, s.last_day, s.state, s.verdict, s.verdict_source, {} \
         FROM session s LEFT JOIN folded f ON f.key = s.key",
        folded.join(", ")
    )
}

/// Sessions that began on a day.
pub(super) fn of_day() -> String {
    format!(
        "SELECT {} WHERE s.first_day = ?1 AND s.bound IS NULL",
        head_columns()
    )
}

/// The latest day of some on which sessions began.
pub(super) const LATEST_DAY: &str = "SELECT first_day FROM session \
     WHERE bound IS NULL AND first_day IS NOT NULL AND first_day BETWEEN ?1 AND ?2 \
     ORDER BY first_day DESC LIMIT 1";

/// A session and the provisional ones that turned out to be it.
pub(super) const ALIASES: &str =
    "SELECT a.id FROM session s JOIN session a ON a.bound = s.key WHERE s.id = ?1";

pub(super) const JUDGE: &str = "UPDATE session SET verdict = ?2, verdict_source = ?3 \
     WHERE key = (SELECT coalesce(bound, key) FROM session WHERE id = ?1)";

/// The days of a period on which sessions began, the latest first.
fn each_day(
    snapshot: &Snapshot,
    period: &Period,
    mut each: impl FnMut(Day) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let Some(db) = &snapshot.sessions else {
        return Ok(());
    };
    let (first, mut last) = days(period).into_inner();
    loop {
        let day = in_database(&snapshot.sessions_path(), || {
            let mut select = db.prepare_cached(LATEST_DAY)?;
            let day = select.query_row([first.0, last.0], |row| Ok(Day(row.get(0)?)));
            day.optional()
        })?;
        match day {
            Some(day) if each(day)? => last = Day(day.0 - 1),
            _ => return Ok(()),
        }
    }
}

/// Walks the sessions that began in a period, a day at a time, the latest first.
pub(super) fn walk(
    snapshot: &Snapshot,
    period: &Period,
    mut each: impl FnMut(Head),
) -> Result<(), StoreError> {
    let filter = SessionFilter {
        period: *period,
        ..SessionFilter::default()
    };
    let mut heads_of = Heads::new(snapshot);
    each_day(snapshot, period, |day| {
        let heads = of_whole_day(snapshot, day, &mut heads_of)?;
        let fitting = heads.into_values().filter(|head| head.fits(&filter));
        fitting.for_each(&mut each);
        Ok(true)
    })
}

/// Every session that began on a day.
fn of_whole_day(
    snapshot: &Snapshot,
    day: Day,
    heads_of: &mut Heads<'_>,
) -> Result<HashMap<String, Head>, StoreError> {
    let Some(db) = &snapshot.sessions else {
        return Ok(HashMap::new());
    };
    let mut heads: HashMap<String, Head> = in_database(&snapshot.sessions_path(), || {
        let mut select = db.prepare_cached(&of_day())?;
        let heads = select.query_map([day.0], Head::read)?;
        heads
            .map(|head| head.map(|head| (head.id.clone(), head)))
            .collect()
    })?;
    for place in snapshot.places_of(day..=day) {
        gather_all(snapshot, place, &mut heads, heads_of)?;
    }
    gather_later(snapshot, day, &mut heads)?;
    Ok(heads)
}

/// The few latest sessions of a day that fit, without looking at all of them; `None` where too many
/// do not fit.
///
/// A session begins where its earliest part does, so among the parts that began latest, those of
/// all segments together, are all sessions that began after the earliest of these parts.
fn latest_of_day(
    snapshot: &Snapshot,
    day: Day,
    filter: &SessionFilter,
    wanted: usize,
) -> Result<Option<Vec<Head>>, StoreError> {
    if wanted > FEW || has_folded(snapshot, day)? {
        return Ok(None);
    }
    let parts = 3 * wanted + 20;
    let mut segments = Vec::new();
    let mut ids = HashSet::new();
    // All that began after it are among the ids.
    let mut complete_from = i64::MIN;
    for place in snapshot.places_of(day..=day) {
        let Some(segment) = snapshot.segment(place)? else {
            continue;
        };
        let latest = in_database(&segment.path, || {
            let mut select = segment.db.prepare(LATEST)?;
            let until = super::prepare::signed(filter.period.until);
            let latest = select.query_map(params![until, parts as i64], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })?;
            latest.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        if let Some((begin, _)) = latest.last().filter(|_| latest.len() == parts) {
            complete_from = complete_from.max(*begin);
        }
        ids.extend(latest.into_iter().map(|(_, id)| id));
        segments.push(segment);
    }
    let mut heads: HashMap<String, Head> = HashMap::new();
    for id in ids {
        let (ids, days) = known_as(snapshot, &id)?;
        if *days.start() != day || heads.contains_key(&ids[0]) {
            continue;
        }
        if let Some(mut head) = head_of(snapshot, &ids[0])? {
            for segment in &segments {
                gather_one(segment, &ids, &mut head)?;
            }
            heads.insert(head.id.clone(), head);
        }
    }
    gather_later(snapshot, day, &mut heads)?;
    let is_complete = |head: &Head| head.sum.begin > complete_from;
    let fitting: Vec<Head> = heads
        .into_values()
        .filter(|head| is_complete(head) && head.fits(filter))
        .collect();
    let is_enough = fitting.len() >= wanted || complete_from == i64::MIN;
    Ok(is_enough.then_some(fitting))
}

/// Whether there are sessions of a day of which no segment knows any longer.
fn has_folded(snapshot: &Snapshot, day: Day) -> Result<bool, StoreError> {
    let Some(db) = &snapshot.sessions else {
        return Ok(false);
    };
    in_database(&snapshot.sessions_path(), || {
        let mut select = db.prepare_cached(HAS_FOLDED)?;
        select.query_row([day.0], |row| row.get(0))
    })
}

/// Keys grow with time, so that of a day of which nothing was dropped nearly nothing is looked at.
const HAS_FOLDED: &str = "SELECT EXISTS (SELECT 1 FROM session s CROSS JOIN folded f ON f.key = s.key \
     WHERE s.first_day = ?1 AND s.bound IS NULL AND s.key <= (SELECT max(key) FROM folded))";

/// Sessions of a list for which it pays to look for each of them.
const FEW: usize = 500;

pub(super) const LATEST: &str =
    "SELECT \"begin\", id FROM session WHERE \"begin\" < ?1 ORDER BY \"begin\" DESC LIMIT ?2";

/// What the segments of their first day know of sessions: nearly all of them are over by its end.
fn gather_all(
    snapshot: &Snapshot,
    place: Place,
    heads: &mut HashMap<String, Head>,
    heads_of: &mut Heads<'_>,
) -> Result<(), StoreError> {
    let Some(segment) = snapshot.segment(place)? else {
        return Ok(());
    };
    let mut others = Vec::new();
    read_sessions(&segment.db, |key, id, partial| match heads.get_mut(&id) {
        Some(head) => {
            head.sum.merge(partial);
            head.found.push((place, key));
        }
        None => others.push((key, id, partial)),
    })
    .within(&segment.path)?;
    for (key, id, partial) in others {
        let head = heads_of.of(&id)?.and_then(|id| heads.get_mut(id));
        if let Some(head) = head {
            head.sum.merge(partial);
            head.found.push((place, key));
        }
    }
    Ok(())
}

/// What later segments know of the few that went on.
fn gather_later(
    snapshot: &Snapshot,
    first: Day,
    heads: &mut HashMap<String, Head>,
) -> Result<(), StoreError> {
    let mut later: Vec<&mut Head> = heads
        .values_mut()
        .filter(|head| head.last > first)
        .collect();
    let Some(last) = later.iter().map(|head| head.last).max() else {
        return Ok(());
    };
    let mut ids = Vec::with_capacity(later.len());
    for head in &later {
        ids.push(ids_of(snapshot, &head.id)?);
    }
    for place in snapshot.places_of(Day(first.0 + 1)..=last) {
        let Some(segment) = snapshot.segment(place)? else {
            continue;
        };
        for (head, ids) in later.iter_mut().zip(&ids) {
            if head.last >= place.day {
                gather_one(&segment, ids, head)?;
            }
        }
    }
    Ok(())
}

fn gather_one(segment: &Open, ids: &[String], head: &mut Head) -> Result<(), StoreError> {
    for id in ids {
        if let Some((key, partial)) = read_session(&segment.db, id).within(&segment.path)? {
            head.sum.merge(partial);
            head.found.push((segment.place, key));
        }
    }
    Ok(())
}

/// The ids under which records of a session may stand.
fn ids_of(snapshot: &Snapshot, id: &str) -> Result<Vec<String>, StoreError> {
    let mut ids = vec![id.to_owned()];
    if let Some(db) = &snapshot.sessions {
        let aliases = in_database(&snapshot.sessions_path(), || {
            let mut select = db.prepare_cached(ALIASES)?;
            let aliases = select.query_map([id], |row| row.get(0))?;
            aliases.collect::<rusqlite::Result<Vec<String>>>()
        })?;
        ids.extend(aliases);
    }
    Ok(ids)
}

pub(super) fn list(
    snapshot: &Snapshot,
    filter: &SessionFilter,
) -> Result<Vec<SessionSummary>, StoreError> {
    let limit = match filter.limit {
        0 => usize::MAX,
        limit => limit,
    };
    let mut list: Vec<SessionSummary> = Vec::new();
    let mut heads_of = Heads::new(snapshot);
    each_day(snapshot, &filter.period, |day| {
        let wanted = limit - list.len();
        let mut heads = match latest_of_day(snapshot, day, filter, wanted)? {
            Some(heads) => heads,
            None => {
                let heads = of_whole_day(snapshot, day, &mut heads_of)?;
                heads
                    .into_values()
                    .filter(|head| head.fits(filter))
                    .collect()
            }
        };
        heads.sort_unstable_by(|one, other| {
            let begins = other.sum.begin.cmp(&one.sum.begin);
            begins.then_with(|| one.id.cmp(&other.id))
        });
        heads.truncate(wanted);
        list.extend(heads.into_iter().map(Head::summary));
        Ok(list.len() < limit)
    })?;
    // A record under another day than its own, because its clock was not believed.
    list.sort_by(|one, other| {
        other
            .begin
            .cmp(&one.begin)
            .then_with(|| one.id.cmp(&other.id))
    });
    Ok(list)
}

/// The ids under which records of a session may stand, and the days on which they may.
pub(super) fn known_as(
    snapshot: &Snapshot,
    id: &str,
) -> Result<(Vec<String>, RangeInclusive<Day>), StoreError> {
    let head = Heads::new(snapshot).of(id)?.map(str::to_owned);
    let id = head.as_deref().unwrap_or(id);
    let days = match &snapshot.sessions {
        Some(db) => db
            .query_row(DAYS_OF, [id], |row| Ok(Day(row.get(0)?)..=Day(row.get(1)?)))
            .optional()
            .within(&snapshot.sessions_path())?,
        None => None,
    };
    // From a later to an earlier day: on none.
    let days = days.unwrap_or(Day(1)..=Day(0));
    Ok((ids_of(snapshot, id)?, days))
}

pub(super) const DAYS_OF: &str =
    "SELECT first_day, last_day FROM session WHERE id = ?1 AND first_day IS NOT NULL";

/// A session with what all segments know of it, and the segments that have something.
pub(super) fn find(snapshot: &Snapshot, id: &str) -> Result<Option<(Head, Vec<Open>)>, StoreError> {
    let (ids, days) = known_as(snapshot, id)?;
    // The first is its own.
    let Some(id) = ids.first() else {
        return Ok(None);
    };
    let head = head_of(snapshot, id)?;
    let Some(mut head) = head else {
        return Ok(None);
    };
    let mut segments = Vec::new();
    for place in snapshot.places_of(days) {
        let Some(segment) = snapshot.segment(place)? else {
            continue;
        };
        let before = head.found.len();
        gather_one(&segment, &ids, &mut head)?;
        if head.found.len() > before {
            segments.push(segment);
        }
    }
    Ok((!head.sum.is_empty()).then_some((head, segments)))
}

/// What `sessions.db` has of a session.
fn head_of(snapshot: &Snapshot, id: &str) -> Result<Option<Head>, StoreError> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {} WHERE s.id = ?1 AND s.first_day IS NOT NULL",
            head_columns()
        )
    });
    let Some(db) = &snapshot.sessions else {
        return Ok(None);
    };
    in_database(&snapshot.sessions_path(), || {
        db.prepare_cached(&SQL)?
            .query_row([id], Head::read)
            .optional()
    })
}
