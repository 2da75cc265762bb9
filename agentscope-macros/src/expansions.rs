//! Holds what the attributes expand to: `expansions/<form>.rs` is written by hand,
//! `expansions/<form>.expanded.rs` is what comes of it.
//!
//! After a change on purpose: `UPDATE_EXPANSIONS=1 cargo test -p agentscope-macros expansions`, and
//! read the difference. Every form says `crate = ::agentscope`, for in a test of this crate there is
//! no dependency that could be found.

use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::TokenStream;
use syn::{Item, Meta};

use crate::arguments::Macro;
use crate::expand;

fn expanded(source: &str) -> String {
    let mut file = syn::parse_file(source).expect("a form is Rust");
    let [Item::Fn(function)] = &mut file.items[..] else {
        panic!("a form is one function");
    };
    let is_ours = |meta: &Meta| macro_named(meta).is_some();
    let place = function.attrs.iter().position(|it| is_ours(&it.meta));
    let attribute = function
        .attrs
        .remove(place.expect("a form has one of our attributes"));
    let kind = macro_named(&attribute.meta).expect("it was found by its name");
    let arguments = match attribute.meta {
        Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    };
    let tokens = expand::attribute(kind, arguments, quote::quote!(#function));
    // The same in every version.
    let version = env!("CARGO_PKG_VERSION").replace(['.', '-', '+'], "_");
    let text = tokens.to_string().replace(&version, "VERSION");
    prettyplease::unparse(&syn::parse_file(&text).expect("an expansion is Rust"))
}

fn macro_named(meta: &Meta) -> Option<Macro> {
    let all = [Macro::Agent, Macro::Tool, Macro::Inference];
    all.into_iter().find(|it| meta.path().is_ident(it.name()))
}

fn forms() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("expansions");
    let files = fs::read_dir(directory).expect("the directory is there");
    let paths = files.map(|file| file.expect("it can be read").path());
    let mut forms: Vec<_> = paths
        .filter(|path| !path.to_string_lossy().ends_with(".expanded.rs"))
        .collect();
    forms.sort();
    forms
}

#[test]
fn expansions_are_those_that_were_read_and_found_good() {
    let update = env::var_os("UPDATE_EXPANSIONS").is_some();
    let mut changed = Vec::new();
    let forms = forms();
    assert!(
        forms.len() >= 12,
        "the forms are not where they are looked for"
    );
    for form in forms {
        let source = fs::read_to_string(&form).expect("a form can be read");
        let expected = form.with_extension("expanded.rs");
        let now = expanded(&source);
        let before = fs::read_to_string(&expected).unwrap_or_default();
        if update {
            fs::write(&expected, now).expect("an expansion can be written");
        } else if before != now {
            changed.push(format!("{}:\n{now}", form.display()));
        }
    }
    assert!(
        changed.is_empty(),
        "see the top of {} for how to update:\n{}",
        file!(),
        changed.join("\n")
    );
}
