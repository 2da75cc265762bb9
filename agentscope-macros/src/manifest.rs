//! The default of a whole crate: `[package.metadata.agentscope] default = ".."` in its `Cargo.toml`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;
use std::{env, fs};

use proc_macro2::TokenStream;
use quote::quote;
use toml_edit::{Document, Item, TableLike};

use crate::class::Class;
use crate::errors::Errors;
use crate::places::Default;
use crate::suggest;

/// What a manifest says, as of when it was written.
#[derive(Clone)]
struct Manifest {
    written: Option<SystemTime>,
    /// The class, or what is wrong with it.
    default: Option<Result<Class, String>>,
}

static KNOWN: Mutex<Option<HashMap<PathBuf, Manifest>>> = Mutex::new(None);

/// The default of the crate that is compiled, and what its first expansion says beside itself: an
/// error in the manifest is said once, and the manifest is part of the crate, for cargo does not
/// build again what other metadata were built with.
pub(crate) fn default(errors: &mut Errors) -> (Option<Default>, Option<TokenStream>) {
    // What this crate's own tests expand is of no crate.
    let directory = env::var_os("CARGO_MANIFEST_DIR").filter(|_| !cfg!(test));
    let Some(directory) = directory else {
        return (None, None);
    };
    let path = Path::new(&directory).join("Cargo.toml");
    let Ok(metadata) = fs::metadata(&path) else {
        return (None, None);
    };
    let written = metadata.modified().ok();
    let mut known = KNOWN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let known = known.get_or_insert_default();
    let is_first = known
        .get(&path)
        .is_none_or(|manifest| manifest.written != written);
    if is_first {
        let default = said(&path);
        known.insert(path.clone(), Manifest { written, default });
    }
    let default = known
        .get(&path)
        .and_then(|manifest| manifest.default.clone());
    let default = default.map(|default| {
        let class = default.unwrap_or_else(|message| {
            if is_first {
                errors.push(syn::Error::new(proc_macro2::Span::call_site(), message));
            }
            // Nothing is shown, and nothing more is said.
            Class::Secret
        });
        Default {
            class,
            of_crate: true,
        }
    });
    let tracked = is_first.then(|| {
        quote! {
            const _: &[::core::primitive::u8] = ::core::include_bytes!(::core::concat!(
                ::core::env!("CARGO_MANIFEST_DIR"),
                "/Cargo.toml"
            ));
        }
    });
    (default, tracked)
}

fn said(path: &Path) -> Option<Result<Class, String>> {
    let text = fs::read_to_string(path).ok()?;
    // What is no manifest cargo reports.
    let manifest = Document::parse(text).ok()?;
    let metadata = manifest.get("package")?.get("metadata")?.as_table_like()?;
    let said = said_in(metadata)?;
    Some(said.map_err(|message| format!("{}: {message}", path.display())))
}

/// A word that is misspelt must not leave the crate without the default that it was to have.
fn said_in(metadata: &dyn TableLike) -> Option<Result<Class, String>> {
    const TABLE: &str = "agentscope";
    let Some(said) = metadata.get(TABLE) else {
        let mut names = metadata.iter().map(|(name, _)| name);
        let meant = names.find(|name| is_misspelt(name, TABLE))?;
        return Some(Err(format!(
            "`[package.metadata.{meant}]` is not read; did you mean `[package.metadata.{TABLE}]`?"
        )));
    };
    let unknown = said.as_table_like().and_then(|said| {
        let mut keys = said.iter().map(|(key, _)| key);
        keys.find(|key| *key != "default")
    });
    if let Some(key) = unknown {
        let hint = suggest::among(key, &["default"]);
        return Some(Err(format!(
            "unknown key `{key}` in `[package.metadata.{TABLE}]`; {hint}"
        )));
    }
    let default = said.get("default")?;
    Some(
        class(default)
            .map_err(|message| format!("`default` in `[package.metadata.{TABLE}]`: {message}")),
    )
}

/// Tables of other tools stand there too: only what differs by a letter, or in how words are joined.
fn is_misspelt(name: &str, meant: &str) -> bool {
    let plain = name.replace(['-', '_'], "").to_lowercase();
    plain == meant || suggest::distance(&plain, meant) == 1
}

fn class(default: &Item) -> Result<Class, String> {
    let word = default.as_str().ok_or_else(|| {
        "expected a class in quotes, for example `default = \"secret\"`".to_owned()
    })?;
    Class::of(word).ok_or_else(|| Class::unknown(word))
}
