//! `#[derive(Classify)]`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Data, DeriveInput, Path};

use crate::checks::unraw;
use crate::class::{self, Class};
use crate::errors::Errors;
use crate::manifest;
use crate::places::Default as DefaultClass;
use crate::resolve;
use crate::sensitivity;
use crate::shape::{Body, Naming, Shapes};
use crate::suggest;
use crate::wire::{self, OfType};
use crate::write::Derive;

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
    let (of_crate, tracked) = manifest::default(&mut errors);
    let default = container.default.map(|class| DefaultClass {
        class,
        of_crate: false,
    });
    let wire = wire::of_type(&input.attrs);
    if let Some(remote) = &wire.remote {
        errors.at(
            remote,
            "`remote` describes a type that is not this one, and values of this one are never \
             recorded; remove `Classify` here, and write a class where the other type is used: \
             #[sensitivity(secret)]",
        );
    }
    let shapes = Shapes {
        input: &input,
        wire: &wire,
        default: default.or(of_crate),
    };
    let bodies = bodies(&shapes, &mut errors);
    let derive = Derive {
        private,
        input: &input,
        wire: &wire,
        bodies,
    };
    let implementation = derive.implementation();
    let errors = errors.into_compile_errors();
    quote! {
        const _: () = {
            #import
            #tracked
            #implementation
        };
        #errors
    }
}

/// The struct, or the variants.
fn bodies<'a>(shapes: &Shapes<'a>, errors: &mut Errors) -> Vec<Body<'a>> {
    let (input, wire): (&'a DeriveInput, &OfType) = (shapes.input, shapes.wire);
    match &input.data {
        // It is written as another type is.
        _ if wire.into.is_some() => variants_only(input),
        Data::Struct(data) => {
            let naming = Naming {
                variant: None,
                case: wire.names,
                newtype: unraw(&input.ident),
            };
            let shape = shapes.shape(&data.fields, &naming, errors);
            shapes.check_cards([&shape], errors);
            vec![Body {
                pattern: quote!(Self),
                variant: None,
                shape,
            }]
        }
        Data::Enum(data) => {
            let bodies: Vec<_> = data
                .variants
                .iter()
                .map(|variant| shapes.variant(variant, errors))
                .collect();
            shapes.check_cards(bodies.iter().map(|body| &body.shape), errors);
            bodies
        }
        Data::Union(data) => {
            errors.at(
                data.union_token,
                "a union cannot be classified: nobody can tell which field it holds",
            );
            Vec::new()
        }
    }
}

/// The variants without what they hold: their names are told of errors.
fn variants_only(input: &DeriveInput) -> Vec<Body<'_>> {
    let Data::Enum(data) = &input.data else {
        return Vec::new();
    };
    let bodies = data.variants.iter().map(Body::bare);
    bodies.collect()
}

#[derive(Default)]
struct Container {
    default: Option<Class>,
    runtime: Option<Path>,
}

fn container(input: &DeriveInput, errors: &mut Errors) -> Container {
    let mut container = Container::default();
    for attribute in input
        .attrs
        .iter()
        .filter(|attribute| sensitivity::is_sensitivity(attribute))
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
            container.default.get_or_insert(Class::Secret);
        }
    }
    container
}
