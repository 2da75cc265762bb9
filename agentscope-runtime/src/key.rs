//! Keyed hashes: what telemetry shows instead of personal data, and how runs compare values.
//!
//! The key is that of `AGENTSCOPE_KEY`, else one made once in the user's state directory (mode
//! 0600), so that runs and processes compare. Every hash carries the id of its key: hashes with
//! unequal key ids are not comparable, never *changed*.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use once_cell::sync::OnceCell;
use opentelemetry::{StringValue, Value};
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

struct Key {
    mac: Hmac<Sha256>,
    /// States of SHA-256 that have taken in the key: half of the work on a short value.
    inner: [u32; 8],
    outer: [u32; 8],
    /// `h`, eight hex digits of the key's own hash, `:`.
    prefix: [u8; PREFIX],
}

const PREFIX: usize = 1 + 8 + 1;

/// A keyed hash as it is shown: `h<key id>:` and 32 hex digits (128 bits).
pub(crate) struct KeyedHash([u8; PREFIX + 32]);

impl KeyedHash {
    /// ASCII.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        // Hex digits, `h` and `:`.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl From<KeyedHash> for StringValue {
    fn from(hash: KeyedHash) -> Self {
        Self::from(hash.as_str().to_owned())
    }
}

impl From<KeyedHash> for Value {
    fn from(hash: KeyedHash) -> Self {
        Self::String(hash.into())
    }
}

static KEY: OnceCell<Key> = OnceCell::new();

/// Hashes `bytes` with the process's key.
///
/// `domain` separates kinds of values, so that equal bytes of two kinds do not look equal.
pub(crate) fn keyed_hash(domain: &str, bytes: &[u8]) -> KeyedHash {
    let key = KEY.get_or_init(Key::load);
    let code = key
        .short(domain, bytes)
        .unwrap_or_else(|| key.long(domain, bytes));
    let mut hash = [0; PREFIX + 32];
    hash[..PREFIX].copy_from_slice(&key.prefix);
    write_hex(&mut hash[PREFIX..], &code[..16]);
    KeyedHash(hash)
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
    fn long(&self, domain: &str, bytes: &[u8]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(domain.as_bytes());
        mac.update(&[0]);
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    /// The same for what fits one block with its padding, as most values do: without the copies
    /// that are made for values of any length.
    fn short(&self, domain: &str, bytes: &[u8]) -> Option<[u8; 32]> {
        let length = domain.len() + 1 + bytes.len();
        let mut block = [0; BLOCK];
        let message = block[..BLOCK - PADDING].get_mut(..length)?;
        let (before, value) = message.split_at_mut(domain.len() + 1);
        before[..domain.len()].copy_from_slice(domain.as_bytes());
        value.copy_from_slice(bytes);
        let digest = last_block(self.inner, block, length);
        let mut block = [0; BLOCK];
        block[..32].copy_from_slice(&digest);
        Some(last_block(self.outer, block, 32))
    }

    fn load() -> Self {
        if let Ok(secret) = std::env::var("AGENTSCOPE_KEY") {
            if secret.len() >= 16 {
                return Self::new(secret.as_bytes());
            }
            tracing::warn!(
                target: "agentscope",
                "AGENTSCOPE_KEY is shorter than 16 characters and is not used"
            );
        }
        let persisted = state_directory().ok_or(io::ErrorKind::NotFound.into());
        match persisted.and_then(|directory| persisted_key(&directory)) {
            Ok(bytes) => Self::new(&bytes),
            Err(error) => {
                tracing::warn!(
                    target: "agentscope",
                    "no key could be kept in the user's state directory ({error}): keyed hashes of \
                     this run will not compare with other runs; set AGENTSCOPE_KEY"
                );
                Self::new(&random_key().unwrap_or_else(|_| fallback_key()))
            }
        }
    }

    fn new(secret: &[u8]) -> Self {
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
fn last_block(mut state: [u32; 8], mut block: [u8; BLOCK], length: usize) -> [u8; 32] {
    block[length] = 0x80;
    block[BLOCK - 8..].copy_from_slice(&(8 * (BLOCK + length) as u64).to_be_bytes());
    compress256(&mut state, &[block]);
    let mut digest = [0; 32];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

fn random_key() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Without a random source the key must still be hard to guess, and telemetry must not panic.
fn fallback_key() -> [u8; 32] {
    let place = std::ptr::from_ref(&KEY).addr();
    let now = std::time::SystemTime::now();
    Sha256::digest(format!("{place:x} {now:?} {}", std::process::id())).into()
}

fn state_directory() -> Option<PathBuf> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = set("XDG_STATE_HOME")
        .or_else(|| Some(set("HOME")?.join(".local/state")))
        .or_else(|| set("LOCALAPPDATA"))?;
    Some(base.join("agentscope"))
}

/// Reads the key of the directory, or makes it. Several processes may race: the first to link its
/// finished file wins, the others read that one; nobody ever reads half a key.
fn persisted_key(directory: &Path) -> io::Result<[u8; 32]> {
    let path = directory.join("key");
    match read_key(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return read,
    }
    fs::create_dir_all(directory)?;
    let bytes = random_key()?;
    let mut draft_name = String::from("key.");
    push_hex(&mut draft_name, &random_key()?[..8]);
    let draft = directory.join(draft_name);
    let linked = write_private(&draft, &bytes).and_then(|()| fs::hard_link(&draft, &path));
    let _ = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => read_key(&path),
    }
}

fn read_key(path: &Path) -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    fs::File::open(path)?.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_private_and_the_same_for_racing_processes() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| persisted_key(directory.path())))
                .collect();
            racers
                .into_iter()
                .map(|racer| racer.join().expect("no panic").expect("a key"))
                .collect()
        });
        assert!(keys.iter().all(|key| key == &keys[0] && key != &[0; 32]));
        let files: Vec<_> = fs::read_dir(directory.path()).expect("listed").collect();
        assert_eq!(files.len(), 1, "drafts are removed");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(directory.path().join("key"))
                .expect("a file")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn hashes_are_separated_by_domain_and_name_their_key() {
        let (one, other) = (Key::new(b"0123456789abcdef"), Key::new(b"0123456789abcdeg"));
        assert_ne!(one.prefix, other.prefix);
        let shown = |domain| keyed_hash(domain, b"a").as_str().to_owned();
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

    #[test]
    fn a_short_key_file_is_an_error_not_a_weak_key() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::write(directory.path().join("key"), b"short").expect("written");
        let error = persisted_key(directory.path()).expect_err("refused");
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
