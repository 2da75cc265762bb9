//! Amounts of money that can be summed without losing any.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// Millionths of a US dollar.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::model::MicroDollars;
/// let two: MicroDollars = [MicroDollars::new(1_250_000), MicroDollars::new(5)].into_iter().sum();
/// assert_eq!(two.micro(), 1_250_005);
/// assert_eq!(two.usd(), 1.250005);
/// assert_eq!(two.to_string(), "$1.250005");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MicroDollars(u64);

impl MicroDollars {
    /// So many millionths of a dollar.
    pub const fn new(micro: u64) -> Self {
        Self(micro)
    }

    /// The millionths of a dollar.
    pub const fn micro(self) -> u64 {
        self.0
    }

    /// In dollars, for what shows a number.
    pub fn usd(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl fmt::Display for MicroDollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

impl Add for MicroDollars {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for MicroDollars {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for MicroDollars {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}
