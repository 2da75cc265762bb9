//! `agentscope.inventory.json`: a value that is shown to more than before fails in CI.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::privacy::class::{Class, Treatment};
use crate::privacy::inventory_report::{Declassified, Entry, inventory};
use crate::testing::committed::{self, Committed};
use crate::testing::declassified;

const FILE: Committed = Committed {
    is: "an inventory",
    variable: "AGENTSCOPE_INVENTORY",
};

/// Fails if a value has a lower class, or more is shown of it, than in `agentscope.inventory.json`,
/// which stands beside the `Cargo.toml` of the package under test and is committed; and if there is
/// a value, or a call of [`declassify`](crate::declassify) in the sources under `src`, that the file
/// does not know.
///
/// `AGENTSCOPE_INVENTORY=update cargo test` writes the file: its difference is what a reviewer of
/// the classification reads. Lines of the source are in it for the reader and are not compared.
///
/// ```no_run
/// # extern crate agentscope_runtime as agentscope;
/// #[test]
/// fn nothing_is_shown_that_was_not_before() {
///     agentscope::testing::assert_inventory();
/// }
/// ```
///
/// # Panics
///
/// With each value that is opened or new and what to do; if there is no file, or it cannot be read
/// or written.
#[track_caller]
pub fn assert_inventory() {
    let directory = committed::directory();
    let path = directory.join("agentscope.inventory.json");
    let current = declassified::of_package(&directory)
        .map_err(|error| format!("the sources cannot be read: {error}"))
        .map(|declassified| Shown {
            values: inventory().entries,
            declassified,
        });
    if let Err(problem) =
        current.and_then(|current| check(&path, &current, FILE.is_to_be_written()))
    {
        panic!("{problem}");
    }
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
struct Shown {
    values: Vec<Entry>,
    declassified: Vec<Declassified>,
}

fn check(path: &Path, current: &Shown, update: bool) -> Result<(), String> {
    let Some(committed) = FILE.read(path, current, update)? else {
        return Ok(());
    };
    let values = current.values.iter();
    let values = values.filter_map(|now| change(&committed.values, now));
    let known = |it: &&Declassified| {
        let mut all = committed.declassified.iter();
        !all.any(|known| (&known.file, &known.reason) == (&it.file, &it.reason))
    };
    let calls = current.declassified.iter().filter(known);
    let calls = calls.map(|it| format!("+ {}:{} declassifies: {}", it.file, it.line, it.reason));
    let opened: Vec<_> = values.chain(calls).collect();
    match opened.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "more is shown than {} says:\n{}\n{}",
            path.display(),
            opened.join("\n"),
            FILE.how()
        )),
    }
}

/// What is open now and was not, in words.
fn change(committed: &[Entry], now: &Entry) -> Option<String> {
    let name = format!("{}.{}", now.item, now.field);
    // Methods of several types may have one name: the one that shows most counts.
    let is_it = |entry: &&Entry| (&entry.item, &entry.field) == (&now.item, &now.field);
    let Some(before) = committed.iter().filter(is_it).min_by_key(|it| rank(it)) else {
        return Some(format!("+ {name} is new: {}", said(now)));
    };
    let is_opened = match (rank(before), rank(now)) {
        (Some(before), Some(now)) => now.0 < before.0 || now.1 < before.1,
        // Its type says it now, or no longer.
        (before, now) => before != now,
    };
    is_opened.then(|| {
        format!(
            "~ {name} was {}, is {} ({}:{})",
            said(before),
            said(now),
            now.file,
            now.line
        )
    })
}

fn said(entry: &Entry) -> String {
    match entry.treatment.as_str() {
        "" => entry.class.clone(),
        treatment => format!("{} shown as {treatment}", entry.class),
    }
}

/// How much is hidden; `None` where the type says it.
fn rank(entry: &Entry) -> Option<(Class, Treatment)> {
    let class = Class::ALL
        .into_iter()
        .find(|it| it.as_str() == entry.class)?;
    let treatment = Treatment::ALL
        .into_iter()
        .find(|it| it.as_str() == entry.treatment)?;
    Some((class, treatment))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(field: &str, class: Class, treatment: Treatment) -> Entry {
        let text = serde_json::json!({
            "item": "shop::Customer", "field": field, "file": "src/lib.rs", "line": 7,
            "class": class.as_str(), "treatment": treatment.as_str(),
        });
        serde_json::from_value(text).expect("an entry")
    }

    fn of(values: Vec<Entry>) -> Shown {
        Shown {
            values,
            declassified: Vec::new(),
        }
    }

    #[test]
    fn what_is_opened_or_new_fails_until_the_file_is_updated() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("agentscope.inventory.json");
        let before = of(vec![
            entry("email", Class::Pii, Treatment::Hash),
            entry("id", Class::Internal, Treatment::Keep),
        ]);
        let missing = check(&path, &before, false).expect_err("there is no file yet");
        assert!(missing.contains("AGENTSCOPE_INVENTORY=update"), "{missing}");
        check(&path, &before, true).expect("written");
        check(&path, &before, false).expect("as it was");
        let stricter = of(vec![entry("id", Class::Confidential, Treatment::Mask)]);
        check(&path, &stricter, false).expect("closed, and one is gone");

        let now = of(vec![
            entry("email", Class::Internal, Treatment::Keep),
            entry("id", Class::Internal, Treatment::Keep),
            entry("note", Class::Public, Treatment::Keep),
        ]);
        let problem = check(&path, &now, false).expect_err("opened");
        for line in [
            "~ shop::Customer.email was pii shown as hmac, is internal shown as keep (src/lib.rs:7)",
            "+ shop::Customer.note is new: public shown as keep",
        ] {
            assert!(problem.contains(line), "{problem}");
        }
        let hidden_less = of(vec![entry("email", Class::Pii, Treatment::Last4)]);
        check(&path, &hidden_less, false).expect_err("more is shown of the same class");
        check(&path, &now, true).expect("written");
        check(&path, &now, false).expect("updated");
        let call = serde_json::json!({"file": "src/a.rs", "line": 3, "reason": "it is public"});
        let declassifies = Shown {
            declassified: vec![serde_json::from_value(call).expect("a place")],
            ..now
        };
        let problem = check(&path, &declassifies, false).expect_err("a new way around");
        assert!(
            problem.contains("+ src/a.rs:3 declassifies: it is public"),
            "{problem}"
        );
    }
}
