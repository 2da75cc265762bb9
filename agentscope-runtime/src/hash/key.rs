//! Keyed hashes: what telemetry shows instead of personal data, and how runs compare values.
//!
//! Every hash carries the id of its key: hashes with unequal key ids are not comparable, never
//! *changed*. Where keys come from is in `keyring`.

use hmac::{Hmac, KeyInit, Mac};
use opentelemetry::Value;
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

/// A key, ready to hash with.
pub(crate) struct Key {
    mac: Hmac<Sha256>,
    /// States of SHA-256 that have taken in the key: half of the work on a short value.
    inner: [u32; 8],
    outer: [u32; 8],
    /// `h`, eight hex digits of the key's own hash, `:`.
    prefix: [u8; PREFIX],
}

const PREFIX: usize = 1 + 8 + 1;

/// A keyed hash as it is shown: `h<key id>:` and 32 hex digits (128 bits).
///
/// Whole words and in their place, because to check that it is text is then a third of the work.
#[repr(align(8))]
pub(crate) struct KeyedHash([u8; 48]);

const LENGTH: usize = PREFIX + 32;

impl KeyedHash {
    /// ASCII.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0[..LENGTH]
    }

    pub(crate) fn as_str(&self) -> &str {
        // Hex digits, `h` and `:`; behind it zeros.
        let text = std::str::from_utf8(&self.0).unwrap_or_default();
        text.get(..LENGTH).unwrap_or_default()
    }
}

impl From<KeyedHash> for Value {
    fn from(hash: KeyedHash) -> Self {
        Self::String(hash.as_str().to_owned().into())
    }
}

/// The hex digits of a word, all at once.
pub(crate) fn hex(word: u32) -> [u8; 8] {
    // One nibble a byte.
    let mut nibbles = u64::from(word);
    nibbles = (nibbles | nibbles << 16) & 0x0000_ffff_0000_ffff;
    nibbles = (nibbles | nibbles << 8) & 0x00ff_00ff_00ff_00ff;
    nibbles = (nibbles | nibbles << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    // 1 in each byte that is a letter.
    let letters = ((nibbles + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101;
    let gap = u64::from(b'a' - b'9' - 1);
    (nibbles + 0x3030_3030_3030_3030 + letters * gap).to_be_bytes()
}

/// Writes two hex digits a byte.
fn write_hex(digits: &mut [u8], bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

pub(crate) fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let mut pair = [0; 2];
        write_hex(&mut pair, &[*byte]);
        text.extend(pair.map(char::from));
    }
}

impl Key {
    /// Whether it hashes as the other one does.
    pub(crate) fn is(&self, other: &Self) -> bool {
        (self.inner, self.outer) == (other.inner, other.outer)
    }

    /// Hashes `bytes`.
    ///
    /// `domain` separates kinds of values, so that equal bytes of two kinds do not look equal.
    pub(crate) fn hash(&self, domain: &str, bytes: &[u8]) -> KeyedHash {
        let code = self
            .short(domain, bytes)
            .unwrap_or_else(|| self.long(domain, bytes));
        let mut hash = KeyedHash([0; 48]);
        hash.0[..PREFIX].copy_from_slice(&self.prefix);
        for (digits, word) in hash.0[PREFIX..].chunks_exact_mut(8).zip(code) {
            digits.copy_from_slice(&hex(word));
        }
        hash
    }

    fn long(&self, domain: &str, bytes: &[u8]) -> [u32; 4] {
        let mut mac = self.mac.clone();
        mac.update(domain.as_bytes());
        mac.update(&[0]);
        mac.update(bytes);
        let code: [u8; 32] = mac.finalize().into_bytes().into();
        let (words, _) = code.as_chunks();
        std::array::from_fn(|index| u32::from_be_bytes(words[index]))
    }

    /// The same for what fits one block with its padding, as most values do: without the copies
    /// that are made for values of any length.
    fn short(&self, domain: &str, bytes: &[u8]) -> Option<[u32; 4]> {
        let length = domain.len() + 1 + bytes.len();
        let mut block = [0; BLOCK];
        let message = block[..BLOCK - PADDING].get_mut(..length)?;
        let (before, value) = message.split_at_mut(domain.len() + 1);
        before[..domain.len()].copy_from_slice(domain.as_bytes());
        value.copy_from_slice(bytes);
        let mut digest = [0; BLOCK];
        let words = last_block(self.inner, &mut block, length);
        for (bytes, word) in digest.chunks_exact_mut(4).zip(words) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        let [a, b, c, d, ..] = last_block(self.outer, &mut digest, 32);
        Some([a, b, c, d])
    }

    pub(crate) fn new(secret: &[u8]) -> Self {
        let mac = Hmac::new_from_slice(secret).unwrap_or_else(|_| {
            unreachable!("HMAC takes keys of any length");
        });
        let id = Sha256::new()
            .chain_update(b"agentscope key id\0")
            .chain_update(secret)
            .finalize();
        let mut prefix = [b'h'; PREFIX];
        write_hex(&mut prefix[1..9], &id[..4]);
        prefix[9] = b':';
        let [inner, outer] = [0x36, 0x5c].map(|pad| after_key(secret, pad));
        Self {
            mac,
            inner,
            outer,
            prefix,
        }
    }
}

const BLOCK: usize = 64;
/// The bit that ends a message, and its length.
const PADDING: usize = 1 + 8;

/// SHA-256 once it has taken in the block that HMAC makes of the key.
fn after_key(secret: &[u8], pad: u8) -> [u32; 8] {
    let mut block = [0; BLOCK];
    match block.get_mut(..secret.len()) {
        Some(start) => start.copy_from_slice(secret),
        None => block[..32].copy_from_slice(&Sha256::digest(secret)),
    }
    // The initial state of SHA-256, FIPS 180-4, 5.3.3.
    let mut state = [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ];
    compress256(&mut state, &[block.map(|byte| byte ^ pad)]);
    state
}

/// Ends a SHA-256 that has taken in one block before this one, of which `length` bytes are message.
fn last_block(mut state: [u32; 8], block: &mut [u8; BLOCK], length: usize) -> [u32; 8] {
    block[length] = 0x80;
    block[BLOCK - 8..].copy_from_slice(&(8 * (BLOCK + length) as u64).to_be_bytes());
    compress256(&mut state, std::slice::from_ref(block));
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_separated_by_domain_and_name_their_key() {
        let (one, other) = (Key::new(b"0123456789abcdef"), Key::new(b"0123456789abcdeg"));
        assert_ne!(one.prefix, other.prefix);
        let shown = |domain| one.hash(domain, b"a").as_str().to_owned();
        assert_eq!(shown("email"), shown("email"));
        assert_ne!(shown("email"), shown("phone"));
        let (id, digits) = (
            shown("email")[1..9].to_owned(),
            shown("email")[10..].to_owned(),
        );
        assert_eq!(shown("email"), format!("h{id}:{digits}"));
        assert_eq!(digits.len(), 32);
    }

    #[test]
    fn the_hex_digits_of_a_word_are_those_of_its_bytes() {
        for word in [0, 0x0123_4567, 0x89ab_cdef, u32::MAX, 0x9a9a_a9a9] {
            assert_eq!(hex(word), *format!("{word:08x}").as_bytes());
        }
    }

    #[test]
    fn short_values_hash_as_values_of_any_length_do() {
        for secret in [16, 32, 64, 65, 200] {
            let key = Key::new(&vec![b'k'; secret]);
            for length in 0..100 {
                let value = vec![b'v'; length];
                let short = key.short("kind", &value);
                assert_eq!(short.is_some(), length <= 50, "{length}");
                let hash = short.unwrap_or_else(|| key.long("kind", &value));
                assert_eq!(hash, key.long("kind", &value), "{secret} {length}");
            }
        }
    }
}
