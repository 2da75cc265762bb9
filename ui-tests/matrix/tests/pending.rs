//! Holds that what is said to be pending still is. Cells that fail at run time are held to it where
//! they run; here are those that do not compile.

#![allow(clippy::print_stdout, reason = "says what is pending")]

use std::collections::BTreeSet;
use std::path::Path;

#[path = "../generator/mod.rs"]
#[allow(dead_code, reason = "the build script uses the rest")]
mod generator;
#[allow(dead_code, reason = "the other tests use the rest")]
mod support;

use generator::{Annotation, Form, pending};
use support::{Generated, HERE};

fn cells<'a>(
    forms: &'a [Form],
    edition: &'a str,
) -> impl Iterator<Item = (&'a Form, Annotation, String)> {
    let forms = forms.iter().filter(move |form| form.is_for(edition));
    forms.flat_map(move |form| {
        Annotation::all().map(move |annotation| {
            let id = format!("{edition}/{}/{}", form.name, annotation.name());
            (form, annotation, id)
        })
    })
}

#[test]
fn what_is_said_not_to_compile_does_not() {
    let forms = generator::forms(&Path::new(HERE).join("forms"));
    for edition in ["2021", "2024"] {
        let mut waiting: Vec<_> = cells(&forms, edition)
            .filter(|(_, _, id)| pending::does_not_compile(id).is_some())
            .collect();
        // Round by round: the errors of one phase of the compiler hide those of the next.
        while !waiting.is_empty() {
            let mut generated = Generated::new("pending", edition, "#![allow(warnings)]");
            for (form, annotation, id) in &waiting {
                let name = format!("{}_{}", form.name, annotation.name());
                generated.push(id, &form.module(&name, Some(*annotation)));
            }
            let diagnostics = generated.cargo("check");
            let refused: BTreeSet<_> = diagnostics
                .iter()
                .filter(|diagnostic| diagnostic.is_error)
                .map(|diagnostic| diagnostic.module.as_str())
                .collect();
            let all = waiting.len();
            let compiles: Vec<_> = waiting.iter().map(|(_, _, id)| id.as_str()).collect();
            assert!(
                !refused.is_empty(),
                "these compile, remove them from `pending`: {compiles:#?}"
            );
            waiting.retain(|(_, _, id)| !refused.contains(id.as_str()));
            assert!(waiting.len() < all, "errors of no cell: {diagnostics:#?}");
        }
    }
}

#[test]
fn each_pattern_is_one_of_a_cell() {
    let forms = generator::forms(&Path::new(HERE).join("forms"));
    for pattern in pending::patterns() {
        println!("pending: {pattern}");
        let mut cells = cells(&forms, "2021").chain(cells(&forms, "2024"));
        let found = cells.any(|(_, _, id)| pending::matches(pattern, &id));
        assert!(found, "`{pattern}` is in `pending` and is no cell");
    }
}
