//! List the values that telemetry could carry, with their classes, and the ways around a class that
//! were taken.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::declassify;
use crate::policy;
use crate::privacy::class::Sensitivity;
use crate::privacy::classify::{FieldMeta, TypeMeta};
use crate::site::Site;
use crate::tool::registry::{RegisteredType, sites};

/// One field, argument or result, and its class.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// The type or the function that it belongs to: `crate::module::Type`.
    pub item: String,
    /// The field or argument: `email`, `Variant.email`; `output` for the result of a function.
    pub field: String,
    /// File, as the compiler knows it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// The class; `by type` where the type of the value says it, which has entries of its own.
    pub class: String,
    /// What the value is, where that is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What is shown of it by the table; empty where its type says it.
    pub treatment: String,
    /// Why its class is what it is, where that is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether a default gave it its class: nobody has looked at it yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_default: bool,
}

/// A place that has shown a value whatever its class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Declassified {
    /// File, as the compiler knows it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Why.
    pub reason: String,
}

/// What a program classifies and how; made by [`inventory()`]. Its `Display` is a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Inventory {
    /// Every field of every classified type without type parameters, and every argument and result
    /// of every annotated function, in the order of their names.
    pub entries: Vec<Entry>,
    /// Calls of [`declassify`](crate::declassify) that were made so far.
    pub declassified: Vec<Declassified>,
    /// Overrides of the policy, as `name: class is shown as treatment (reason)`.
    pub overrides: Vec<String>,
}

/// Lists what the program classifies.
///
/// It knows what is linked into the program, on the platforms of [`tools`](crate::tools). For a
/// report, print it from a binary or a test of your own; [`testing::assert_inventory`] holds it to a
/// committed file, so that nothing is opened unnoticed.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// #[derive(agentscope::Classify)]
/// struct Customer {
///     #[sensitivity(pii, kind = "email")]
///     email: String,
/// }
///
/// # fn main() {
/// let inventory = agentscope::inventory();
/// let email = inventory.entries.iter().find(|entry| entry.field == "email").expect("it is listed");
/// assert_eq!((email.class.as_str(), email.treatment.as_str()), ("pii", "hmac"));
/// println!("{inventory}");
/// let _json = serde_json::to_string_pretty(&inventory).expect("it is plain data");
/// # }
/// ```
///
/// [`testing::assert_inventory`]: https://docs.rs/agentscope-runtime/latest/agentscope_runtime/testing/fn.assert_inventory.html
pub fn inventory() -> Inventory {
    let types = inventory::iter::<RegisteredType>.into_iter();
    let types = types.filter_map(|registered| (registered.0)());
    let mut entries: Vec<_> = types
        .flat_map(of_type)
        .chain(sites().flat_map(of_site))
        .collect();
    entries.sort();
    let declassified = declassify::places().into_iter();
    Inventory {
        entries,
        declassified: declassified
            .map(|(file, line, reason)| Declassified {
                file: file.to_owned(),
                line,
                reason: reason.to_owned(),
            })
            .collect(),
        overrides: policy::overrides()
            .iter()
            .map(|it| {
                let (class, treatment) = (it.class.as_str(), it.treatment.as_str());
                format!(
                    "{}: {class} is shown as {treatment} ({})",
                    it.name, it.reason
                )
            })
            .collect(),
    }
}

fn of_type(meta: &'static TypeMeta) -> impl Iterator<Item = Entry> {
    meta.fields.iter().map(|field| {
        let place = (meta.file, field.line);
        entry(
            meta.name,
            field_name(field),
            place,
            field.sensitivity.as_ref(),
        )
    })
}

fn field_name(field: &FieldMeta) -> String {
    match field.variant {
        Some(variant) => format!("{variant}.{}", field.name),
        None => field.name.to_owned(),
    }
}

fn of_site(site: &'static Site) -> impl Iterator<Item = Entry> {
    let place = (site.place.file(), site.place.line());
    let meta = &site.known().meta;
    let params = meta.params.iter();
    let params = params.map(|param| (param.name, param.sensitivity.as_ref()));
    params
        .chain([("output", meta.output.as_ref())])
        .map(move |(name, sensitivity)| entry(meta.function, name.to_owned(), place, sensitivity))
}

fn entry(
    item: &'static str,
    field: String,
    (file, line): (&'static str, u32),
    sensitivity: Option<&Sensitivity>,
) -> Entry {
    Entry {
        item: item.to_owned(),
        field,
        file: file.to_owned(),
        line,
        class: sensitivity
            .map_or("by type", |it| it.class.as_str())
            .to_owned(),
        kind: sensitivity.and_then(|it| Some(it.kind?.as_str().to_owned())),
        treatment: sensitivity
            .map_or("", |it| it.treatment().as_str())
            .to_owned(),
        reason: sensitivity.and_then(|it| Some(it.reason?.to_owned())),
        by_default: sensitivity.is_some_and(|it| it.by_default),
    }
}

/// A line each, in columns.
impl fmt::Display for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<[String; 5]> = self.entries.iter().map(row).collect();
        let header = ["value", "class", "kind", "shown as", "where"].map(str::to_owned);
        let mut widths = [0; 5];
        for row in rows.iter().chain([&header]) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in [&header].into_iter().chain(&rows) {
            let [value, class, kind, shown, place] = row;
            let [a, b, c, d, _] = widths;
            writeln!(f, "{value:a$}  {class:b$}  {kind:c$}  {shown:d$}  {place}")?;
        }
        for Declassified { file, line, reason } in &self.declassified {
            writeln!(f, "declassified at {file}:{line}: {reason}")?;
        }
        for text in &self.overrides {
            writeln!(f, "override {text}")?;
        }
        Ok(())
    }
}

fn row(entry: &Entry) -> [String; 5] {
    let Entry {
        item,
        field,
        file,
        line,
        class,
        kind,
        treatment,
        reason,
        by_default,
    } = entry;
    let default = if *by_default { " (default)" } else { "" };
    let reason = reason.as_ref().map(|it| format!("  because: {it}"));
    [
        format!("{item}.{field}"),
        format!("{class}{default}"),
        kind.clone().unwrap_or_default(),
        treatment.clone(),
        format!("{file}:{line}{}", reason.unwrap_or_default()),
    ]
}
