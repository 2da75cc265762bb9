//! The schema of a tool's arguments: declared by the types alone where that can be, so that the tool
//! can be listed; else by the values of the first call.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::visit_mut::VisitMut as _;
use syn::{Signature, Type};

use crate::arguments::{Arguments, Macro};
use crate::checks::{self, Argument};
use crate::expand::Expansion;
use crate::leaf;
use crate::tokens::{AnyLifetime, hidden, mentions_word};

/// The entry in the registry: of every function, for the list of all classes. It is made before
/// `main`, in the way of `inventory`, which would take five items, and the compiler works on each of
/// them as on a function.
pub(crate) const REGISTRATION: &str = r#"
    #[used]
    #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func,mod_init_funcs"))]
    #[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
    #[cfg_attr(not(any(target_vendor = "apple", windows)), unsafe(link_section = ".init_array"))]
    static __REGISTER: extern "C" fn() = {
        extern "C" fn __register() {
            __agentscope::register(&__SITE);
        }
        __register
    };
"#;

/// Whether the schema can be told without a call, so that the tool can be registered: an item in the
/// body sees neither the function's type parameters nor those of an `impl` around it. The latter the
/// macro cannot see: a method, or a type named by one capital letter, may be one.
pub(crate) fn is_declared(
    kind: Macro,
    arguments: &Arguments,
    values: &[Argument],
    signature: &Signature,
) -> bool {
    // `for<'a>` binds lifetimes of its own.
    let opaque = |word: &str| {
        matches!(word, "Self" | "for" | "impl") || matches!(word.as_bytes(), [b'A'..=b'Z'])
    };
    kind == Macro::Tool
        && !arguments.unlisted
        && signature.receiver().is_none()
        && signature.generics.type_params().next().is_none()
        && signature.generics.const_params().next().is_none()
        && !values
            .iter()
            .any(|value| mentions_word(value.ty.to_token_stream(), &opaque))
}

/// As an item can name it.
fn erased(ty: &Type) -> Type {
    let mut ty = ty.clone();
    AnyLifetime.visit_type_mut(&mut ty);
    ty
}

impl Expansion<'_> {
    /// The schema by the types alone, where they are those that most are: constants, for the compiler
    /// takes longer over a function.
    pub(crate) fn leaves(&self) -> Option<String> {
        let is_leaf = |value: &Argument| leaf::is_plain(&value.ty) && value.cfgs.is_empty();
        let declares = |value: &Argument| {
            let ty = checks::spelt(&erased(&value.ty));
            format!("__agentscope::TypeProbe::<{ty}>::LEAF,")
        };
        let mut values = self.values.iter();
        values
            .all(is_leaf)
            .then(|| self.values.iter().map(declares).collect())
    }

    /// An item beside the site: the same of any types.
    pub(crate) fn schema_declaration(&self) -> TokenStream {
        let private = &self.private;
        let builder = hidden("__builder");
        let arguments = self.values.iter().enumerate().map(|(index, value)| {
            let Argument { ty, cfgs, .. } = value;
            let ty = erased(ty);
            quote!(#(#cfgs)* #private::TypeProbe::<#ty>::NEW.__declare(#builder, #index);)
        });
        quote! {
            fn __schema(#builder: &mut #private::SchemaBuilder) {
                #(#arguments)*
            }
        }
    }

    /// Only tools have a schema of their arguments.
    pub(crate) fn capture_schema(&self, capture: &Ident) -> Option<TokenStream> {
        if self.kind != Macro::Tool {
            return None;
        }
        let private = &self.private;
        let (types, builder) = (hidden("__types"), hidden("__builder"));
        let mentions = self.values.iter().map(
            |Argument { binding, cfgs, .. }| quote!(#(#cfgs)* let #types = (#types, &#binding);),
        );
        let schemas = self.values.iter().enumerate().map(|(index, Argument { binding, cfgs, .. })| {
            quote!(#(#cfgs)* (&&#private::Probe(&#binding)).__schema(&mut #builder, #index);)
        });
        let schemas: Vec<_> = schemas.collect();
        let allow_unused = schemas.is_empty().then(|| quote!(#[allow(unused_mut)]));
        Some(quote! {
            let #types = ();
            #(#mentions)*
            let #types = #private::type_key(&#types);
            #allow_unused
            if let ::core::option::Option::Some(mut #builder) = #capture.missing_schema(#types) {
                #(#schemas)*
                #capture.store_schema(#builder, #types);
            }
        })
    }
}
