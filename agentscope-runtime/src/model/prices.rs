//! What tokens cost and how many fit, by model.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Mutex;

use once_cell::sync::OnceCell;

use crate::inference::usage::Usage;
use crate::model::micro_dollars::MicroDollars;
use crate::model::price_file::{self, Model, Unusable};

const VARIABLE: &str = "AGENTSCOPE_PRICES";

const BUILT_IN: &str = include_str!("prices.json");

/// Models to warn of; a program that makes up names does not fill the memory with them.
const MOST_WARNINGS: usize = 256;

static TABLE: OnceCell<Table> = OnceCell::new();

/// What a model call cost, at the list price of the model's own maker.
///
/// Cached tokens are taken out of the input before it is priced, and priced as such. Where the
/// table does not know the model the answer is `None`, never nothing, and a warning says so once
/// for each model. A model is found by its name, also with a date or `-latest` at its end and with
/// the maker before it, as in `openai/gpt-4o-2024-08-06`.
///
/// The prices are data with their dates and sources, in `src/model/prices.json` of this crate.
/// `AGENTSCOPE_PRICES` names a file of the same format whose models come first:
///
/// ```json
/// {"models": [{
///     "names": ["gpt-4o"], "provider": "openai",
///     "input": 2.5, "cache_read": 1.25, "cache_write": null, "output": 10,
///     "above": {"input_tokens": 200000, "input": 5, "cache_read": 2.5, "output": 20},
///     "context_window": 128000, "date": "2026-11-01", "source": "https://.."
/// }]}
/// ```
///
/// Prices are dollars for a million tokens; a kind of input without a price costs what input costs;
/// `above` holds for requests with more input than that. Only `names`, `input` and `output` have to
/// be there. Not known: discounts, batches, other tiers of service, and caches that are kept longer
/// than the provider's default.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Usage, model};
///
/// let usage = Usage {
///     input_tokens: 1_000,
///     cache_read_input_tokens: 800,
///     output_tokens: 100,
///     ..Usage::default()
/// };
/// // 200 × $2.50 + 800 × $1.25 + 100 × $10, for a million each.
/// assert_eq!(model::cost("gpt-4o", &usage).expect("in the table").micro(), 2_500);
/// assert_eq!(model::cost("my-own-model", &usage), None);
/// ```
pub fn cost(model: &str, usage: &Usage) -> Option<MicroDollars> {
    let known = known(model);
    if known.is_none() {
        warn_once(model);
    }
    Some(known?.cost(usage))
}

/// How many tokens the model takes, the answer included; `None` where that is not known.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// assert_eq!(agentscope::model::context_window("gpt-4o-2024-08-06"), Some(128_000));
/// ```
pub fn context_window(model: &str) -> Option<u64> {
    known(model)?.window
}

thread_local! {
    /// The model that was found last: one call asks several times, and most calls are of one model.
    static LATEST: RefCell<Option<(String, &'static Model)>> = const { RefCell::new(None) };
}

fn known(model: &str) -> Option<&'static Model> {
    // Nothing is borrowed while the table is read: whoever takes the log of that may ask.
    let latest = LATEST.try_with(|latest| {
        let latest = latest.borrow();
        let latest = latest.as_ref().filter(|(name, _)| name == model);
        latest.map(|(_, known)| *known)
    });
    if let Ok(Some(known)) = latest {
        return Some(known);
    }
    let mut unusable = None;
    let table = TABLE.get_or_init(|| Table::installed(&mut unusable));
    // Not before the table is there: whoever takes the log may ask for it.
    if let Some(mistake) = unusable {
        tracing::warn!(target: "agentscope", "{mistake}");
    }
    let known = table.find(model)?;
    let _ = LATEST.try_with(|latest| latest.replace(Some((model.to_owned(), known))));
    Some(known)
}

impl Model {
    /// Exact until the end, and rounded there.
    fn cost(&self, usage: &Usage) -> MicroDollars {
        let prices = match &self.long {
            Some((above, dear)) if usage.input_tokens > *above => dear,
            _ => &self.prices,
        };
        let cached = usage
            .cache_read_input_tokens
            .saturating_add(usage.cache_write_input_tokens);
        let parts = [
            (usage.input_tokens.saturating_sub(cached), prices.input),
            (usage.cache_read_input_tokens, prices.cache_read),
            (usage.cache_write_input_tokens, prices.cache_write),
            (usage.output_tokens, prices.output),
        ];
        let sum = parts.into_iter().fold(0_u128, |sum, (tokens, price)| {
            sum.saturating_add(u128::from(tokens) * u128::from(price))
        });
        let micro = sum.saturating_add(500_000) / 1_000_000;
        MicroDollars::new(u64::try_from(micro).unwrap_or(u64::MAX))
    }
}

fn warn_once(model: &str) {
    static WARNED: Mutex<Option<HashSet<String>>> = Mutex::new(None);
    // Never waits: what is not said now is said by a later call.
    let Ok(mut warned) = WARNED.try_lock() else {
        return;
    };
    let warned = warned.get_or_insert_default();
    if warned.len() >= MOST_WARNINGS || !warned.insert(model.to_owned()) {
        return;
    }
    let model = crate::privacy::text::label(model.to_owned().into());
    tracing::warn!(
        target: "agentscope",
        "the price of the model `{model}` is not known, so its calls have no cost; \
         {VARIABLE} can name a file with it. This is said once for each model."
    );
}

/// What is wrong with the file of prices that the environment names.
pub(crate) fn mistake() -> Option<String> {
    Table::said().err()
}

/// Models by their names.
struct Table(HashMap<String, Model>);

impl Table {
    /// Read once, at the first question.
    fn installed(unusable: &mut Option<String>) -> Self {
        let mut table = Self::built_in();
        match Self::said() {
            Ok(own) => table.0.extend(own.into_iter().flat_map(|own| own.0)),
            Err(mistake) => *unusable = Some(mistake),
        }
        table
    }

    /// The application's own.
    fn said() -> Result<Option<Self>, String> {
        let path = std::env::var_os(VARIABLE).filter(|path| !path.is_empty());
        let own = path.map(|path| Self::read(Path::new(&path)));
        own.transpose()
            .map_err(|error| format!("{VARIABLE} is not used, the built-in prices are: {error}"))
    }

    fn built_in() -> Self {
        // It is checked by a test.
        Self(price_file::parse(BUILT_IN).unwrap_or_default())
    }

    fn read(path: &Path) -> Result<Self, Unusable> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Unusable::Unread(path.to_owned(), error))?;
        price_file::parse(&text).map(Self)
    }

    fn find(&self, model: &str) -> Option<&Model> {
        let model = lower(model.trim());
        let bare = without_maker(&model);
        [&*model, bare].into_iter().find_map(|name| {
            let base = without_date(name);
            self.0.get(name).or_else(|| self.0.get(base))
        })
    }
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Gateways write the maker first, Gemini the word `models`. Others who run a model have their own
/// prices.
fn without_maker(name: &str) -> &str {
    let makers = [
        "anthropic/",
        "deepseek/",
        "google/",
        "mistralai/",
        "models/",
        "openai/",
        "x-ai/",
    ];
    let mut found = makers.iter().filter_map(|maker| name.strip_prefix(maker));
    found.next().unwrap_or(name)
}

/// A snapshot costs what its model costs, unless the table has it: `-2024-08-06`, `-20250929`,
/// `@20250929`, `-latest`, and Gemini's `-001`.
fn without_date(name: &str) -> &str {
    let is_digits = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if let Some(base) = name.strip_suffix("-latest") {
        return base;
    }
    if let Some((base, date)) = name.rsplit_once('@') {
        return if is_digits(date, 8) { base } else { name };
    }
    let Some((base, last)) = name.rsplit_once('-') else {
        return name;
    };
    if is_digits(last, 8) || (is_digits(last, 3) && name.starts_with("gemini-")) {
        return base;
    }
    let mut parts = name.rsplitn(4, '-');
    let (day, month, year) = (parts.next(), parts.next(), parts.next());
    match (day, month, year, parts.next()) {
        (Some(day), Some(month), Some(year), Some(base))
            if is_digits(day, 2) && is_digits(month, 2) && is_digits(year, 4) =>
        {
            base
        }
        _ => name,
    }
}

#[cfg(test)]
#[path = "prices_tests.rs"]
mod tests;
