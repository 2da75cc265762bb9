//! What `agentscope.toml` says.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::destinations::ForwardEntry;
use super::limits::LimitsEntry;
use super::tokens::{Role, Tokens};
use crate::ingest;
use crate::store::{Retention, Tenant, Tier};

/// The variable that names the file.
pub(crate) const VARIABLE: &str = "AGENTSCOPE_CONFIG";

/// The file without it.
const DEFAULT: &str = "agentscope.toml";

/// How a server is set up. Every part has a default; a key that nobody knows is an error.
///
/// ```
/// use agentscope_collector::server::Config;
/// let config = Config::parse(r#"
///     store = "/var/lib/agentscope"
///     share = 0.2
///
///     [listen]
///     grpc = "0.0.0.0:4317"
///
///     [[tokens]]
///     tenant = "acme"
///     role = "write"
///     sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
///
///     [limits]
///     message_bytes = 4_194_304
///
///     [retention]
///     step = 180
///
///     ## Agents' words for who answers for them, none for who runs the platform.
///     [[forward]]
///     name = "traces"
///     url = "https://otlp.example.com"
///     content = "platform"
///     signals = ["traces", "metrics"]
///     queue_bytes = 1_000_000_000
/// "#)?;
/// assert_eq!(config.limits()?.share, 0.2);
/// assert!(Config::parse("shara = 0.2").is_err());
/// # Ok::<(), agentscope_collector::server::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where sessions are kept; the address that a store is opened by.
    pub store: Option<String>,
    /// Where to listen.
    pub listen: Listen,
    /// Which part of all sessions is kept, from 0 to 1; 1 by default.
    pub share: Option<f64>,
    /// What is kept of the words that other libraries recorded: `masked` (the default), `scrubbed` or
    /// `recorded`.
    pub content: ingest::Content,
    /// Where the queues of the destinations are; by default beside the store, with `.forward` behind
    /// its name.
    pub queue: Option<PathBuf>,
    tokens: Vec<TokenEntry>,
    pub(super) forward: Vec<ForwardEntry>,
    limits: LimitsEntry,
    retention: RetentionEntry,
}

/// Addresses to listen on; loopback by default.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    /// OTLP/gRPC; port 4317 by default.
    pub grpc: SocketAddr,
    /// OTLP/HTTP, `/healthz` and `/metrics`; port 4318 by default.
    pub http: SocketAddr,
}

impl Default for Listen {
    fn default() -> Self {
        let loopback = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        Self {
            grpc: loopback(4317),
            http: loopback(4318),
        }
    }
}

/// Exactly one of `sha256` and `token`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenEntry {
    tenant: String,
    role: Role,
    sha256: Option<String>,
    token: Option<String>,
}

/// Without the token.
impl fmt::Debug for TokenEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenEntry")
            .field("tenant", &self.tenant)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// Days.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RetentionEntry {
    trace: Option<u32>,
    debug: Option<u32>,
    step: Option<u32>,
    warn: Option<u32>,
    /// Why `trace` is kept for more than 30 days.
    exception: Option<String>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is no TOML, or has a key that nobody knows, or a value of a wrong type.
    #[error("{place}: {message}")]
    Syntax {
        /// The file.
        place: String,
        /// What is wrong, with the line.
        message: String,
    },
    /// A value cannot be.
    #[error("{key}: {message}")]
    Value {
        /// Which, behind the file where it was read from one.
        key: String,
        /// Why, and what could be.
        message: String,
    },
}

impl ConfigError {
    pub(super) fn value(key: impl Into<String>, message: impl fmt::Display) -> Self {
        Self::Value {
            key: key.into(),
            message: message.to_string(),
        }
    }

    fn in_file(self, path: &Path) -> Self {
        match self {
            Self::Value { key, message } => Self::Value {
                key: format!("{}: {key}", path.display()),
                message,
            },
            other => other,
        }
    }
}

impl Config {
    /// The file that `AGENTSCOPE_CONFIG` names; without it `agentscope.toml` of the working
    /// directory; without that the defaults.
    ///
    /// # Errors
    ///
    /// See [`ConfigError`].
    pub fn load() -> Result<Self, ConfigError> {
        match path() {
            Some(path) => Self::read(&path),
            None => Ok(Self::default()),
        }
    }

    /// The store that the file of [`Config::load`] names, whatever else stands in it: for who only
    /// reads.
    ///
    /// # Errors
    ///
    /// Where the file that is named is missing, or is no TOML: another store than the one that is
    /// meant would look empty.
    pub fn store_address() -> Result<Option<String>, ConfigError> {
        let Some(path) = path() else { return Ok(None) };
        let text = text_of(&path)?;
        let table = text.parse::<toml::Table>();
        let table = table.map_err(|error| ConfigError::Syntax {
            place: path.display().to_string(),
            message: described(&text, &error),
        })?;
        match table.get("store") {
            None => Ok(None),
            Some(toml::Value::String(address)) => Ok(Some(address.clone())),
            Some(_) => Err(ConfigError::value("store", "must be a text").in_file(&path)),
        }
    }

    /// The file that is named, else that of [`Config::load`], for who does not serve: the variables
    /// that tokens and headers name need not be set.
    ///
    /// # Errors
    ///
    /// See [`ConfigError`].
    pub fn without_secrets(named: Option<&Path>) -> Result<Self, ConfigError> {
        match named.map(Path::to_owned).or_else(path) {
            Some(path) => Self::read_with(&path, false),
            None => Ok(Self::default()),
        }
    }

    /// A file.
    ///
    /// # Errors
    ///
    /// See [`ConfigError`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::read_with(path, true)
    }

    fn read_with(path: &Path, secrets: bool) -> Result<Self, ConfigError> {
        let text = text_of(path)?;
        let config = Self::of(&text, &path.display().to_string(), secrets);
        config.map_err(|error| error.in_file(path))
    }

    /// The text of a file.
    ///
    /// # Errors
    ///
    /// See [`ConfigError`].
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Self::of(text, "configuration", true)
    }

    fn of(text: &str, place: &str, secrets: bool) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::Syntax {
            place: place.to_owned(),
            // Not the whole of it: that quotes the line, which may hold a token.
            message: described(text, &error),
        })?;
        if secrets {
            config.tokens()?;
        }
        config.limits()?;
        config.retention()?;
        if secrets {
            config.destinations()?;
        }
        Ok(config)
    }

    /// The tokens.
    ///
    /// # Errors
    ///
    /// Where a token is given in the clear, twice or not at all, or its tenant has no name; and
    /// where there is none and not only loopback is listened on.
    pub fn tokens(&self) -> Result<Tokens, ConfigError> {
        let mut tokens = Tokens::default();
        for (number, entry) in self.tokens.iter().enumerate() {
            let key = |name: &str| format!("tokens[{number}].{name}");
            let tenant = entry.tenant.parse::<Tenant>();
            let tenant = tenant.map_err(|error| ConfigError::value(key("tenant"), error))?;
            let hash = match (&entry.sha256, &entry.token) {
                (Some(digits), None) => hash(digits).ok_or_else(|| {
                    let message =
                        "not 64 hexadecimal digits; `printf %s TOKEN | sha256sum` gives them";
                    ConfigError::value(key("sha256"), message)
                })?,
                (None, Some(token)) => secret(token)
                    .map(|secret| Sha256::digest(secret.as_bytes()).into())
                    .map_err(|message| ConfigError::value(key("token"), message))?,
                _ => {
                    let message = "give either sha256 or token = \"env:NAME\"";
                    return Err(ConfigError::value(format!("tokens[{number}]"), message));
                }
            };
            if !tokens.add(hash, tenant, entry.role) {
                return Err(ConfigError::value(
                    format!("tokens[{number}]"),
                    "stands there twice",
                ));
            }
        }
        let open = [
            ("listen.grpc", self.listen.grpc),
            ("listen.http", self.listen.http),
        ];
        let open = open
            .into_iter()
            .find(|(_, address)| !address.ip().is_loopback());
        match open {
            Some((key, address)) if tokens.is_empty() => Err(ConfigError::value(
                key,
                format_args!(
                    "{address} can be reached from other machines, so senders must prove who they are: \
                     add [[tokens]], or listen on 127.0.0.1"
                ),
            )),
            _ => Ok(tokens),
        }
    }

    /// The limits, the share among them.
    ///
    /// # Errors
    ///
    /// Where the share is no part of 1, or a limit is 0.
    pub fn limits(&self) -> Result<ingest::Limits, ConfigError> {
        let mut limits = ingest::Limits::default();
        self.limits.apply(&mut limits);
        limits.share = self.share.unwrap_or(1.0);
        limits.content = self.content;
        if !(0.0..=1.0).contains(&limits.share) {
            return Err(ConfigError::value("share", "must be from 0 to 1"));
        }
        match self.limits.zero() {
            Some(key) => Err(ConfigError::value(
                format!("limits.{key}"),
                "must be 1 at least",
            )),
            None => Ok(limits),
        }
    }

    /// How many connections may be open at once.
    pub(super) fn connections(&self) -> usize {
        self.limits.connections()
    }

    /// For how long records are kept.
    ///
    /// # Errors
    ///
    /// Where a number of days is not allowed.
    pub fn retention(&self) -> Result<Retention, ConfigError> {
        let entry = &self.retention;
        let mut retention = Retention::default();
        let tiers = [
            (Tier::Trace, entry.trace),
            (Tier::Debug, entry.debug),
            (Tier::Step, entry.step),
            (Tier::Warn, entry.warn),
        ];
        for (tier, days) in tiers {
            let Some(days) = days else { continue };
            let set = match (&entry.exception, tier) {
                (Some(exception), Tier::Trace) => retention.with_trace_days_for(exception, days),
                _ => retention.with_days(tier, days),
            };
            let key = || format!("retention.{}", tier.as_str());
            retention = set.map_err(|error| ConfigError::value(key(), error))?;
        }
        Ok(retention)
    }
}

/// What is wrong, and in which line.
fn described(text: &str, error: &toml::de::Error) -> String {
    let message = error.message();
    match error.span() {
        Some(span) => {
            let before = text[..span.start.min(text.len())].matches('\n').count();
            // The key, and nothing of its value.
            let key = text
                .lines()
                .nth(before)
                .and_then(|line| line.split_once('='));
            let of = match key.map(|(key, _)| key.trim()).filter(|key| is_bare(key)) {
                Some(key) if !message.contains(key) => format!(" ({key})"),
                _ => String::new(),
            };
            format!("line {}: {message}{of}", before + 1)
        }
        None => message.to_owned(),
    }
}

fn is_bare(key: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    !key.is_empty() && key.bytes().all(is_sign)
}

fn hash(digits: &str) -> Option<[u8; 32]> {
    if digits.len() != 64 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
        return None;
    }
    let mut hash = [0; 32];
    for (place, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(hash)
}

/// What a variable holds that `env:NAME` names.
pub(super) fn secret(text: &str) -> Result<String, String> {
    let Some(name) = text.strip_prefix("env:") else {
        return Err(
            "a secret does not stand in a file: write env:NAME, with the variable's name"
                .to_owned(),
        );
    };
    match std::env::var(name) {
        Ok(value) if !value.trim().is_empty() => Ok(value.trim().to_owned()),
        _ => Err(format!("the variable {name} is not set")),
    }
}

/// The file that the environment names, which must be there; else that of the working directory, if
/// there is one.
fn path() -> Option<PathBuf> {
    let named = std::env::var_os(VARIABLE).filter(|name| !name.is_empty());
    let default = || Some(PathBuf::from(DEFAULT)).filter(|path| path.exists());
    named.map(PathBuf::from).or_else(default)
}

fn text_of(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::File {
        path: path.to_owned(),
        source,
    })
}
