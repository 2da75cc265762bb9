//! How long records are kept, by their level.

use agentscope_runtime::Level;
use serde::Serialize;

use super::{StoreError, Tenant};

/// Records that are kept equally long. A span is in the tier of the worst level that was recorded
/// on it.
///
/// ```
/// use agentscope_collector::store::Tier;
/// use agentscope_runtime::Level;
/// assert_eq!(Tier::of(Some(Level::Warn)), Tier::Step);
/// assert_eq!(Tier::of(Some(Level::Critical)), Tier::Warn);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// TRACE.
    Trace,
    /// DEBUG.
    Debug,
    /// INFO and WARN, and what has no level: the steps of sessions.
    Step,
    /// SEMANTIC_WARN and worse.
    Warn,
}

impl Tier {
    /// All tiers, the shortest kept first.
    pub const ALL: [Self; 4] = [Self::Trace, Self::Debug, Self::Step, Self::Warn];

    /// The tier of what was recorded with a level.
    pub const fn of(level: Option<Level>) -> Self {
        match level {
            Some(Level::Trace) => Self::Trace,
            Some(Level::Debug) => Self::Debug,
            Some(Level::Info | Level::Warn) | None => Self::Step,
            Some(Level::SemanticWarn | Level::Error | Level::Critical) => Self::Warn,
        }
    }

    /// `trace`, `debug`, `step` or `warn`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Step => "step",
            Self::Warn => "warn",
        }
    }
}

/// For how many days each tier is kept. What is said of whole sessions (their counts, times and
/// verdicts) is kept for ever.
///
/// ```
/// use agentscope_collector::store::{Retention, Tier};
/// let retention = Retention::default();
/// assert_eq!(Tier::ALL.map(|tier| retention.days(tier)), [7, 30, 90, 400]);
/// let longer = retention.with_days(Tier::Step, 180)?;
/// assert_eq!(longer.days(Tier::Step), 180);
/// // Prompts are kept longer only where somebody answers for it.
/// assert!(longer.with_days(Tier::Trace, 60).is_err());
/// let longest = Retention::default().with_trace_days_for("audit 2026-11", 60)?;
/// assert_eq!(longest.days(Tier::Trace), 60);
/// # Ok::<(), agentscope_collector::store::StoreError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Retention {
    days: [u32; 4],
    exception: Option<String>,
}

impl Default for Retention {
    /// TRACE 7 days, DEBUG 30, steps 90, SEMANTIC_WARN and worse 400.
    fn default() -> Self {
        Self {
            days: [7, 30, 90, 400],
            exception: None,
        }
    }
}

impl Retention {
    /// The fewest and the most days that the tier TRACE is kept without an exception.
    pub const TRACE_DAYS: std::ops::RangeInclusive<u32> = 7..=30;

    /// Days that a tier is kept.
    pub fn days(&self, tier: Tier) -> u32 {
        self.days[tier as usize]
    }

    /// Why TRACE is kept longer than usual, if it is.
    pub fn exception(&self) -> Option<&str> {
        self.exception.as_deref()
    }

    /// The same with another number of days for a tier.
    ///
    /// # Errors
    ///
    /// [`StoreError::Retention`] for 0 days, and for TRACE outside of 7 to 30 days.
    pub fn with_days(mut self, tier: Tier, days: u32) -> Result<Self, StoreError> {
        if days == 0 {
            return Err(StoreError::Retention(format!(
                "{} must be kept for a day at least",
                tier.as_str()
            )));
        }
        if tier == Tier::Trace {
            if !Self::TRACE_DAYS.contains(&days) {
                let more = match days < *Self::TRACE_DAYS.start() {
                    true => "",
                    false => "; more needs an exception with a name",
                };
                return Err(StoreError::Retention(format!(
                    "trace can be kept for 7 to 30 days, not {days}{more}"
                )));
            }
            self.exception = None;
        }
        self.days[tier as usize] = days;
        Ok(self)
    }

    /// The same with TRACE kept longer than 30 days, for a reason that has a name: a ticket, an
    /// audit, whoever answers for it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Retention`] without a name.
    pub fn with_trace_days_for(mut self, exception: &str, days: u32) -> Result<Self, StoreError> {
        if exception.trim().is_empty() || days < *Self::TRACE_DAYS.start() {
            return Err(StoreError::Retention(
                "an exception for trace needs a name, and 7 days at least".to_owned(),
            ));
        }
        self.exception = Some(exception.trim().to_owned());
        self.days[Tier::Trace as usize] = days;
        Ok(self)
    }
}

/// A part of a store that is dropped as a whole: what one tenant's records of one day and tier
/// take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// Whose.
    #[serde(skip)]
    pub tenant: Tenant,
    /// Day on which the records began, in UTC: `2026-11-22`. Empty for what is kept for ever.
    pub day: String,
    /// How long it is kept; `None` for ever.
    pub tier: Option<Tier>,
    /// Bytes on disk.
    pub bytes: u64,
}
