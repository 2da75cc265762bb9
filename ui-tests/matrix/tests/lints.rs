//! Holds an annotated function to the lints of the bare one: those that rustc gives by default, and
//! clippy's groups `all`, `pedantic` and `nursery`.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

#[path = "../generator/mod.rs"]
#[allow(dead_code, reason = "the build script uses the rest")]
mod generator;
mod support;

use Change::{Added, Lost};
use generator::{Annotation, Form};
use support::{Generated, HERE};

/// Each version has lints of its own.
const WRITTEN_FOR: &str = "rustc 1.95.";
const EDITION: &str = "2024";
const HEAD: &str = "#![warn(clippy::all, clippy::pedantic, clippy::nursery)]";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Lost,
    Added,
}

/// The lints that an annotation changes, each with the reason. The first list is longer than one
/// would like: a call whose arguments are looked at is no longer what these lints look for.
const ALLOWED: &[(Change, &str, &str)] = &[
    (
        Lost,
        "clippy::missing_const_for_fn",
        "a recorded function cannot be `const`",
    ),
    (
        Lost,
        "clippy::unused_async",
        "the function awaits its own body",
    ),
    (
        Lost,
        "clippy::manual_async_fn",
        "the function is more than an `async` block",
    ),
    (Lost, "clippy::needless_return", IN_CLOSURE),
    (Lost, "clippy::unnecessary_wraps", IN_CLOSURE),
    (Lost, "unconditional_recursion", IN_CLOSURE),
    (Lost, "clippy::needless_pass_by_value", LOOKED_AT),
    (Lost, "clippy::boxed_local", LOOKED_AT),
    (Lost, "clippy::ptr_arg", LOOKED_AT),
    (Lost, "clippy::not_unsafe_ptr_arg_deref", LOOKED_AT),
    (Lost, "clippy::toplevel_ref_arg", LOOKED_AT),
    (Lost, "clippy::only_used_in_recursion", LOOKED_AT),
    (
        Added,
        "clippy::result_large_err",
        "it is said twice: of the function, and of the closure with its body",
    ),
];

const IN_CLOSURE: &str = "the body is in a closure, where the lint does not look";
const LOOKED_AT: &str = "the argument is looked at and moved into the body";

/// What an annotation must not change, whatever is said above; and forms whose annotated function
/// must raise it.
const NEVER: &[(&str, &[&str])] = &[
    (
        "dead_code",
        &[
            "dead_function",
            "dead_async_function",
            "dead_method",
            "dead_future",
            "dead_recursion",
        ],
    ),
    (
        "unused_variables",
        &[
            "unused_argument",
            "unused_argument_async",
            "unused_argument_of_future",
            "unused_in_pattern",
        ],
    ),
    ("unused_braces", &[]),
];

/// How often each lint is raised.
type Lints = BTreeMap<String, usize>;

/// Each macro once, each class somewhere: lints do not depend on more.
fn annotations() -> impl Iterator<Item = Annotation> {
    Annotation::all()
        .filter(|annotation| (annotation.layer == "tool") == (annotation.class == "secret"))
}

/// The lints of each module; the text of each of them.
fn raised(forms: &[Form]) -> (BTreeMap<String, Lints>, BTreeMap<(String, String), String>) {
    let mut generated = Generated::new("lints", EDITION, HEAD);
    for form in forms.iter().filter(|form| form.is_for(EDITION)) {
        let name = &form.name;
        generated.push("", &format!("pub mod {name} {{\n"));
        generated.push(&format!("{name}/bare"), &form.module("bare", None));
        for annotation in annotations() {
            let cell = annotation.name();
            let module = form.module(&cell, Some(annotation));
            generated.push(&format!("{name}/{cell}"), &module);
        }
        generated.push("", "}\n");
    }
    let (mut lints, mut texts) = (BTreeMap::<String, Lints>::new(), BTreeMap::new());
    for diagnostic in generated.cargo("clippy") {
        assert!(!diagnostic.is_error, "{}", diagnostic.text);
        let Some(code) = diagnostic.code else {
            continue;
        };
        let of_module = lints.entry(diagnostic.module.clone()).or_default();
        *of_module.entry(code.clone()).or_default() += 1;
        texts.insert((diagnostic.module, code), diagnostic.text);
    }
    (lints, texts)
}

#[test]
fn an_annotated_function_raises_the_lints_of_the_bare_one() {
    if !support::is_rustc(WRITTEN_FOR) {
        println!("skipped: the lists are those of {WRITTEN_FOR}");
        return;
    }
    let mut forms = generator::forms(&Path::new(HERE).join("forms"));
    forms.extend(generator::forms(&Path::new(HERE).join("lints")));
    let (lints, texts) = raised(&forms);
    let none = Lints::new();
    let of = |form: &Form, variant: &str| {
        lints
            .get(&format!("{}/{variant}", form.name))
            .unwrap_or(&none)
    };

    let mut problems = String::new();
    let mut changed = BTreeSet::new();
    for form in forms.iter().filter(|form| form.is_for(EDITION)) {
        let bare = of(form, "bare");
        for annotation in annotations() {
            let (name, cell) = (&form.name, annotation.name());
            let annotated = of(form, &cell);
            for (lint, change) in differences(bare, annotated) {
                if !excepted(change, lint) {
                    let variant = if change == Added { &*cell } else { "bare" };
                    let text = &texts[&(format!("{name}/{variant}"), lint.to_owned())];
                    let _ = writeln!(problems, "{name}/{cell}: {change:?} {lint}\n{text}");
                }
                changed.insert((change, lint));
            }
            for (lint, by) in NEVER {
                if by.contains(&&**name) && !annotated.contains_key(*lint) {
                    let _ = writeln!(problems, "{name}/{cell}: does not raise {lint}");
                }
            }
        }
    }
    for (change, lint, _) in ALLOWED {
        if !changed.contains(&(*change, *lint)) {
            let _ = writeln!(
                problems,
                "{change:?} {lint}: no longer so, remove it from the list"
            );
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

/// The lints that are raised more often, or less.
fn differences<'a>(bare: &'a Lints, annotated: &'a Lints) -> Vec<(&'a str, Change)> {
    let count = |lints: &Lints, lint: &str| lints.get(lint).copied().unwrap_or_default();
    let all: BTreeSet<_> = bare.keys().chain(annotated.keys()).collect();
    all.into_iter()
        .filter_map(
            |lint| match count(annotated, lint).cmp(&count(bare, lint)) {
                std::cmp::Ordering::Less => Some((&**lint, Lost)),
                std::cmp::Ordering::Equal => None,
                std::cmp::Ordering::Greater => Some((&**lint, Added)),
            },
        )
        .collect()
}

fn excepted(change: Change, lint: &str) -> bool {
    let listed = |(of, name, _): &(Change, &str, &str)| (*of, *name) == (change, lint);
    let never = NEVER.iter().any(|(never, _)| *never == lint);
    !never && ALLOWED.iter().any(listed)
}
