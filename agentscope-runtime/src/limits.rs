//! What somebody may use, each kind in the unit that it is counted in.

use std::time::Duration;

use crate::budget::Amount;
use crate::model::MicroDollars;
use crate::option::{FloatOption, IntOption, TimeOption};

/// What is limited, each in the unit that it is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Tokens,
    /// Millionths of a dollar.
    Cost,
    Iterations,
    /// Nanoseconds, by a clock that is never set.
    Time,
}

impl Kind {
    /// In the order of their numbers.
    pub(crate) const ALL: [Self; 4] = [Self::Tokens, Self::Cost, Self::Iterations, Self::Time];

    /// The word on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Cost => "cost",
            Self::Iterations => "iterations",
            Self::Time => "time",
        }
    }

    pub(crate) fn amount(self, limit: u64, spent: u64) -> Amount {
        match self {
            Self::Tokens => Amount::Tokens { limit, spent },
            Self::Cost => Amount::Cost {
                limit: MicroDollars::new(limit),
                spent: MicroDollars::new(spent),
            },
            Self::Iterations => Amount::Iterations { limit, spent },
            Self::Time => Amount::Time {
                limit: Duration::from_nanos(limit),
                spent: Duration::from_nanos(spent),
            },
        }
    }
}

/// What somebody may use. Nothing below zero: who may use less than nothing may use nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits(pub(crate) [Option<u64>; 4]);

impl Limits {
    pub(crate) fn tokens(&mut self, tokens: impl IntOption) {
        self.set(Kind::Tokens, tokens.int_option().map(from_signed));
    }

    pub(crate) fn cost(&mut self, usd: impl FloatOption) {
        // The conversion saturates, and what is no number is zero.
        let micro = usd.float_option().map(|usd| (usd * 1e6).round() as u64);
        self.set(Kind::Cost, micro);
    }

    pub(crate) fn iterations(&mut self, iterations: impl IntOption) {
        self.set(Kind::Iterations, iterations.int_option().map(from_signed));
    }

    pub(crate) fn time(&mut self, time: impl TimeOption) {
        self.set(Kind::Time, time.time_option().map(nanos));
    }

    fn set(&mut self, kind: Kind, limit: Option<u64>) {
        self.0[kind as usize] = limit;
    }

    pub(crate) fn any(&self) -> bool {
        self.0.iter().any(Option::is_some)
    }
}

pub(crate) fn from_signed(number: i64) -> u64 {
    number.max(0).unsigned_abs()
}

/// A count as telemetry has it.
pub(crate) fn to_signed(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

pub(crate) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
