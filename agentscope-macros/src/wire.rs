//! What serde's attributes make of a type: names and structure are recorded as they are written.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprPath, Lit, LitStr, Token, Type, Variant};

use crate::case::Case;
use crate::checks::unraw;

/// How an enum says which variant it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tagging {
    /// `{"Variant": ..}`.
    #[default]
    External,
    /// `{"tag": "Variant", ..}`.
    Internal(String),
    /// `{"tag": "Variant", "content": ..}`.
    Adjacent(String, String),
    /// `..`.
    Untagged,
}

/// What is said of a type.
#[derive(Default)]
pub(crate) struct OfType {
    pub(crate) names: Case,
    pub(crate) names_of_fields: Case,
    pub(crate) tagging: Tagging,
    /// `transparent`: it is written as its one field.
    pub(crate) transparent: bool,
    /// `into = ".."`: it is written as another type.
    pub(crate) into: Option<Type>,
    /// `remote = ".."`: it only describes another type.
    pub(crate) remote: Option<LitStr>,
}

/// What is said of a variant.
pub(crate) struct OfVariant {
    pub(crate) name: String,
    pub(crate) names_of_fields: Case,
    pub(crate) untagged: bool,
    /// Nothing of it is ever written.
    pub(crate) skipped: bool,
    /// The word of the attribute by which something else than its fields is written.
    pub(crate) rewritten: Option<LitStr>,
}

/// What is said of a field.
#[derive(Default)]
pub(crate) struct OfField {
    pub(crate) renamed: Option<String>,
    pub(crate) flattened: bool,
    /// It is never written.
    pub(crate) skipped: bool,
    /// It is not written if this function says so.
    pub(crate) skipped_if: Option<ExprPath>,
    /// The function or module that writes something else than its value.
    pub(crate) rewritten: Option<LitStr>,
}

pub(crate) fn of_type(attributes: &[Attribute]) -> OfType {
    let mut of = OfType::default();
    let (mut tag, mut content, mut untagged) = (None, None, false);
    for (word, text) in words(attributes) {
        let value = text.as_ref().map(LitStr::value);
        match word.as_str() {
            "rename_all" => of.names = value.as_deref().map(Case::of).unwrap_or_default(),
            "rename_all_fields" => {
                of.names_of_fields = value.as_deref().map(Case::of).unwrap_or_default();
            }
            "tag" => tag = value,
            "content" => content = value,
            "untagged" => untagged = true,
            "transparent" => of.transparent = true,
            "into" => of.into = text.and_then(|text| text.parse().ok()),
            "remote" => of.remote = text,
            _ => {}
        }
    }
    of.tagging = match (untagged, tag, content) {
        (true, ..) => Tagging::Untagged,
        (_, Some(tag), Some(content)) => Tagging::Adjacent(tag, content),
        (_, Some(tag), None) => Tagging::Internal(tag),
        _ => Tagging::External,
    };
    of
}

pub(crate) fn of_variant(variant: &Variant, of_type: &OfType) -> OfVariant {
    let mut of = OfVariant {
        name: of_type.names.of_variant(&unraw(&variant.ident)),
        names_of_fields: of_type.names_of_fields,
        untagged: false,
        skipped: false,
        rewritten: None,
    };
    for (word, text) in words(&variant.attrs) {
        let value = text.as_ref().map(LitStr::value);
        match word.as_str() {
            "rename" => of.name = value.unwrap_or(of.name),
            "rename_all" => {
                of.names_of_fields = value.as_deref().map(Case::of).unwrap_or_default();
            }
            "untagged" => of.untagged = true,
            "skip" | "skip_serializing" => of.skipped = true,
            "with" | "serialize_with" => of.rewritten = text,
            _ => {}
        }
    }
    of
}

pub(crate) fn of_field(attributes: &[Attribute]) -> OfField {
    let mut of = OfField::default();
    for (word, text) in words(attributes) {
        match word.as_str() {
            "rename" => of.renamed = text.map(|text| text.value()),
            "flatten" => of.flattened = true,
            "skip" | "skip_serializing" => of.skipped = true,
            "skip_serializing_if" => of.skipped_if = text.and_then(|text| text.parse().ok()),
            "with" | "serialize_with" | "getter" => of.rewritten = text,
            _ => {}
        }
    }
    of
}

/// The words of all `#[serde(..)]`, with their texts; of `rename(serialize = "..")` and its like that
/// for writing. What serde does not understand it reports itself.
fn words(attributes: &[Attribute]) -> Vec<(String, Option<LitStr>)> {
    let mut words = Vec::new();
    let ours = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"));
    for attribute in ours {
        let _ = attribute.parse_nested_meta(|meta| {
            let word = meta.path.get_ident().map(unraw).unwrap_or_default();
            if meta.input.peek(syn::token::Paren) {
                let mut text = None;
                let mut said = false;
                meta.parse_nested_meta(|inner| {
                    let is_written = inner.path.is_ident("serialize");
                    let value = value(&inner)?;
                    if is_written {
                        said = true;
                        text = value;
                    }
                    Ok(())
                })?;
                if said {
                    words.push((word, text));
                }
            } else {
                let text = value(&meta)?;
                words.push((word, text));
            }
            Ok(())
        });
    }
    words
}

fn value(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<LitStr>> {
    if !meta.input.peek(Token![=]) {
        return Ok(None);
    }
    match meta.value()?.parse()? {
        Expr::Lit(literal) => match literal.lit {
            Lit::Str(text) => Ok(Some(text)),
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::{DeriveInput, parse_quote};

    #[test]
    fn the_words_for_writing_are_taken() {
        let item: DeriveInput = parse_quote! {
            #[serde(rename_all(serialize = "camelCase", deserialize = "UPPERCASE"), tag = "t")]
            #[serde(deny_unknown_fields, bound(serialize = "T: Copy"), content = "c")]
            struct Row;
        };
        let of = of_type(&item.attrs);
        assert_eq!(of.names, Case::Camel);
        assert_eq!(
            of.tagging,
            Tagging::Adjacent("t".to_owned(), "c".to_owned())
        );
        let attribute: Attribute = parse_quote!(#[serde(default = "a", rename(deserialize = "x"))]);
        assert!(of_field(&[attribute]).renamed.is_none());
    }
}
