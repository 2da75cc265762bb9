//! The attribute macros of agentscope. Use them through `agentscope-runtime`, which re-exports
//! them and holds what their expansions call.
//!
//! The pipeline: `arguments` parses the attribute, `function` the item, `checks` decides the
//! class of every value and reports all mistakes, `expand` writes the code; where there are
//! mistakes `fallback` re-emits the item untouched beside them, so that one mistake makes one
//! error.
//!
//! What users read of each macro is in `docs/`; `common.md` is the part of `agent`'s page that holds
//! for the other attributes too.

use proc_macro::TokenStream;

mod arguments;
mod ask;
mod bindings;
mod case;
mod checks;
mod class;
mod contents;
mod derive;
mod errors;
mod exits;
mod expand;
#[cfg(test)]
mod expansions;
mod fallback;
mod function;
mod generics;
mod guards;
mod kinds;
mod leaf;
mod manifest;
mod personal;
mod places;
mod resolve;
mod returns;
mod said;
mod schema;
mod sensitivity;
mod shape;
mod spawn;
mod suggest;
mod tokens;
mod treatment;
mod type_meta;
mod wire;
mod work;
mod write;

use arguments::Macro;

#[doc = include_str!("../docs/agent.md")]
#[doc = include_str!("../docs/common.md")]
#[proc_macro_attribute]
pub fn agent(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(Macro::Agent, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/tool.md")]
#[proc_macro_attribute]
pub fn tool(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(Macro::Tool, arguments.into(), item.into()).into()
}

/// [`macro@tool`] under a name that does not end in `tool`, for use inside macros that take every
/// attribute of that name for their own.
#[proc_macro_attribute]
pub fn tool_call(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(Macro::Tool, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/inference.md")]
#[proc_macro_attribute]
pub fn inference(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(Macro::Inference, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/classify.md")]
#[proc_macro_derive(Classify, attributes(sensitivity))]
pub fn derive_classify(item: TokenStream) -> TokenStream {
    derive::classify(item.into()).into()
}
