//! Where the keys of keyed hashes come from: one for the process, and one for each tenant.
//!
//! The secret is that of `AGENTSCOPE_KEY`, else one made once in the user's state directory (mode
//! 0600), so that runs and processes compare. A tenant's key is derived from it by HKDF-SHA256
//! (RFC 5869), so that equal values of two tenants do not look equal and nothing more has to be
//! kept.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use hkdf::Hkdf;
use once_cell::sync::OnceCell;
use sha2::{Digest, Sha256};

use crate::environment;
use crate::hash::key::{Key, KeyedHash, push_hex};

struct Root {
    secret: Vec<u8>,
    /// For what belongs to no tenant.
    key: Key,
}

static ROOT: OnceCell<Root> = OnceCell::new();

#[inline]
fn root() -> &'static Root {
    match ROOT.get() {
        Some(root) => root,
        None => make_root(),
    }
}

#[cold]
fn make_root() -> &'static Root {
    let mut warnings = Vec::new();
    let root = ROOT.get_or_init(|| {
        let secret = secret(&mut warnings);
        Root {
            key: Key::new(&secret),
            secret,
        }
    });
    // Not before it is there: whoever takes the log may hash.
    for warning in warnings {
        tracing::warn!(target: "agentscope", "{warning}");
    }
    root
}

/// Tenants whose keys are kept; the keys of more are derived each time they are asked for.
const KEPT: usize = 10_000;

static TENANTS: RwLock<Option<HashMap<Box<str>, Arc<Key>>>> = RwLock::new(None);

/// Hashes with the key of a tenant, or of the process where there is no tenant.
#[derive(Clone, Default)]
pub struct Hasher(Option<Arc<Key>>);

impl PartialEq for Hasher {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            // Of more tenants than are kept each question makes a key of its own.
            (Some(own), Some(other)) => Arc::ptr_eq(own, other) || own.is(other),
            _ => false,
        }
    }
}

impl Hasher {
    /// Whether it is of a tenant.
    pub(crate) fn is_of_tenant(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn of_tenant(tenant: &str) -> Self {
        let known = TENANTS.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.as_ref().and_then(|tenants| tenants.get(tenant)) {
            return Self(Some(key.clone()));
        }
        drop(known);
        let key = Arc::new(derived(&root().secret, tenant));
        let mut known = TENANTS.write().unwrap_or_else(PoisonError::into_inner);
        let tenants = known.get_or_insert_default();
        if tenants.len() < KEPT {
            tenants.insert(tenant.into(), key.clone());
        }
        Self(Some(key))
    }

    /// Hashes `bytes`; `domain` separates kinds of values, so that equal bytes of two kinds do not
    /// look equal.
    pub(crate) fn hash(&self, domain: &str, bytes: &[u8]) -> KeyedHash {
        let key = self.0.as_deref();
        key.unwrap_or_else(|| &root().key).hash(domain, bytes)
    }
}

/// What the envelopes of a deployment are signed with that has no keys of its own for that.
pub(crate) fn envelope_secret() -> [u8; 32] {
    expanded(&root().secret, &[b"envelope"])
}

fn derived(secret: &[u8], tenant: &str) -> Key {
    Key::new(&expanded(secret, &[b"tenant\0", tenant.as_bytes()]))
}

fn expanded(secret: &[u8], info: &[&[u8]]) -> [u8; 32] {
    let mut bytes = [0; 32];
    Hkdf::<Sha256>::new(Some(b"agentscope"), secret)
        .expand_multi_info(info, &mut bytes)
        .unwrap_or_else(|_| unreachable!("HKDF-SHA256 gives 32 bytes"));
    bytes
}

const TOO_SHORT: &str = "AGENTSCOPE_KEY is shorter than 16 characters and is not used: keyed hashes \
                         are made with the key of the user's state directory";

fn said() -> Option<String> {
    environment::get("AGENTSCOPE_KEY")
}

fn is_long_enough(secret: &str) -> bool {
    secret.len() >= 16
}

/// What is wrong with the variable; never what it holds.
pub(crate) fn mistake() -> Option<String> {
    let is_too_short = said().is_some_and(|secret| !is_long_enough(&secret));
    is_too_short.then(|| TOO_SHORT.to_owned())
}

fn secret(warnings: &mut Vec<String>) -> Vec<u8> {
    match said() {
        Some(secret) if is_long_enough(&secret) => return secret.into_bytes(),
        Some(_) => warnings.push(TOO_SHORT.to_owned()),
        None => {}
    }
    let persisted = state_directory().ok_or(io::ErrorKind::NotFound.into());
    match persisted.and_then(|directory| persisted_key(&directory)) {
        Ok(bytes) => bytes.to_vec(),
        Err(error) => {
            warnings.push(format!(
                "no key could be kept in the user's state directory ({error}): keyed hashes of \
                 this run will not compare with other runs; set AGENTSCOPE_KEY"
            ));
            random_key().unwrap_or_else(|_| fallback_key()).to_vec()
        }
    }
}

fn random_key() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Without a random source the key must still be hard to guess, and telemetry must not panic.
fn fallback_key() -> [u8; 32] {
    let place = std::ptr::from_ref(&ROOT).addr();
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
    fn a_short_key_file_is_an_error_not_a_weak_key() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::write(directory.path().join("key"), b"short").expect("written");
        let error = persisted_key(directory.path()).expect_err("refused");
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn each_tenant_has_a_key_of_its_own_and_keeps_it() {
        let shown = |tenant| {
            let hasher = Hasher::of_tenant(tenant);
            hasher
                .hash("email", b"alice@example.com")
                .as_str()
                .to_owned()
        };
        assert_eq!(shown("a"), shown("a"));
        assert_ne!(shown("a"), shown("b"));
        // The id of the key differs too: the two are not comparable.
        assert_ne!(shown("a")[..9], shown("b")[..9]);
        let of_process = Hasher::default().hash("email", b"alice@example.com");
        assert_ne!(shown("a"), of_process.as_str());
    }

    // A derivation that changed would make all earlier hashes look like those of another tenant.
    #[test]
    fn the_key_of_a_tenant_is_what_rfc_5869_makes_of_the_secret() {
        let key = derived(b"0123456789abcdef", "acme");
        assert_eq!(
            key.hash("email", b"a").as_str(),
            "h06695ad0:caeea35294e856949920e7acb34a7ca0"
        );
    }
}
