//! Times as OTLP has them: nanoseconds since the Unix epoch.

use std::time::{SystemTime, UNIX_EPOCH};

/// By the clock of the machine.
pub(crate) fn now() -> u64 {
    nanos(SystemTime::now())
}

/// 0 for times before the epoch.
pub(crate) fn nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
