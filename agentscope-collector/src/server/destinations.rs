//! What `agentscope.toml` says of where records are sent on to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::config::{Config, ConfigError, secret};
use crate::forward::{Audience, Destination};
use crate::ingest::Signal;
use crate::profile;
use crate::store::Tenant;

/// What may wait for a destination where nothing is said: a quarter of a gigabyte.
const QUEUE_BYTES: u64 = 256 * 1024 * 1024;

/// A destination.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ForwardEntry {
    name: String,
    url: String,
    #[serde(default)]
    content: Audience,
    signals: Option<BTreeSet<Signal>>,
    profile: Option<String>,
    tenants: Option<Vec<String>>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    queue_bytes: Option<u64>,
}

/// Without the headers, and the URL, in which there may be a password.
impl fmt::Debug for ForwardEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwardEntry")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Where records are sent on to.
    pub(super) fn destinations(&self) -> Result<Vec<Destination>, ConfigError> {
        let mut destinations: Vec<Destination> = Vec::new();
        for (number, entry) in self.forward.iter().enumerate() {
            let key = |name: &str| format!("forward[{number}].{name}");
            // It is the name of a directory, as that of a tenant.
            if entry.name.parse::<Tenant>().is_err() {
                let message =
                    "use 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or a digit";
                return Err(ConfigError::value(key("name"), message));
            }
            if destinations.iter().any(|it| it.name == entry.name) {
                return Err(ConfigError::value(key("name"), "stands there twice"));
            }
            let url = Url::parse(&entry.url).ok();
            let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
            let url = url.ok_or_else(|| {
                let message = "not an http:// or https:// URL; without /v1/traces, which is added";
                ConfigError::value(key("url"), message)
            })?;
            let profile = match &entry.profile {
                None => None,
                Some(word) => Some(profile::named(word).ok_or_else(|| {
                    ConfigError::value(
                        key("profile"),
                        format_args!("known are {}", profile::known()),
                    )
                })?),
            };
            let tenants = entry.tenants.as_ref().map(|names| {
                let tenants = names.iter().map(|name| name.parse::<Tenant>());
                tenants.collect::<Result<_, _>>()
            });
            let tenants = tenants.transpose();
            destinations.push(Destination {
                name: entry.name.clone(),
                url,
                headers: headers(&entry.headers).map_err(|(name, why)| {
                    ConfigError::value(key(&format!("headers.{name}")), why)
                })?,
                audience: entry.content,
                signals: entry.signals.clone(),
                profile,
                tenants: tenants.map_err(|error| ConfigError::value(key("tenants"), error))?,
                queue_bytes: entry.queue_bytes.unwrap_or(QUEUE_BYTES),
            });
        }
        Ok(destinations)
    }

    /// Where the queues of destinations are.
    pub(super) fn queues(&self) -> Result<PathBuf, ConfigError> {
        let beside = || {
            let store = self.store.as_ref().filter(|store| !store.contains("://"))?;
            Some(PathBuf::from(format!(
                "{}.forward",
                store.trim_end_matches('/')
            )))
        };
        self.queue.clone().or_else(beside).ok_or_else(|| {
            ConfigError::value("queue", "name a directory for what waits for a destination")
        })
    }
}

/// Refuses a destination that is the server itself: all would come back to it for ever. Names of this
/// machine other than `localhost` are not looked up.
pub(super) fn elsewhere(
    destinations: &[Destination],
    listens: [SocketAddr; 2],
) -> Result<(), ConfigError> {
    let is_here = |destination: &Destination| {
        let url = &destination.url;
        let host = url.host_str().unwrap_or_default();
        let ips: Vec<IpAddr> = match host.trim_matches(['[', ']']) {
            "localhost" => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            host => host.parse().into_iter().collect(),
        };
        let is = |listen: &SocketAddr| {
            let is_all = listen.ip().is_unspecified();
            let is_ip = |ip: &IpAddr| *ip == listen.ip() || (is_all && ip.is_loopback());
            Some(listen.port()) == url.port_or_known_default() && ips.iter().any(is_ip)
        };
        listens.iter().any(is)
    };
    match destinations.iter().position(is_here) {
        Some(number) => Err(ConfigError::value(
            format!("forward[{number}].url"),
            "is this server itself, to which everything would come back for ever",
        )),
        None => Ok(()),
    }
}

/// Headers; a value may be that of a variable.
fn headers(named: &BTreeMap<String, String>) -> Result<HeaderMap, (&String, String)> {
    let mut headers = HeaderMap::new();
    for (name, text) in named {
        let text = match text.starts_with("env:") {
            true => secret(text).map_err(|why| (name, why))?,
            false => text.clone(),
        };
        let value = HeaderValue::try_from(text).map_err(|_| (name, "cannot be sent".to_owned()))?;
        let key =
            HeaderName::try_from(name).map_err(|_| (name, "no name of a header".to_owned()))?;
        headers.insert(key, value);
    }
    Ok(headers)
}
