//! `#[derive(Classify)]`.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Field, Fields, Generics, Path, Type, parse_quote};

use crate::checks::{Classified, spelt, unraw};
use crate::class::{self, Sensitivity};
use crate::errors::Errors;
use crate::leaf;
use crate::resolve;
use crate::suggest;
use crate::tokens::hidden;

/// The implementation, and the errors beside it: with an implementation there is one error for
/// one mistake, not one more wherever the type is used.
pub(crate) fn classify(item: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let container = container(&input, &mut errors);
    let runtime = resolve::runtime(container.runtime.as_ref());
    let (import, private) = resolve::private(&runtime);
    let derive = Derive {
        private,
        default: container.default,
    };
    let (bodies, variants) = match &input.data {
        Data::Struct(data) => {
            let shape = derive.shape(&data.fields, &mut errors);
            (vec![(quote!(Self), None, shape)], false)
        }
        Data::Enum(data) => {
            let bodies = data.variants.iter().map(|variant| {
                let name = &variant.ident;
                let shape = derive.shape(&variant.fields, &mut errors);
                (quote!(Self::#name), Some(unraw(name)), shape)
            });
            (bodies.collect(), true)
        }
        Data::Union(data) => {
            errors.at(
                data.union_token,
                "a union cannot be classified: nobody can tell which field it holds",
            );
            (Vec::new(), false)
        }
    };
    let implementation = derive.implementation(&input, &bodies, variants);
    let errors = errors.into_compile_errors();
    quote! {
        const _: () = {
            #import
            #implementation
        };
        #errors
    }
}

#[derive(Default)]
struct Container {
    default: Option<class::Class>,
    runtime: Option<Path>,
}

fn container(input: &DeriveInput, errors: &mut Errors) -> Container {
    let mut container = Container::default();
    for attribute in input
        .attrs
        .iter()
        .filter(|attribute| class::is_sensitivity(attribute))
    {
        let parsed = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("default") {
                container.default = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("crate") {
                container.runtime = Some(meta.value()?.parse()?);
            } else {
                let word = meta
                    .path
                    .get_ident()
                    .map(Ident::to_string)
                    .unwrap_or_default();
                let hint = match class::is_class(&word) {
                    true => format!("write `default = {word}`"),
                    false => suggest::among(&word, &["default", "crate"]),
                };
                return Err(meta.error(format!(
                    "on a type, `sensitivity` takes no `{word}`; {hint}"
                )));
            }
            Ok(())
        });
        if let Err(error) = parsed {
            errors.push(error);
            // It may have classified everything: no second error that something is not.
            container.default.get_or_insert(class::Class::Secret);
        }
    }
    container
}

struct Derive {
    private: Path,
    default: Option<class::Class>,
}

/// The fields of a struct or a variant.
struct Shape<'a> {
    fields: &'a Fields,
    parts: Vec<Part<'a>>,
}

struct Part<'a> {
    field: &'a Field,
    /// What its value is bound to.
    binding: Ident,
    name: String,
    classified: Classified,
}

/// Pattern that matches it, its name if it is a variant, its fields.
type Body<'a> = (TokenStream, Option<String>, Shape<'a>);

impl Derive {
    fn shape<'a>(&self, fields: &'a Fields, errors: &mut Errors) -> Shape<'a> {
        let parts = fields.iter().enumerate().map(|(index, field)| {
            let name = field
                .ident
                .as_ref()
                .map_or_else(|| index.to_string(), unraw);
            let classified = self.classified(field, &name, errors);
            Part {
                field,
                binding: hidden(&format!("__field{index}")),
                name,
                classified,
            }
        });
        Shape {
            fields,
            parts: parts.collect(),
        }
    }

    fn classified(&self, field: &Field, name: &str, errors: &mut Errors) -> Classified {
        if let Some(sensitivity) = class::take(&mut field.attrs.clone(), errors) {
            return Classified::Here(sensitivity);
        }
        if !leaf::is_leaf(&field.ty) {
            return Classified::ByType;
        }
        match self.default {
            Some(class) => Classified::Here(class.into()),
            None => {
                let message = format!(
                    "field `{name}` of type `{}` has no sensitivity classification\n\
                     help: write #[sensitivity(public)], #[sensitivity(internal)], \
                     #[sensitivity(confidential)], #[sensitivity(pii)] or #[sensitivity(secret)] before it\n\
                     help: or give the whole type a default: #[sensitivity(default = internal)]",
                    spelt(&field.ty)
                );
                match &field.ident {
                    Some(ident) => errors.at(ident, message),
                    None => errors.at(&field.ty, message),
                }
                Classified::Here(class::Class::Secret.into())
            }
        }
    }

    fn implementation(
        &self,
        input: &DeriveInput,
        bodies: &[Body<'_>],
        variants: bool,
    ) -> TokenStream {
        let private = &self.private;
        let name = &input.ident;
        let parts = || bodies.iter().flat_map(|(_, _, shape)| &shape.parts);
        let generics = self.with_bounds(&input.generics, parts());
        let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
        let highest = parts().map(|part| self.highest(part));
        let out = hidden("__out");
        let arms = bodies.iter().map(|(pattern, variant, shape)| {
            let bind = shape.pattern();
            let write = self.write(shape, variant.as_deref(), &out);
            quote!(#pattern #bind => { #write })
        });
        let variant = variants.then(|| {
            let arms = bodies.iter().map(|(pattern, variant, _)| {
                quote!(#pattern { .. } => ::core::option::Option::Some(#variant))
            });
            quote! {
                fn variant(&self) -> ::core::option::Option<&'static ::core::primitive::str> {
                    match *self { #(#arms),* }
                }
            }
        });
        let body = match &input.data {
            Data::Union(_) => quote!(#out.null();),
            // An enum without variants has no values to match.
            Data::Enum(data) if data.variants.is_empty() => quote!(match *self {}),
            _ => quote!(match self { #(#arms)* }),
        };
        quote! {
            #[automatically_derived]
            impl #impl_generics #private::Classify for #name #type_generics #where_clause {
                const MAX: #private::Class = {
                    #[allow(unused_imports)]
                    use #private::Unclassified as _;
                    #private::Class::Public #(.or(#highest))*
                };

                fn redact(&self, #out: &mut #private::Redactor<'_>) {
                    #[allow(unused_imports)]
                    use #private::probing::*;
                    let _ = &#out;
                    #body
                }

                #variant
            }
        }
    }

    /// A field whose type mentions a type parameter is classified if what is put in is.
    fn with_bounds<'a>(
        &self,
        generics: &Generics,
        parts: impl Iterator<Item = &'a Part<'a>>,
    ) -> Generics {
        let private = &self.private;
        let mut generics = generics.clone();
        let parameters: Vec<_> = generics
            .type_params()
            .map(|parameter| parameter.ident.to_string())
            .collect();
        for part in parts {
            let ty = &part.field.ty;
            if matches!(part.classified, Classified::ByType) && mentions(ty, &parameters) {
                generics
                    .make_where_clause()
                    .predicates
                    .push(parse_quote!(#ty: #private::Classify));
            }
        }
        generics
    }

    fn highest(&self, part: &Part<'_>) -> TokenStream {
        let private = &self.private;
        let ty = &part.field.ty;
        match &part.classified {
            Classified::Here(sensitivity) => {
                let here = sensitivity.class_tokens(private);
                quote_spanned!(ty.span()=> #here.or(<#private::Highest<#ty>>::CLASS))
            }
            Classified::ByType => quote_spanned!(ty.span()=> <#ty as #private::Classify>::MAX),
        }
    }

    fn write(&self, shape: &Shape<'_>, variant: Option<&str>, out: &Ident) -> TokenStream {
        let private = &self.private;
        match (variant, shape.fields) {
            (Some(variant), Fields::Unit) => quote!(#out.word(#variant);),
            (None, Fields::Unit) => quote!(#out.null();),
            (Some(variant), _) => {
                let (object, inner) = (hidden("__variant"), hidden("__inner"));
                let write = self.write_fields(shape, &inner);
                quote! {
                    #out.object(|#object| {
                        #object.field(#variant, |#inner: &mut #private::Redactor<'_>| { #write });
                    });
                }
            }
            (None, _) => self.write_fields(shape, out),
        }
    }

    fn write_fields(&self, shape: &Shape<'_>, out: &Ident) -> TokenStream {
        if let (Fields::Unnamed(_), [only]) = (shape.fields, &shape.parts[..]) {
            let write = self.write_part(only, out);
            return quote!(#write;);
        }
        let (object, inner) = (hidden("__object"), hidden("__part"));
        let fields = shape.parts.iter().map(|part| {
            let (name, write) = (&part.name, self.write_part(part, &inner));
            quote!(#object.field(#name, |#inner| #write);)
        });
        quote!(#out.object(|#object| { let _ = &#object; #(#fields)* });)
    }

    fn write_part(&self, part: &Part<'_>, out: &Ident) -> TokenStream {
        let private = &self.private;
        let binding = &part.binding;
        match &part.classified {
            Classified::Here(sensitivity) => {
                let policy: Sensitivity = sensitivity.clone();
                let policy = policy.tokens(private);
                quote!((&&#private::Probe(#binding)).__field(#out, &#policy))
            }
            Classified::ByType => {
                let ty = &part.field.ty;
                let call = quote_spanned!(ty.span()=> <#ty as #private::Classify>::redact);
                quote!(#call(#binding, #out))
            }
        }
    }
}

impl Shape<'_> {
    fn pattern(&self) -> TokenStream {
        let bindings = self.parts.iter().map(|part| &part.binding);
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

/// Whether a type mentions one of the parameters.
fn mentions(ty: &Type, parameters: &[String]) -> bool {
    fn any(tokens: TokenStream, parameters: &[String]) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(word) => parameters.contains(&word.to_string()),
            proc_macro2::TokenTree::Group(group) => any(group.stream(), parameters),
            _ => false,
        })
    }
    any(quote!(#ty), parameters)
}
