//! Who may do what, by the token they show.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::store::Tenant;

/// What the holder of a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Send records.
    Write,
    /// Read its tenant's sessions.
    Read,
    /// Both, and see what is said of the server itself.
    Admin,
}

impl Role {
    /// Whether one with this role may do what the other is needed for.
    ///
    /// ```
    /// use agentscope_collector::server::Role;
    /// assert!(Role::Admin.may(Role::Read));
    /// assert!(!Role::Write.may(Role::Read));
    /// ```
    pub fn may(self, needed: Self) -> bool {
        self == needed || self == Self::Admin
    }
}

struct Token {
    hash: [u8; 32],
    tenant: Tenant,
    role: Role,
}

/// Tokens, as hashes only.
#[derive(Default)]
pub struct Tokens(Vec<Token>);

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tokens = self.0.iter().map(|token| (&token.tenant, token.role));
        f.debug_list().entries(tokens).finish()
    }
}

impl Tokens {
    /// Whether nobody has to show one.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// False where it is known already: one token is of one tenant.
    pub(super) fn add(&mut self, hash: [u8; 32], tenant: Tenant, role: Role) -> bool {
        let is_new = self.0.iter().all(|token| token.hash != hash);
        if is_new {
            self.0.push(Token { hash, tenant, role });
        }
        is_new
    }

    /// Whose token it is. Each is compared, in a time that does not depend on what they have in
    /// common.
    pub fn find(&self, token: &str) -> Option<(Tenant, Role)> {
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let mut found = None;
        for known in &self.0 {
            if bool::from(known.hash.ct_eq(&hash)) {
                found = Some((known.tenant.clone(), known.role));
            }
        }
        found
    }
}
