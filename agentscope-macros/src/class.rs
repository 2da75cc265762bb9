//! The six sensitivity classes.

use proc_macro2::{Ident, Span};
use syn::LitStr;
use syn::parse::{Parse, ParseStream};

use crate::suggest;

/// The six classes, least sensitive first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Public,
    Internal,
    Confidential,
    Pii,
    Special,
    Secret,
}

const CLASSES: &[(&str, Class)] = &[
    ("public", Class::Public),
    ("internal", Class::Internal),
    ("confidential", Class::Confidential),
    ("pii", Class::Pii),
    ("special", Class::Special),
    ("secret", Class::Secret),
];

impl Class {
    /// For messages, the most careful first.
    pub(crate) const ALL_BUT_SECRET: &str = "special, pii, confidential, internal, public";

    /// The class that the word names.
    pub(crate) fn of(word: &str) -> Option<Self> {
        CLASSES
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, class)| *class)
    }

    pub(crate) fn word(self) -> &'static str {
        CLASSES[self as usize].0
    }

    /// The variant of the runtime's `Class`.
    pub(crate) fn variant(self) -> Ident {
        Ident::new(&format!("{self:?}"), Span::call_site())
    }

    /// The runtime's constant of a value with that class.
    pub(crate) fn constant(self) -> Ident {
        Ident::new(&self.word().to_uppercase(), Span::call_site())
    }

    /// What to say of a word that names none.
    pub(crate) fn unknown(word: &str) -> String {
        let known: Vec<_> = CLASSES.iter().map(|(name, _)| *name).collect();
        let hint = suggest::among(word, &known);
        format!("`{word}` is no sensitivity class; {hint}")
    }
}

/// Whether a word is the name of a class.
pub(crate) fn is_class(word: &str) -> bool {
    Class::of(word).is_some()
}

impl Parse for Class {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let at = input.span();
        let quoted = input.peek(LitStr);
        let word: Ident = input.parse().map_err(|_| {
            let known = "expected a class: public, internal, confidential, pii, special or secret";
            let hint = if quoted { ", without quotes" } else { "" };
            syn::Error::new(at, format!("{known}{hint}"))
        })?;
        let text = word.to_string();
        Self::of(&text).ok_or_else(|| syn::Error::new(word.span(), Self::unknown(&text)))
    }
}
