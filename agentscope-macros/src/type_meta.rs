//! What the derive tells of a type to reports and schemas.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::checks::unraw;
use crate::leaf;
use crate::places::Classified;
use crate::shape::{Body, Part};
use crate::write::Derive;

impl Derive<'_> {
    pub(crate) fn type_meta(&self) -> TokenStream {
        let private = &self.private;
        if let Some(into) = &self.wire.into {
            return quote!(<#into as #private::Classify>::type_meta());
        }
        let name = unraw(&self.input.ident);
        let fields = self.bodies.iter().flat_map(|body| {
            let parts = body.shape.parts.iter().filter(|part| !part.skipped);
            parts.map(|part| self.field_meta(body, part))
        });
        quote! {
            const {
                #[allow(unused_imports)]
                use #private::Unclassified as _;
                ::core::option::Option::Some(&#private::TypeMeta {
                    name: ::core::concat!(::core::module_path!(), "::", #name),
                    file: ::core::file!(),
                    fields: &[#(#fields),*],
                })
            }
        }
    }

    fn field_meta(&self, body: &Body<'_>, part: &Part<'_>) -> TokenStream {
        let private = &self.private;
        let none = quote!(::core::option::Option::None);
        let some = |tokens: TokenStream| quote!(::core::option::Option::Some(#tokens));
        let ty = &part.field.ty;
        let (name, wire_name) = (&part.name, &part.wire_name);
        let variant = match &body.variant {
            Some(variant) => {
                let name = &variant.wire.name;
                some(quote!(#name))
            }
            None => none.clone(),
        };
        let sensitivity = match &part.classified {
            Classified::Here(said) | Classified::Keyed(said) => said.optional_tokens(private),
            Classified::ByType => none.clone(),
        };
        let at = ty.span();
        let nested = match &part.classified {
            Classified::Here(_) if leaf::is_leaf(ty) || self.mentions_parameter(ty) => none,
            Classified::Here(_) => some(quote!(<#private::Highest<#ty>>::__type_meta)),
            // Spelt as where the value is written: an error about it is one.
            Classified::Keyed(_) => some(quote_spanned!(at=> <#ty as #private::Keyed>::type_meta)),
            Classified::ByType => some(quote_spanned!(at=> <#ty as #private::Classify>::type_meta)),
        };
        let line = line_of(part);
        quote! {
            #private::FieldMeta {
                name: #name,
                wire_name: #wire_name,
                variant: #variant,
                line: #line,
                sensitivity: #sensitivity,
                nested: #nested,
            }
        }
    }

    fn mentions_parameter(&self, ty: &syn::Type) -> bool {
        crate::generics::mentions(ty, &self.type_parameters())
    }

    /// An entry in the list of classified types, of a type that is one type.
    pub(crate) fn registration(&self) -> Option<TokenStream> {
        let generics = &self.input.generics;
        let is_one =
            generics.type_params().next().is_none() && generics.const_params().next().is_none();
        // One that is written as another type has the other's entry.
        if !is_one || self.wire.into.is_some() {
            return None;
        }
        let (private, name) = (&self.private, &self.input.ident);
        let lifetimes = generics.lifetimes().map(|_| quote!('static));
        Some(quote! {
            #private::inventory::submit! {
                #private::RegisteredType(<#name<#(#lifetimes),*> as #private::Classify>::type_meta)
            }
        })
    }
}

/// The line of a field; only in a compiler are there any.
fn line_of(part: &Part<'_>) -> u32 {
    let at: Span = match &part.field.ident {
        Some(name) => name.span(),
        None => part.field.ty.span(),
    };
    let line = proc_macro::is_available().then(|| at.unwrap().line());
    line.and_then(|line| u32::try_from(line).ok()).unwrap_or(0)
}
