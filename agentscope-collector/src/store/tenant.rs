//! Whose data it is.

use std::fmt;
use std::str::FromStr;

use super::StoreError;

/// Whose sessions they are. It is part of every path and every key.
///
/// A name is 1 to 64 characters of `a-z`, `0-9`, `.`, `_` and `-`, and begins with a letter or a
/// digit: it is the name of a directory, on file systems too that do not tell `A` from `a`.
///
/// ```
/// use agentscope_collector::store::Tenant;
/// let acme: Tenant = "acme-eu".parse()?;
/// assert_eq!(acme.as_str(), "acme-eu");
/// assert!("../acme".parse::<Tenant>().is_err());
/// assert_eq!(Tenant::default().as_str(), "default");
/// # Ok::<(), agentscope_collector::store::StoreError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tenant(std::sync::Arc<str>);

impl Tenant {
    /// The longest name, in bytes.
    pub const LONGEST: usize = 64;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Tenant {
    /// The tenant of an installation that has only one: `default`.
    fn default() -> Self {
        Self("default".into())
    }
}

impl FromStr for Tenant {
    type Err = StoreError;

    fn from_str(name: &str) -> Result<Self, StoreError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let fits = name.len() <= Self::LONGEST
            && name.bytes().next().is_some_and(plain)
            && name
                .bytes()
                .all(|byte| plain(byte) || matches!(byte, b'.' | b'_' | b'-'));
        match fits {
            true => Ok(Self(name.into())),
            false => Err(StoreError::TenantName(name.chars().take(80).collect())),
        }
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_plain_directory_is_refused() {
        for name in ["", ".", "..", "a/b", "A", "a b", "-a", "ä", &"a".repeat(65)] {
            assert!(name.parse::<Tenant>().is_err(), "{name:?}");
        }
        assert!("a".repeat(64).parse::<Tenant>().is_ok());
    }
}
