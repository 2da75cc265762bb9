//! The fields of a type that derives `Classify`, each with its class, its name and its form in JSON.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{DeriveInput, ExprPath, Field, Fields, Type, Variant};

use crate::case::Case;
use crate::checks::unraw;
use crate::class::Class;
use crate::errors::Errors;
use crate::generics;
use crate::leaf;
use crate::places::{Classified, Default as DefaultClass, Place};
use crate::sensitivity::{self, Sensitivity};
use crate::tokens::hidden;
use crate::treatment::Treatment;
use crate::wire::{self, OfField, OfType, OfVariant};

/// A struct, or a variant of an enum.
pub(crate) struct Body<'a> {
    /// Matches it, but for its fields.
    pub(crate) pattern: TokenStream,
    pub(crate) variant: Option<BodyVariant>,
    pub(crate) shape: Shape<'a>,
}

pub(crate) struct BodyVariant {
    /// As it is written in Rust.
    pub(crate) name: String,
    pub(crate) wire: OfVariant,
}

impl<'a> Body<'a> {
    /// A variant without what it holds.
    pub(crate) fn bare(variant: &'a Variant) -> Self {
        let name = &variant.ident;
        Self {
            pattern: quote!(Self::#name),
            variant: Some(BodyVariant {
                name: unraw(name),
                wire: wire::of_variant(variant, &OfType::default()),
            }),
            shape: Shape {
                fields: &variant.fields,
                parts: Vec::new(),
            },
        }
    }
}

/// The fields of a struct or a variant.
pub(crate) struct Shape<'a> {
    pub(crate) fields: &'a Fields,
    pub(crate) parts: Vec<Part<'a>>,
}

/// A field.
pub(crate) struct Part<'a> {
    pub(crate) field: &'a Field,
    /// What its value is bound to.
    pub(crate) binding: Ident,
    /// As it is written in Rust; `0` for the first of a tuple.
    pub(crate) name: String,
    /// As it is written in JSON.
    pub(crate) wire_name: String,
    pub(crate) classified: Classified,
    pub(crate) flattened: bool,
    /// Not written, and without a class.
    pub(crate) skipped: bool,
    pub(crate) skipped_if: Option<ExprPath>,
}

/// What the fields of a struct or a variant are called.
pub(crate) struct Naming<'a> {
    pub(crate) variant: Option<&'a OfVariant>,
    pub(crate) case: Case,
    /// What its one unnamed field is called, in effect.
    pub(crate) newtype: String,
}

/// What holds for all fields of a type.
pub(crate) struct Shapes<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) wire: &'a OfType,
    pub(crate) default: Option<DefaultClass>,
}

impl<'a> Shapes<'a> {
    pub(crate) fn variant(&self, variant: &'a Variant, errors: &mut Errors) -> Body<'a> {
        let of_variant = wire::of_variant(variant, self.wire);
        if let Some(rewritten) = &of_variant.rewritten {
            errors.at(
                rewritten,
                "what this writes is not the variant's fields, so their classes would say nothing \
                 of it; write it at the fields, or implement `Classify` by hand",
            );
        }
        let naming = Naming {
            variant: Some(&of_variant),
            case: of_variant.names_of_fields,
            newtype: unraw(&variant.ident),
        };
        let shape = self.shape(&variant.fields, &naming, errors);
        let name = &variant.ident;
        Body {
            pattern: quote!(Self::#name),
            variant: Some(BodyVariant {
                name: unraw(name),
                wire: of_variant,
            }),
            shape,
        }
    }

    pub(crate) fn shape(
        &self,
        fields: &'a Fields,
        naming: &Naming<'_>,
        errors: &mut Errors,
    ) -> Shape<'a> {
        let is_newtype = matches!(fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1);
        let parts = fields.iter().enumerate().map(|(index, field)| {
            let name = field
                .ident
                .as_ref()
                .map_or_else(|| index.to_string(), unraw);
            let wire = wire::of_field(&field.attrs);
            let wire_name = match (&wire.renamed, &field.ident) {
                (Some(renamed), _) => renamed.clone(),
                (None, Some(_)) => naming.case.of_field(&name),
                (None, None) => name.clone(),
            };
            let skipped = wire.skipped || naming.variant.is_some_and(|variant| variant.skipped);
            let other_name = match field.ident {
                None if is_newtype => {
                    let of = &naming.newtype;
                    Some((format!(" of `{of}`"), of.as_str()))
                }
                _ if wire_name != name => {
                    Some((format!(", in JSON `{wire_name}`,"), wire_name.as_str()))
                }
                _ => None,
            };
            let classified = match skipped {
                true => Classified::Here(Sensitivity::guess()),
                false => self.classified(field, &name, other_name, &wire, errors),
            };
            Part {
                field,
                binding: hidden(&format!("__field{index}")),
                name,
                wire_name,
                classified,
                flattened: wire.flattened,
                skipped,
                skipped_if: wire.skipped_if,
            }
        });
        Shape {
            fields,
            parts: parts.collect(),
        }
    }

    fn classified(
        &self,
        field: &Field,
        name: &str,
        other_name: Option<(String, &str)>,
        wire: &OfField,
        errors: &mut Errors,
    ) -> Classified {
        let said = sensitivity::take(&mut field.attrs.clone(), errors);
        let at = match &field.ident {
            Some(ident) => ident.to_token_stream(),
            None => field.ty.to_token_stream(),
        };
        // The keys of what is flattened become names of fields: nobody meant that by a default.
        let is_map = wire.flattened && leaf::is_leaf(&field.ty);
        let place = Place {
            noun: "field",
            name,
            other_name,
            ty: &field.ty,
            at: at.clone(),
            default: self.default.filter(|_| !is_map),
            how_to_default: match is_map {
                true => {
                    "if nothing of it may be shown: #[sensitivity(secret)]; a default does not \
                         cover what is flattened"
                }
                false => "give the whole type a default: #[sensitivity(default = internal)]",
            },
            suggested: match is_map {
                true => Class::Secret,
                false => Class::Internal,
            },
        };
        let classified = place.classified(said, errors);
        if let Some(message) = self.refused(field, name, wire, &classified) {
            errors.at(at, message);
            return Classified::Here(Sensitivity::guess());
        }
        classified
    }

    /// What is wrong with a class beside what serde writes, or what nobody can see.
    fn refused(
        &self,
        field: &Field,
        name: &str,
        wire: &OfField,
        classified: &Classified,
    ) -> Option<String> {
        if let Some(rewritten) = &wire.rewritten {
            let hidden = match classified {
                Classified::Here(here) => here.is_guess || !here.treatment().shows_parts(),
                Classified::Keyed(_) | Classified::ByType => false,
            };
            if !hidden {
                let rewritten = rewritten.value();
                return Some(format!(
                    "field `{name}` is written by `{rewritten}`, so what its class would show is not \
                     what is in the JSON\n\
                     help: hide it: #[sensitivity(confidential)], #[sensitivity(special)] or \
                     #[sensitivity(secret)]\n\
                     help: or show only whether it is the same: #[sensitivity(pii)]; with a class or a \
                     kind that shows more, add `redact = hmac` or `redact = mask`"
                ));
            }
        }
        let here = classified.unexplained()?;
        let parameters = generics::unclassified(&self.input.generics);
        let is_shown = here.treatment().shows_parts() && generics::mentions(&field.ty, &parameters);
        is_shown.then(|| generics::refused(&format!("field `{name}`"), &field.ty, here))
    }

    /// Of one card number a hash and a truncated form together give it away.
    pub(crate) fn check_cards<'s>(
        &self,
        shapes: impl IntoIterator<Item = &'s Shape<'a>>,
        errors: &mut Errors,
    ) where
        'a: 's,
    {
        let parts = shapes.into_iter().flat_map(|shape| &shape.parts);
        let cards = parts.filter_map(|part| match &part.classified {
            Classified::Here(here) => Some((here, &part.field.ty, part.name.as_str())),
            _ => None,
        });
        check_cards("type", cards, errors);
    }
}

/// Of one card number a hash and a truncated form together give it away: PCI DSS 3.5.1.
pub(crate) fn check_cards<'s>(
    of: &str,
    values: impl Iterator<Item = (&'s Sensitivity, &'s Type, &'s str)>,
    errors: &mut Errors,
) {
    let (mut hashed, mut truncated) = (None, None);
    for (here, ty, name) in values {
        if here.kind.is_none_or(|kind| kind.word != "pan") {
            continue;
        }
        match here.treatment() {
            Treatment::Hash => hashed = hashed.or(Some((ty, name))),
            Treatment::BinLast4 | Treatment::Last4 => truncated = truncated.or(Some((ty, name))),
            _ => {}
        }
    }
    if let (Some((ty, hashed)), Some((_, truncated))) = (hashed, truncated) {
        errors.at(
            ty,
            format!(
                "of the numbers of payment cards in one {of}, `{hashed}` is hashed and `{truncated}` \
                 is truncated: of one card the two together tell the number; redact both alike, or \
                 one of them by `redact = drop`"
            ),
        );
    }
}
