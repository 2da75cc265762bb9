//! Where the runtime is, seen from the crate that is compiled. Nothing else names a crate.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Path, parse_quote};

use crate::tokens::read;

/// The runtime's path: what `crate = path` says, else its name among the dependencies.
pub(crate) fn runtime(told: Option<&Path>) -> Path {
    if let Some(path) = told {
        return path.clone();
    }
    match crate_name("agentscope-runtime") {
        Ok(FoundCrate::Name(name)) => {
            let name = Ident::new(&name, Span::call_site());
            parse_quote!(::#name)
        }
        Ok(FoundCrate::Itself) => parse_quote!(::agentscope_runtime),
        // Without a manifest, or through a facade: the name that the documentation recommends.
        Err(_) => parse_quote!(::agentscope),
    }
}

/// How the name of that module begins, in every version.
const MODULE: &str = "expects_agentscope_runtime_";

/// Whether a word that is written in a body only an expansion can have written.
pub(crate) fn is_expanded(word: &str) -> bool {
    word.starts_with(MODULE)
}

/// An import of the module that expansions call, with what they probe by, and what it is called
/// after that.
///
/// By the name that it has in the runtime of this very version, and once: a runtime that is not
/// there, or is of another version, is one error.
pub(crate) fn private(runtime: &Path) -> (TokenStream, Path) {
    let version = env!("CARGO_PKG_VERSION").replace(['.', '-', '+'], "_");
    let module = format_ident!("{MODULE}{version}");
    let probing = read("#[allow(unused_imports)] use __agentscope::probing::*;");
    (
        quote!(use #runtime::#module as __agentscope; #probing),
        parse_quote!(__agentscope),
    )
}
