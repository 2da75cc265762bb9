//! Signatures of envelopes: who may say whose a task is.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::traceparent;
use crate::hash::key::push_hex;
use crate::hash::keyring;

/// A key that envelopes are signed with, and its id.
///
/// Both sides have it. A deployment that changes keys gives the receivers the new one first:
/// [`context_signed_by`] takes several.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::propagation::{Envelope, SigningKey};
///
/// let key = SigningKey::new("2026-11", b"thirty-two bytes from the vault!");
/// let envelope = Envelope::new("look up order 7").signed(&key);
/// assert!(envelope.context_signed_by(&[key]).is_ok());
/// ```
///
/// [`context_signed_by`]: crate::propagation::Envelope::context_signed_by
#[derive(Clone)]
pub struct SigningKey {
    id: String,
    mac: Hmac<Sha256>,
}

/// Shows the id only.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A deployment's own key: an id that its receivers know it by, and a secret, which is taken as it
    /// is. It should be 32 random bytes or more: whoever can guess it can be any tenant.
    pub fn new(id: impl Into<String>, secret: &[u8]) -> Self {
        let mac = Hmac::new_from_slice(secret).unwrap_or_else(|_| {
            unreachable!("HMAC takes keys of any length");
        });
        let id = id.into();
        Self { id, mac }
    }

    /// The key that is derived from `AGENTSCOPE_KEY`, by HKDF-SHA256 (RFC 5869) with the salt
    /// `agentscope` and the info `envelope`; where that is not set, from the key in the user's state
    /// directory. Its id is made of its hash.
    ///
    /// Between hosts or containers set `AGENTSCOPE_KEY`, 16 characters or more, on every side. Without it
    /// each host has a key of its own, and each process where there is no directory to keep one in: every
    /// signature of another is refused then, as [`SignatureError::UnknownKey`].
    pub fn from_environment() -> Self {
        let secret = keyring::envelope_secret();
        let hash = Sha256::digest(secret);
        let mut id = String::from("h");
        push_hex(&mut id, &hash[..4]);
        Self::new(id, &secret)
    }

    pub(super) fn sign(&self, parts: [&[u8]; 5]) -> Signature {
        let code = self.over(parts).finalize().into_bytes();
        let mut digits = [0; 64];
        traceparent::put(&mut digits, &code);
        Signature {
            key_id: self.id.clone(),
            // Digits: it always is text.
            hmac: String::from_utf8(digits.into()).unwrap_or_default(),
        }
    }

    /// Each part with its length in front, so that nothing can move from one into another.
    fn over(&self, parts: [&[u8]; 5]) -> Hmac<Sha256> {
        // At once: each update of its own costs more than to copy what there is.
        let size = parts.iter().map(|part| part.len() + 24).sum();
        let mut bytes = Vec::<u8>::with_capacity(size);
        bytes.extend(b"agentscope envelope 1,");
        for part in parts {
            push_decimal(&mut bytes, part.len());
            bytes.push(b':');
            bytes.extend(part);
            bytes.push(b',');
        }
        let mut mac = self.mac.clone();
        mac.update(&bytes);
        mac
    }
}

fn push_decimal(bytes: &mut Vec<u8>, mut number: usize) {
    let begin = bytes.len();
    loop {
        bytes.push(b'0' + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    bytes[begin..].reverse();
}

/// What an envelope says of its signature.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(super) struct Signature {
    /// Which key it was made with.
    pub(super) key_id: String,
    /// HMAC-SHA256, in hexadecimal.
    pub(super) hmac: String,
}

impl Signature {
    /// Takes the same time wherever a wrong code differs.
    pub(super) fn verify(
        &self,
        keys: &[SigningKey],
        parts: [&[u8]; 5],
    ) -> Result<(), SignatureError> {
        let mut known = keys.iter().filter(|key| key.id == self.key_id).peekable();
        if known.peek().is_none() {
            return Err(SignatureError::UnknownKey(self.key_id.clone()));
        }
        let code = code(&self.hmac).ok_or(SignatureError::Wrong)?;
        match known.any(|key| key.over(parts).verify_slice(&code).is_ok()) {
            true => Ok(()),
            false => Err(SignatureError::Wrong),
        }
    }
}

fn code(digits: &str) -> Option<[u8; 32]> {
    let digits = digits.as_bytes();
    (digits.len() == 64)
        .then(|| traceparent::bytes(digits))
        .flatten()
}

/// Why the context of an envelope is not accepted as signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureError {
    /// It has none.
    Missing,
    /// Made with a key of this id, which is not among those given.
    UnknownKey(String),
    /// Made of something else: the task or its context was changed, or the key is another one.
    Wrong,
    /// The envelope is of a version that this program does not read.
    Version(super::UnsupportedVersion),
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str(
                "the envelope is not signed: call `signed` where it is sent, or take `context()`, \
                 which believes no tenant",
            ),
            Self::UnknownKey(id) => write!(
                f,
                "the envelope is signed with a key of the id {id:?}, which is not among the keys of \
                 this receiver"
            ),
            Self::Wrong => f.write_str(
                "the signature of the envelope is wrong: its task or its context was changed on the \
                 way, or the keys of both sides differ",
            ),
            Self::Version(version) => version.fmt(f),
        }
    }
}

impl std::error::Error for SignatureError {}
