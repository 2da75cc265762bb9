//! The seven levels of a snapshot and how they map to OpenTelemetry severities.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU8, Ordering};

use opentelemetry::logs::Severity;

use crate::environment;

/// How much a snapshot matters. Ordered: `Trace` is the least, `Critical` the most.
///
/// `SemanticWarn` ranks above `Warn`: a valid response that the agent misread is worse than a
/// retry. `AGENTSCOPE_LEVEL` sets the threshold, default `info`.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::Level;
/// assert!(Level::SemanticWarn > Level::Warn);
/// assert_eq!("semantic_warn".parse(), Ok(Level::SemanticWarn));
/// assert_eq!(Level::SemanticWarn.severity_number(), 14);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A raw prompt and completion existed. Sampled; the content itself never leaves the process.
    Trace,
    /// Full arguments, results and memory, by class.
    Debug,
    /// Step events.
    Info,
    /// A retry, a timeout, an empty response, a fallback.
    Warn,
    /// A valid response that the agent misread.
    SemanticWarn,
    /// A tool failure, a schema violation, an exhausted budget.
    Error,
    /// The output failed a safety or guardrail check.
    Critical,
}

impl Level {
    /// All levels, least first.
    pub const ALL: [Self; 7] = [
        Self::Trace,
        Self::Debug,
        Self::Info,
        Self::Warn,
        Self::SemanticWarn,
        Self::Error,
        Self::Critical,
    ];

    /// The severity text on the wire, for example `SEMANTIC_WARN`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::SemanticWarn => "SEMANTIC_WARN",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        }
    }

    /// The OpenTelemetry severity number, 1 to 24.
    pub const fn severity_number(self) -> u8 {
        self.severity() as u8
    }

    /// The OpenTelemetry severity.
    pub(crate) const fn severity(self) -> Severity {
        match self {
            Self::Trace => Severity::Trace,
            Self::Debug => Severity::Debug,
            Self::Info => Severity::Info,
            Self::Warn => Severity::Warn,
            Self::SemanticWarn => Severity::Warn2,
            Self::Error => Severity::Error,
            Self::Critical => Severity::Fatal,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no level; its text lists the ones there are.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// let error = "loud".parse::<agentscope::Level>().expect_err("no level");
/// assert!(error.to_string().starts_with("`loud` is no level"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLevel(String);

impl fmt::Display for UnknownLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no level; write one of trace, debug, info, warn, semantic_warn, error, critical",
            self.0
        )
    }
}

impl std::error::Error for UnknownLevel {}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(word: &str) -> Result<Self, UnknownLevel> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str().eq_ignore_ascii_case(word.trim()))
            .ok_or_else(|| UnknownLevel(word.to_owned()))
    }
}

const UNREAD: u8 = u8::MAX;
static THRESHOLD: AtomicU8 = AtomicU8::new(UNREAD);

/// Sets the least level that is recorded, over `AGENTSCOPE_LEVEL`.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// agentscope::set_level(agentscope::Level::Debug);
/// ```
pub fn set_level(level: Level) {
    THRESHOLD.store(level as u8, Ordering::Relaxed);
}

/// The least level that is recorded: `AGENTSCOPE_LEVEL`, else [`Level::Info`].
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// agentscope::set_level(agentscope::Level::Warn);
/// assert_eq!(agentscope::level(), agentscope::Level::Warn);
/// ```
pub fn level() -> Level {
    match THRESHOLD.load(Ordering::Relaxed) {
        UNREAD => read_environment(),
        stored => Level::ALL[usize::from(stored)],
    }
}

#[cold]
fn read_environment() -> Level {
    let said = said();
    let level = *said.as_ref().unwrap_or(&Level::Info);
    // Not over what `set_level` has said meanwhile.
    let order = Ordering::Relaxed;
    let stored = THRESHOLD.compare_exchange(UNREAD, level as u8, order, order);
    // Not before it is known: whoever takes the log may ask.
    if let (Ok(_), Err(mistake)) = (stored, said) {
        tracing::warn!(target: "agentscope", "{mistake}");
    }
    stored.map_or_else(|set| Level::ALL[usize::from(set)], |_| level)
}

fn said() -> Result<Level, String> {
    match environment::get("AGENTSCOPE_LEVEL") {
        Some(word) => word
            .parse()
            .map_err(|error: UnknownLevel| format!("AGENTSCOPE_LEVEL: {error}; using info")),
        None => Ok(Level::Info),
    }
}

/// What is wrong with the variable.
pub(crate) fn mistake() -> Option<String> {
    said().err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_those_of_the_level_table() {
        let table: Vec<_> = Level::ALL
            .iter()
            .map(|level| (level.severity_number(), level.as_str()))
            .collect();
        assert_eq!(
            table,
            [
                (1, "TRACE"),
                (5, "DEBUG"),
                (9, "INFO"),
                (13, "WARN"),
                (14, "SEMANTIC_WARN"),
                (17, "ERROR"),
                (21, "CRITICAL"),
            ]
        );
    }
}
