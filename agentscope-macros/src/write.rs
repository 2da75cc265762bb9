//! Writes the implementation of `Classify`.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Fields, Generics, Path, Type, parse_quote};

use crate::generics;
use crate::guards::Guard;
use crate::leaf;
use crate::places::Classified;
use crate::shape::{Body, Part, Shape};
use crate::tokens::hidden;
use crate::wire::{OfType, Tagging};

pub(crate) struct Derive<'a> {
    pub(crate) private: Path,
    pub(crate) input: &'a DeriveInput,
    pub(crate) wire: &'a OfType,
    pub(crate) bodies: Vec<Body<'a>>,
}

impl<'a> Derive<'a> {
    pub(crate) fn implementation(&self) -> TokenStream {
        let private = &self.private;
        let name = &self.input.ident;
        let generics = self.with_bounds();
        let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
        let out = hidden("__out");
        let (highest, body) = match &self.wire.into {
            Some(into) => (
                quote!(<#into as #private::Classify>::MAX),
                quote! {
                    let __written: #into =
                        ::core::convert::Into::into(::core::clone::Clone::clone(self));
                    #private::Classify::redact(&__written, #out);
                },
            ),
            None => (self.highest(), self.body(&out)),
        };
        let (meta, registration, guards, variant, locked) = (
            self.type_meta(),
            self.registration(),
            self.guards(),
            self.variant(),
            self.locked(),
        );
        quote! {
            #[automatically_derived]
            impl #impl_generics #private::Classify for #name #type_generics #where_clause {
                const MAX: #private::Class = #highest;
                #locked

                fn redact(&self, #out: &mut #private::Redactor<'_>) {
                    #[allow(unused_imports)]
                    use #private::probing::*;
                    let _ = &#out;
                    #body
                }

                fn type_meta() -> ::core::option::Option<&'static #private::TypeMeta> {
                    #meta
                }

                #variant
            }
            #guards
            #registration
        }
    }

    pub(crate) fn parts(&self) -> impl Iterator<Item = &Part<'a>> {
        let parts = self.bodies.iter().flat_map(|body| &body.shape.parts);
        parts.filter(|part| !part.skipped)
    }

    /// Whether the type is this one, or only holds values of this one: what it adds to the highest
    /// class is there already, and to ask for it would go round in a circle.
    fn is_own(&self, ty: &Type) -> bool {
        let name = self.input.ident.to_string();
        leaf::is_made_of(ty, &|part| part == name || part == "Self")
    }

    fn highest(&self) -> TokenStream {
        let private = &self.private;
        let highest = self.parts().filter_map(|part| {
            let ty = &part.field.ty;
            let own = self.is_own(ty);
            let at = ty.span();
            match &part.classified {
                Classified::Here(here) if own || leaf::is_sure(ty) => {
                    let class = here.class.variant();
                    Some(quote!(#private::Class::#class))
                }
                Classified::Here(here) => {
                    let class = here.class.variant();
                    Some(quote_spanned!(at=> #private::Class::#class.or(<#private::Highest<#ty>>::CLASS)))
                }
                Classified::Keyed(keys) => {
                    let class = keys.class.variant();
                    let values = (!own).then(|| quote_spanned!(at=> .or(<#ty as #private::Keyed>::MAX)));
                    Some(quote!(#private::Class::#class #values))
                }
                Classified::ByType if own => None,
                Classified::ByType => Some(quote_spanned!(at=> <#ty as #private::Classify>::MAX)),
            }
        });
        quote! {{
            #[allow(unused_imports)]
            use #private::Unclassified as _;
            #private::Class::Public #(.or(#highest))*
        }}
    }

    /// Whether there is a lock in it; nothing where by the names of its types there is none.
    fn locked(&self) -> Option<TokenStream> {
        let private = &self.private;
        let into = self.wire.into.iter();
        let into = into.map(|into| quote!(<#into as #private::Classify>::IS_LOCKED));
        let own = self.parts().filter_map(|part| {
            let ty = &part.field.ty;
            match &part.classified {
                _ if self.wire.into.is_some() || self.is_own(ty) || leaf::is_sure(ty) => None,
                Classified::Here(_) => Some(quote! {
                    <#private::Highest<#ty>>::IS_LOCKED || <#private::Locked<#ty>>::IS
                }),
                Classified::Keyed(_) => Some(quote!(<#ty as #private::Keyed>::IS_LOCKED)),
                Classified::ByType => Some(quote!(<#ty as #private::Classify>::IS_LOCKED)),
            }
        });
        let locked: Vec<_> = into.chain(own).collect();
        (!locked.is_empty()).then(|| {
            quote! {
                const IS_LOCKED: ::core::primitive::bool = {
                    #[allow(unused_imports)]
                    use #private::{Unclassified as _, Unlocked as _};
                    #(#locked)||*
                };
            }
        })
    }

    /// A field whose type mentions a type parameter is classified if what is put in is.
    fn with_bounds(&self) -> Generics {
        let private = &self.private;
        let mut generics = self.input.generics.clone();
        let parameters = self.type_parameters();
        let mut bound = |ty: &Type, of: TokenStream| {
            if generics::mentions(ty, &parameters) {
                let clause = generics.make_where_clause();
                clause.predicates.push(parse_quote!(#ty: #of));
            }
        };
        if let Some(into) = &self.wire.into {
            bound(into, quote!(#private::Classify));
        }
        for part in self.parts() {
            let ty = &part.field.ty;
            match part.classified {
                // Of this type itself: the bound would go round in a circle.
                _ if self.is_own(ty) => {}
                Classified::ByType => bound(ty, quote!(#private::Classify)),
                Classified::Keyed(_) => bound(ty, quote!(#private::Keyed)),
                Classified::Here(_) => {}
            }
        }
        generics
    }

    pub(crate) fn type_parameters(&self) -> Vec<String> {
        let parameters = self.input.generics.type_params();
        parameters
            .map(|parameter| parameter.ident.to_string())
            .collect()
    }

    fn guard<'g>(&'g self, part: &'g Part<'a>) -> Guard<'g> {
        Guard {
            private: &self.private,
            ty: &part.field.ty,
            classified: &part.classified,
            subject: format!("field `{}` of `{}`", part.name, self.input.ident),
            instead: "remove the class, so that they have theirs",
        }
    }

    fn is_parameter(&self, word: &str) -> bool {
        let generics = &self.input.generics;
        let mut consts = generics.const_params().map(|parameter| &parameter.ident);
        consts.any(|name| name == word) || self.type_parameters().iter().any(|name| name == word)
    }

    /// The classes that are below those in their types.
    fn guards(&self) -> TokenStream {
        let is_parameter = |word: &str| self.is_parameter(word);
        let guards = self.parts().filter(|part| !self.is_own(&part.field.ty));
        guards
            .filter_map(|part| self.guard(part).laundering_item(&is_parameter))
            .collect()
    }

    fn variant(&self) -> Option<TokenStream> {
        let Data::Enum(data) = &self.input.data else {
            return None;
        };
        // There is no value of an enum without variants.
        if data.variants.is_empty() {
            return None;
        }
        let arms = self.bodies.iter().map(|body| {
            let pattern = &body.pattern;
            let name = body.variant.as_ref().map(|variant| &variant.name);
            quote!(#pattern { .. } => ::core::option::Option::Some(#name))
        });
        Some(quote! {
            fn variant(&self) -> ::core::option::Option<&'static ::core::primitive::str> {
                match *self { #(#arms),* }
            }
        })
    }

    fn body(&self, out: &Ident) -> TokenStream {
        match &self.input.data {
            Data::Union(_) => return quote!(#out.null();),
            // An enum without variants has no values to match.
            Data::Enum(data) if data.variants.is_empty() => return quote!(match *self {}),
            _ => {}
        }
        let arms = self.bodies.iter().map(|body| {
            let pattern = &body.pattern;
            let bind = body.shape.pattern();
            let write = self.write(body, out);
            quote!(#pattern #bind => { #write })
        });
        quote!(match self { #(#arms)* })
    }

    fn write(&self, body: &Body<'_>, out: &Ident) -> TokenStream {
        let shape = &body.shape;
        let Some(variant) = &body.variant else {
            return match shape.fields {
                Fields::Unit => quote!(#out.null();),
                _ if self.wire.transparent => self.write_transparent(shape, out),
                _ => self.write_fields(shape, out, None),
            };
        };
        let wire = &variant.wire;
        let name = &wire.name;
        let is_unit = matches!(shape.fields, Fields::Unit) || wire.skipped;
        if wire.untagged {
            return self.write_untagged(shape, out);
        }
        let [object, inner] = ["__variant", "__inner"].map(hidden);
        let private = &self.private;
        match &self.wire.tagging {
            Tagging::External if is_unit => quote!(#out.word(#name);),
            Tagging::External => {
                let write = self.write_fields(shape, &inner, None);
                quote! {
                    #out.object(|#object| {
                        #object.field(#name, |#inner: &mut #private::Redactor<'_>| { #write });
                    });
                }
            }
            Tagging::Internal(tag) => match (shape.fields, &shape.parts[..]) {
                (Fields::Named(_), _) if !is_unit => {
                    self.write_fields(shape, out, Some((tag, name)))
                }
                (Fields::Unnamed(_), [only]) if !is_unit => {
                    let write = self.write_part(only, &inner);
                    quote! {
                        #out.object(|#object| {
                            #object.field(#tag, |#inner| #inner.word(#name));
                            #object.merge(#name, |#inner| { #write });
                        });
                    }
                }
                _ => {
                    quote!(#out.object(|#object| #object.field(#tag, |#inner| #inner.word(#name)));)
                }
            },
            Tagging::Adjacent(tag, content) => {
                let content = (!is_unit).then(|| {
                    let write = self.write_fields(shape, &inner, None);
                    quote!(#object.field(#content, |#inner: &mut #private::Redactor<'_>| { #write });)
                });
                quote! {
                    #out.object(|#object| {
                        #object.field(#tag, |#inner| #inner.word(#name));
                        #content
                    });
                }
            }
            Tagging::Untagged => self.write_untagged(shape, out),
        }
    }

    fn write_untagged(&self, shape: &Shape<'_>, out: &Ident) -> TokenStream {
        match shape.fields {
            Fields::Unit => quote!(#out.null();),
            _ => self.write_fields(shape, out, None),
        }
    }

    fn write_transparent(&self, shape: &Shape<'_>, out: &Ident) -> TokenStream {
        let is_marker =
            |part: &&Part<'_>| leaf::is_named(&part.field.ty, "PhantomData") || part.skipped;
        let written = shape.parts.iter().find(|part| !is_marker(part));
        match written {
            Some(part) => self.write_part(part, out),
            None => quote!(#out.null();),
        }
    }

    fn write_fields(
        &self,
        shape: &Shape<'_>,
        out: &Ident,
        tag: Option<(&String, &String)>,
    ) -> TokenStream {
        let private = &self.private;
        let written = || shape.parts.iter().filter(|part| !part.skipped);
        if let Fields::Unnamed(_) = shape.fields {
            if let [only] = &shape.parts[..] {
                return match only.skipped {
                    true => quote!(#out.null();),
                    false => self.write_part(only, out),
                };
            }
            let inner = hidden("__part");
            let items = written().map(|part| self.write_part(part, &inner));
            return quote!(#out.tuple(&[#(&|#inner: &mut #private::Redactor<'_>| { #items }),*]););
        }
        let (object, inner) = (hidden("__object"), hidden("__part"));
        let tag = tag.map(|(tag, name)| quote!(#object.field(#tag, |#inner| #inner.word(#name));));
        let fields = written().map(|part| {
            let (name, write) = (&part.wire_name, self.write_part(part, &inner));
            let method = match part.flattened {
                true => quote!(merge),
                false => quote!(field),
            };
            let field = quote!(#object.#method(#name, |#inner| { #write }););
            match &part.skipped_if {
                Some(is_skipped) => {
                    let binding = &part.binding;
                    quote!(if !#is_skipped(#binding) { #field })
                }
                None => field,
            }
        });
        quote!(#out.object(|#object| { let _ = &#object; #tag #(#fields)* });)
    }

    fn write_part(&self, part: &Part<'_>, out: &Ident) -> TokenStream {
        let private = &self.private;
        let binding = &part.binding;
        let ty = &part.field.ty;
        match &part.classified {
            Classified::Here(here) => {
                let policy = here.tokens(private);
                let guard = self.guard(part);
                let shown = guard.shown(&quote!(#binding));
                let launders = match self.is_own(ty) {
                    true => None,
                    false => guard.laundering_statement(&|word: &str| self.is_parameter(word)),
                };
                quote!(#shown #launders (&&&#private::Probe(#binding)).__field(#out, &#policy);)
            }
            Classified::Keyed(keys) => {
                let policy = keys.tokens(private);
                let call = quote_spanned!(ty.span()=> <#ty as #private::Keyed>::redact_keyed);
                quote!(#call(#binding, &#policy, #out);)
            }
            Classified::ByType => {
                let call = quote_spanned!(ty.span()=> <#ty as #private::Classify>::redact);
                quote!(#call(#binding, #out);)
            }
        }
    }
}

impl Shape<'_> {
    fn pattern(&self) -> TokenStream {
        let bindings = self.parts.iter().map(|part| match part.skipped {
            true => quote!(_),
            false => {
                let binding = &part.binding;
                quote!(#binding)
            }
        });
        match self.fields {
            Fields::Named(fields) => {
                let names = fields.named.iter().map(|field| &field.ident);
                quote!({ #(#names: #bindings),* })
            }
            Fields::Unnamed(_) => quote!((#(#bindings),*)),
            Fields::Unit => quote!(),
        }
    }
}
