//! `agentscope.lock`: an unintended change of a tool's arguments fails in CI.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::testing::committed::{self, Committed};
use crate::tool::registry;
use crate::tool::schema;

/// Version of the way that hashes are taken; a lock file of another version is written anew.
const VERSION: u32 = 3;
/// What schemas look like is schemars' decision: its major version is part of the file.
const SCHEMARS: &str = "1";
const FILE: Committed = Committed {
    is: "a lock file",
    variable: "AGENTSCOPE_LOCK",
};

/// The file: function to schema.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Lock {
    version: u32,
    schemars: String,
    tools: BTreeMap<String, Locked>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Locked {
    hash: String,
    /// Over the classes: a relabel is no change of the interface, but must be seen.
    classification_hash: String,
    /// Without annotations; for the difference, which a hash cannot tell.
    schema: Value,
    /// Each value with its class.
    classification: BTreeMap<String, String>,
}

/// Fails if the argument schema of a registered tool, or the class of one of its values, is not the
/// one in `agentscope.lock`, which
/// stands beside the `Cargo.toml` of the package under test and is committed.
///
/// `AGENTSCOPE_LOCK=update cargo test` writes the file. The tools are those of
/// [`tools`](crate::tools) that are linked into the test: for a binary crate, call this in its unit
/// tests.
///
/// ```no_run
/// # extern crate agentscope_runtime as agentscope;
/// #[test]
/// fn tools_take_the_arguments_they_took() {
///     agentscope::testing::assert_lock();
/// }
/// ```
///
/// # Panics
///
/// With the difference, field by field, if a schema or a class changed, a tool is new or is gone; if there is
/// no lock file, or it cannot be read or written.
#[track_caller]
pub fn assert_lock() {
    let path = committed::directory().join("agentscope.lock");
    if let Err(problem) = check(&path, &current(), FILE.is_to_be_written()) {
        panic!("{problem}");
    }
}

fn current() -> Lock {
    let tools = registry::tools().map(|tool| {
        let mut schema = tool.schema();
        schema::strip_annotations(&mut schema);
        (
            tool.function().to_owned(),
            Locked {
                hash: tool.schema_hash(),
                classification_hash: tool.classification_hash(),
                schema,
                classification: tool.classification(),
            },
        )
    });
    Lock {
        version: VERSION,
        schemars: SCHEMARS.to_owned(),
        tools: tools.collect(),
    }
}

fn check(path: &Path, current: &Lock, update: bool) -> Result<(), String> {
    let Some(locked) = FILE.read(path, current, update)? else {
        return Ok(());
    };
    let (shown, how) = (path.display(), FILE.how());
    if (locked.version, &*locked.schemars) != (VERSION, SCHEMARS) {
        return Err(format!(
            "{shown} was written by another version of agentscope or schemars; {how}"
        ));
    }
    let differences = compare(&locked.tools, &current.tools);
    match differences.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "the tools are not those of {shown}:\n{}\n{how}",
            differences.join("\n")
        )),
    }
}

fn compare(locked: &BTreeMap<String, Locked>, current: &BTreeMap<String, Locked>) -> Vec<String> {
    let mut lines = Vec::new();
    for (function, before) in locked {
        match current.get(function) {
            None => lines.push(format!("- {function}: is gone")),
            Some(now) => {
                if now.hash != before.hash {
                    lines.push(format!("~ {function}: its arguments changed"));
                    let from = lines.len();
                    difference("", &before.schema, &now.schema, &mut lines);
                    if lines.len() == from {
                        lines.push(format!(
                            "    only the hash differs: {} is now {}",
                            before.hash, now.hash
                        ));
                    }
                }
                relabelled(function, before, now, &mut lines);
            }
        }
    }
    let added = current
        .keys()
        .filter(|function| !locked.contains_key(*function));
    lines.extend(added.map(|function| format!("+ {function}: is new")));
    lines
}

/// One line for each value whose class, kind or treatment changed.
fn relabelled(function: &str, before: &Locked, now: &Locked, lines: &mut Vec<String>) {
    if before.classification == now.classification {
        return;
    }
    lines.push(format!("~ {function}: its classification changed"));
    let (before, now) = (&before.classification, &now.classification);
    let paths: std::collections::BTreeSet<_> = before.keys().chain(now.keys()).collect();
    for path in paths {
        match (before.get(path), now.get(path)) {
            (Some(before), Some(now)) if before == now => {}
            (Some(before), Some(now)) => lines.push(format!("    {path}: was {before}, is {now}")),
            (Some(before), None) => lines.push(format!("    {path}: was {before}, is gone")),
            (None, Some(now)) => lines.push(format!("    {path}: is new: {now}")),
            (None, None) => {}
        }
    }
}

/// One line for each place where the schemas differ.
fn difference(place: &str, before: &Value, now: &Value, lines: &mut Vec<String>) {
    match (before, now) {
        _ if before == now => {}
        (Value::Object(before), Value::Object(now)) => {
            let keys: std::collections::BTreeSet<_> = before.keys().chain(now.keys()).collect();
            for key in keys {
                let place = format!("{place}/{key}");
                match (before.get(key), now.get(key)) {
                    (Some(before), Some(now)) => difference(&place, before, now, lines),
                    (Some(before), None) => {
                        lines.push(format!("    {place}: was {before}, is gone"))
                    }
                    (None, Some(now)) => lines.push(format!("    {place}: is new: {now}")),
                    (None, None) => {}
                }
            }
        }
        (Value::Array(before), Value::Array(now)) => {
            let lost = before.iter().filter(|item| !now.contains(item));
            lines.extend(lost.map(|item| format!("    {place}: no longer has {item}")));
            let won = now.iter().filter(|item| !before.contains(item));
            lines.extend(won.map(|item| format!("    {place}: now has {item}")));
        }
        _ => lines.push(format!("    {place}: was {before}, is now {now}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lock(function: &str, schema: Value) -> Lock {
        let hash = schema::hash(schema.clone());
        let classification = BTreeMap::new();
        let locked = Locked {
            hash,
            classification_hash: crate::privacy::classification::hash(&classification),
            schema,
            classification,
        };
        let tools = BTreeMap::from([(function.to_owned(), locked)]);
        Lock {
            version: VERSION,
            schemars: SCHEMARS.to_owned(),
            tools,
        }
    }

    #[test]
    fn a_changed_schema_fails_with_each_field_until_the_lock_is_updated() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("agentscope.lock");
        let before = lock(
            "shop::price",
            json!({
                "properties": {"article": {"type": "string"}, "count": {"type": "integer"}},
                "required": ["article"],
            }),
        );
        let missing = check(&path, &before, false).expect_err("there is no file yet");
        assert!(missing.contains("AGENTSCOPE_LOCK=update"), "{missing}");
        check(&path, &before, true).expect("written");
        check(&path, &before, false).expect("as it was");

        let now = lock(
            "shop::price",
            json!({
                "properties": {"article": {"type": "integer"}, "currency": {"type": "string"}},
                "required": ["article", "currency"],
            }),
        );
        let problem = check(&path, &now, false).expect_err("it changed");
        for line in [
            "~ shop::price: its arguments changed",
            r#"/properties/article/type: was "string", is now "integer""#,
            r#"/properties/count: was {"type":"integer"}, is gone"#,
            r#"/properties/currency: is new: {"type":"string"}"#,
            r#"/required: now has "currency""#,
        ] {
            assert!(problem.contains(line), "{problem}");
        }
        check(&path, &now, true).expect("written");
        check(&path, &now, false).expect("updated");
    }

    #[test]
    fn a_relabelled_value_is_named_though_the_schema_is_the_same() {
        let labelled = |words: &str| {
            let mut lock = lock("shop::price", json!({}));
            for locked in lock.tools.values_mut() {
                let email = ("customer.email".to_owned(), words.to_owned());
                locked.classification.extend([email]);
            }
            lock.tools
        };
        assert_eq!(
            compare(
                &labelled("pii email hmac"),
                &labelled("internal email keep")
            ),
            [
                "~ shop::price: its classification changed",
                "    customer.email: was pii email hmac, is internal email keep"
            ]
        );
    }

    #[test]
    fn a_tool_that_is_new_or_gone_is_named() {
        let (one, other) = (lock("a::one", json!({})), lock("a::other", json!({})));
        let lines = compare(&one.tools, &other.tools);
        assert_eq!(lines, ["- a::one: is gone", "+ a::other: is new"]);
    }
}
