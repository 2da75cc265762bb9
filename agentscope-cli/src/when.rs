//! Times as people write and read them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Now, in nanoseconds since the Unix epoch.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    nanos(since.unwrap_or_default())
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Reads a moment: `2h` and `3d` are so long ago; else a date (its beginning, UTC) or a time with a
/// zone, as RFC 3339 has it.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    before(now(), text)
}

fn before(now: u64, text: &str) -> Result<u64, String> {
    if let Some(days) = text.strip_suffix('d').and_then(|it| it.parse::<u64>().ok()) {
        return Ok(now.saturating_sub(nanos(Duration::from_secs(days.saturating_mul(86_400)))));
    }
    if let Ok(ago) = text.parse::<SignedDuration>() {
        let ago = Duration::try_from(ago).map_err(|_| hint(text))?;
        return Ok(now.saturating_sub(nanos(ago)));
    }
    let moment = match text.parse::<Date>() {
        Ok(date) if !text.contains(':') => date
            .to_zoned(TimeZone::UTC)
            .map(|zoned| zoned.timestamp())
            .map_err(|_| hint(text))?,
        _ => text.parse::<Timestamp>().map_err(|_| hint(text))?,
    };
    u64::try_from(moment.as_nanosecond()).map_err(|_| hint(text))
}

fn hint(text: &str) -> String {
    format!("{text:?} is no time: write `2h` or `3d` (ago), `2026-11-22` or `2026-11-22T10:00:00Z`")
}

/// A moment for people: UTC, to the second.
pub(crate) fn shown(nanos: u64) -> String {
    let moment = Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or(Timestamp::MAX);
    moment.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// How long something took, to three digits.
pub(crate) fn lasted(nanos: u64) -> String {
    let seconds = nanos as f64 / 1e9;
    match nanos {
        0..1_000 => format!("{nanos} ns"),
        1_000..1_000_000 => format!("{} µs", digits(seconds * 1e6)),
        1_000_000..1_000_000_000 => format!("{} ms", digits(seconds * 1e3)),
        1_000_000_000..100_000_000_000 => format!("{} s", digits(seconds)),
        _ => {
            let (hours, minutes) = (nanos / 3_600_000_000_000, nanos / 60_000_000_000 % 60);
            let seconds = nanos / 1_000_000_000 % 60;
            match hours {
                0 => format!("{minutes}m {seconds:02}s"),
                _ => format!("{hours}h {minutes:02}m"),
            }
        }
    }
}

fn digits(number: f64) -> String {
    match number {
        0.0..10.0 => format!("{number:.2}"),
        10.0..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_ago_a_date_or_a_time() {
        let now = 1_763_800_000_000_000_000;
        let ago = |seconds: u64| Ok(now - seconds * 1_000_000_000);
        assert_eq!(before(now, "90m"), ago(5_400));
        assert_eq!(before(now, "2h"), ago(7_200));
        assert_eq!(before(now, "1h30m"), ago(5_400));
        assert_eq!(before(now, "3d"), ago(3 * 86_400));
        assert_eq!(before(now, "1970-01-02"), Ok(86_400_000_000_000));
        assert_eq!(before(now, "1970-01-01T01:00:00+01:00"), Ok(0));
        assert_eq!(before(now, "1000000d"), Ok(0), "long before anything");
        for wrong in ["", "yesterday", "-2h", "12", "1969-01-01"] {
            assert!(before(now, wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_duration_has_the_unit_that_fits() {
        assert_eq!(lasted(999), "999 ns");
        assert_eq!(lasted(1_500), "1.50 µs");
        assert_eq!(lasted(12_340_000), "12.3 ms");
        assert_eq!(lasted(100_000_000_000), "1m 40s");
        assert_eq!(lasted(3_720_000_000_000), "1h 02m");
    }
}
