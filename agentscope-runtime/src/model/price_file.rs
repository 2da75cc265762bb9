//! The format of price tables, the built-in one and the application's own.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Deserialize;

/// Prices in millionths of a dollar for a million tokens, which are whole numbers for every price
/// that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prices {
    pub(super) input: u64,
    pub(super) cache_read: u64,
    pub(super) cache_write: u64,
    pub(super) output: u64,
}

/// One model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Model {
    pub(super) prices: Prices,
    /// For requests with more input tokens than these, all of whose tokens cost more.
    pub(super) long: Option<(u64, Prices)>,
    pub(super) window: Option<u64>,
}

/// Why a table cannot be used.
#[derive(Debug)]
pub(super) enum Unusable {
    /// The file cannot be read.
    Unread(PathBuf, std::io::Error),
    /// It is not of the format.
    Malformed(serde_json::Error),
    /// A price of this model is negative, or no number at all.
    Price(String),
}

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unread(path, error) => write!(f, "{} cannot be read: {error}", path.display()),
            Self::Malformed(error) => write!(f, "no table of prices: {error}"),
            Self::Price(model) => write!(f, "a price of {model} is none"),
        }
    }
}

impl std::error::Error for Unusable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unread(_, error) => Some(error),
            Self::Malformed(error) => Some(error),
            Self::Price(_) => None,
        }
    }
}

#[derive(Deserialize)]
struct File {
    models: Vec<Entry>,
}

/// As it is written: dollars for a million tokens. Provider, date and source are for its readers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    names: Vec<String>,
    #[serde(rename = "provider")]
    _provider: Option<String>,
    input: f64,
    cache_read: Option<f64>,
    cache_write: Option<f64>,
    output: f64,
    above: Option<Above>,
    context_window: Option<u64>,
    #[serde(rename = "date")]
    _date: Option<String>,
    #[serde(rename = "source")]
    _source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Above {
    input_tokens: u64,
    input: f64,
    cache_read: Option<f64>,
    cache_write: Option<f64>,
    output: f64,
}

fn micro(dollars: f64) -> Option<u64> {
    // Past this a price is a mistake; below it the number is exact.
    let is_price = (0.0..=1e6).contains(&dollars);
    is_price.then(|| (dollars * 1e6).round() as u64)
}

/// What has no price of its own costs what input costs.
fn prices(
    input: f64,
    cache_read: Option<f64>,
    cache_write: Option<f64>,
    output: f64,
) -> Option<Prices> {
    Some(Prices {
        input: micro(input)?,
        cache_read: micro(cache_read.unwrap_or(input))?,
        cache_write: micro(cache_write.unwrap_or(input))?,
        output: micro(output)?,
    })
}

impl Entry {
    fn model(&self) -> Option<Model> {
        let long = match &self.above {
            Some(above) => {
                let dear = prices(
                    above.input,
                    above.cache_read,
                    above.cache_write,
                    above.output,
                );
                Some((above.input_tokens, dear?))
            }
            None => None,
        };
        Some(Model {
            prices: prices(self.input, self.cache_read, self.cache_write, self.output)?,
            long,
            window: self.context_window,
        })
    }
}

/// Reads a table; where it names a model twice the first counts.
pub(super) fn parse(text: &str) -> Result<HashMap<String, Model>, Unusable> {
    let file: File = serde_json::from_str(text).map_err(Unusable::Malformed)?;
    let mut models = HashMap::new();
    for entry in file.models {
        let name = entry.names.first().cloned().unwrap_or_default();
        let model = entry.model().ok_or(Unusable::Price(name))?;
        for name in entry.names {
            models.entry(name.to_ascii_lowercase()).or_insert(model);
        }
    }
    Ok(models)
}
