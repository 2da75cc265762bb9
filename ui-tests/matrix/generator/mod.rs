//! Reads the forms and writes each of them once bare and once for each cell of the matrix.
//!
//! A form is a `mod` in a file of `forms/`, plain Rust but for two placeholders:
//!
//! - `#[observed]` stands for the attribute, `#[observed(more)]` for one with more arguments;
//! - `/*class*/` stands before each argument, for its class; `/*hidden*/` before one of a generic
//!   type, whose class must hide it.
//!
//! Its `pub fn ok()`, `error()`, `cancelled()` and `panicked()` call the function in a way that must
//! end with that outcome. Comments directly above the `mod` say what is special: `// spans: 3` where
//! a call makes more than one span, `// edition: 2024` where it is no code in the other edition.
//!
//! Textual replacement, so that hygiene and spans are those of code that somebody wrote, and line
//! for line the same in all variants.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The outcomes that a form can be called for, by the names of the functions that do so.
const OUTCOMES: [&str; 4] = ["ok", "error", "cancelled", "panicked"];

/// What stands where the attribute would.
const BARE: &str = "/* bare */";

pub(crate) struct Form {
    pub(crate) name: String,
    /// From `mod name {` to `}`, both excluded.
    source: String,
    spans: usize,
    edition: Option<String>,
}

/// What a form is annotated with.
#[derive(Clone, Copy)]
pub(crate) struct Annotation {
    /// Name of the macro, and what `agentscope.layer` must say.
    pub(crate) layer: &'static str,
    /// `secret`: `default = secret`. `public`: each value has a class of its own.
    pub(crate) class: &'static str,
}

impl Annotation {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        ["agent", "tool", "inference"]
            .into_iter()
            .flat_map(|layer| {
                ["secret", "public"]
                    .into_iter()
                    .map(move |class| Self { layer, class })
            })
    }

    pub(crate) fn name(self) -> String {
        format!("{}_{}", self.layer, self.class)
    }

    fn attribute(self, more: &str) -> String {
        let required = match self.layer {
            "inference" => r#"provider = "test", model = "m", "#,
            _ => "",
        };
        let class = match self.class {
            "secret" => "default = secret",
            _ => "output = public",
        };
        let comma = if more.is_empty() { "" } else { ", " };
        format!(
            "::agentscope::{}({required}{class}{comma}{more})",
            self.layer
        )
    }
}

/// All forms, in the order of their files.
pub(crate) fn forms(directory: &Path) -> Vec<Form> {
    let mut files: Vec<_> = fs::read_dir(directory)
        .expect("there are forms")
        .map(|entry| entry.expect("a readable directory").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files.sort();
    let mut forms = Vec::new();
    for file in files {
        parse(
            &fs::read_to_string(file).expect("a readable file"),
            &mut forms,
        );
    }
    forms
}

fn parse(text: &str, forms: &mut Vec<Form>) {
    let (mut spans, mut edition) = (1, None);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(count) = line.strip_prefix("// spans: ") {
            spans = count.parse().expect("a number of spans");
        } else if let Some(only) = line.strip_prefix("// edition: ") {
            edition = Some(only.to_owned());
        } else if let Some(name) = line
            .strip_prefix("mod ")
            .and_then(|rest| rest.strip_suffix(" {"))
        {
            let body: Vec<_> = lines.by_ref().take_while(|line| *line != "}").collect();
            forms.push(Form {
                name: name.to_owned(),
                source: body.join("\n"),
                spans: std::mem::replace(&mut spans, 1),
                edition: edition.take(),
            });
        }
    }
}

impl Form {
    pub(crate) fn is_for(&self, edition: &str) -> bool {
        self.edition.as_ref().is_none_or(|only| only == edition)
    }

    /// The module of the form, annotated or bare.
    pub(crate) fn module(&self, name: &str, annotation: Option<Annotation>) -> String {
        let class = match annotation {
            Some(Annotation {
                class: "public", ..
            }) => "#[sensitivity(public)]",
            _ => "",
        };
        // Of a generic type nobody can tell what a class would show.
        let hidden = if class.is_empty() {
            ""
        } else {
            "#[sensitivity(secret)]"
        };
        let source = self.source.replace("/*class*/", class);
        let source = source.replace("/*hidden*/", hidden);
        let mut pieces = source.split("#[observed");
        let mut text = format!("pub mod {name} {{\n{}", pieces.next().unwrap_or_default());
        for piece in pieces {
            let (more, rest) = match piece.strip_prefix('(') {
                Some(piece) => piece.split_once(")]").expect("`#[observed(..)]` ends"),
                None => ("", piece.strip_prefix(']').expect("`#[observed]` ends")),
            };
            match annotation {
                Some(annotation) => {
                    let _ = write!(text, "#[{}]", annotation.attribute(more));
                }
                // Not an empty line: there is a lint against those.
                None => text.push_str(BARE),
            }
            text.push_str(rest);
        }
        // The one position that is not an attribute of its own.
        let conditional = annotation
            .map(|annotation| format!("#[cfg_attr(all(), {})]", annotation.attribute("")));
        text = text.replace(
            "#[cfg_attr(all(), observed)]",
            conditional.as_deref().unwrap_or(BARE),
        );
        text.push_str("\n}\n");
        text
    }

    /// The outcomes that the form is called for.
    fn outcomes(&self) -> Vec<&'static str> {
        let calls = |outcome: &&str| self.source.contains(&format!("pub fn {outcome}()"));
        let outcomes: Vec<_> = OUTCOMES.into_iter().filter(calls).collect();
        assert!(!outcomes.is_empty(), "form `{}` is never called", self.name);
        outcomes
    }

    /// The test that the form works without any attribute.
    fn test_of_bare(&self) -> String {
        let mut calls = String::new();
        for outcome in self.outcomes() {
            let _ = write!(
                calls,
                "({outcome:?}, || format!(\"{{:?}}\", bare::{outcome}())), "
            );
        }
        let name = &self.name;
        format!("#[test] fn bare() {{ ::matrix::check_bare({name:?}, &[{calls}]); }}\n")
    }

    /// The test of a cell.
    fn test(&self, id: &str, annotation: Annotation) -> String {
        let (cell, layer, spans) = (annotation.name(), annotation.layer, self.spans);
        let mut entries = String::new();
        for outcome in self.outcomes() {
            let _ = write!(
                entries,
                "::matrix::Entry {{ outcome: {outcome:?}, \
                 bare: || format!(\"{{:?}}\", bare::{outcome}()), \
                 annotated: || format!(\"{{:?}}\", {cell}::{outcome}()) }}, "
            );
        }
        format!(
            "#[test] fn {cell}() {{ ::matrix::check(&::matrix::Cell {{ \
             id: {id:?}, layer: {layer:?}, spans: {spans} }}, &[{entries}]); }}\n"
        )
    }
}

/// The matrix of one edition: a module for each form, a test for each cell.
pub(crate) fn matrix(forms: &[Form], edition: &str) -> String {
    let mut text = String::new();
    for form in forms.iter().filter(|form| form.is_for(edition)) {
        let _ = writeln!(text, "mod {} {{", form.name);
        text.push_str(&form.module("bare", None));
        text.push_str(&form.test_of_bare());
        for annotation in Annotation::all() {
            let cell = annotation.name();
            let id = format!("{edition}/{}/{cell}", form.name);
            text.push_str(&form.module(&cell, Some(annotation)));
            text.push_str(&form.test(&id, annotation));
        }
        text.push_str("}\n");
    }
    text
}
