//! Which file a record stands in: by the day it began, and by how long it is kept.

use std::fmt;

use super::super::Tier;

const NANOS: u64 = 86_400_000_000_000;
/// Records that began longer ago than anything is kept by default are not believed.
const OLDEST: i64 = 400;
/// The first day of 2000. A clock that says less was never set: it began to count at 1970.
const SET: i64 = 10_957;

/// A day in UTC, counted from the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Day(pub(super) i64);

impl Day {
    /// The day of a time in nanoseconds since the Unix epoch.
    pub(super) fn of(time: u64) -> Self {
        // Below 2^63 by far.
        Self((time / NANOS) as i64)
    }

    /// The day under which a record is kept that began at a time and came now. A clock that is far
    /// ahead or behind must not make a segment that is never, or at once, dropped.
    pub(super) fn of_record(begin: u64, now: u64) -> Self {
        let (day, today) = (Self::of(begin), Self::of(now));
        match day.0 > today.0 + 1 || day.0 < today.0 - OLDEST {
            true => today,
            false => day,
        }
    }

    /// Whether a clock can have said a time that came now. One that was never set, or that is ahead,
    /// must not say when a session began: it would be listed in 1970, or as the latest for ever.
    pub(super) fn is_believed(time: u64, now: u64) -> bool {
        (SET..=Self::of(now).0 + 1).contains(&Self::of(time).0)
    }

    fn parse(text: &str) -> Option<Self> {
        // Whoever puts a file there names it as they like; no number of it is longer than a day's.
        if text.len() != "2026-11-22".len() {
            return None;
        }
        let mut parts = text.split('-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        let day = Self::from_civil(year, month, day);
        // Nothing but the one spelling names a segment.
        (day.to_string() == text).then_some(day)
    }

    // Both ways as in Howard Hinnant's "chrono-compatible low-level date algorithms": years begin
    // in March, so that the leap day is the last one.
    fn from_civil(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// One segment of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) day: Day,
    pub(super) tier: Tier,
}

impl Place {
    /// Reads the name of a file, such as `2026-11-22.step.db`.
    pub(super) fn parse(file: &str) -> Option<Self> {
        let (day, tier) = file.strip_suffix(".db")?.split_once('.')?;
        let tier = Tier::ALL.into_iter().find(|known| known.as_str() == tier)?;
        let day = Day::parse(day)?;
        Some(Self { day, tier })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.db", self.day, self.tier.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_read_back() {
        for (day, text) in [
            (0, "1970-01-01"),
            (20_779, "2026-11-22"),
            (19_782, "2024-02-29"),
        ] {
            assert_eq!(Day(day).to_string(), text);
        }
        for day in (0..40_000).step_by(7) {
            let place = Place {
                day: Day(day),
                tier: Tier::Warn,
            };
            assert_eq!(Place::parse(&place.to_string()), Some(place));
        }
        for other in [
            "sessions.db",
            "2026-11-22.step.db-wal",
            "2026-11-31.step.db",
            "1.step.db",
            "2026-11-22.x.db",
            // Its year overflowed.
            "99999999999999999-01-01.step.db",
            "-999999-01.step.db",
        ] {
            assert_eq!(Place::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_clock_that_is_far_off_is_not_believed() {
        let now = 20_000 * NANOS + 5;
        let day = |begin| Day::of_record(begin, now).0;
        assert_eq!(day(now - NANOS), 19_999);
        assert_eq!(day(now + NANOS), 20_001);
        assert_eq!(day(now + 3 * NANOS), 20_000);
        assert_eq!(day(0), 20_000);
        assert_eq!(day(u64::MAX), 20_000);
        let said = [
            0,
            5 * NANOS,
            now - 9_000 * NANOS,
            now,
            now + NANOS,
            now + 3 * NANOS,
            u64::MAX,
        ];
        let believed = said.map(|time| Day::is_believed(time, now));
        assert_eq!(believed, [false, false, true, true, true, false, false]);
    }
}
