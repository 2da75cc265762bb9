//! `redact = ..`: how a value is shown where not as its class says.

use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;

use crate::class::Class;
use crate::kinds::Kind;
use crate::suggest;

/// The treatments of the runtime, by the names of its variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    Keep,
    Truncate,
    Generalise,
    BinLast4,
    Last4,
    Hash,
    Mask,
    Drop,
}

use Treatment::{BinLast4, Drop, Generalise, Hash, Keep, Last4, Mask, Truncate};

const WORDS: &[(&str, Treatment)] = &[
    ("keep", Keep),
    ("truncate", Truncate),
    ("generalise", Generalise),
    ("bin_last4", BinLast4),
    ("last4", Last4),
    ("hmac", Hash),
    ("mask", Mask),
    ("drop", Drop),
];

impl Treatment {
    pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<(Ident, Self)> {
        let words: Vec<_> = WORDS.iter().map(|(word, _)| *word).collect();
        let at = input.span();
        let word: Ident = input.parse().map_err(|_| {
            let words = words.join(", ");
            syn::Error::new(at, format!("expected one of {words}, without quotes"))
        })?;
        let text = word.to_string();
        match WORDS.iter().find(|(known, _)| *known == text) {
            Some((_, treatment)) => Ok((word, *treatment)),
            None => {
                let hint = suggest::among(&text, &words);
                let message = format!("`{text}` is no way to redact; {hint}");
                Err(syn::Error::new(word.span(), message))
            }
        }
    }

    pub(crate) fn word(self) -> &'static str {
        WORDS
            .iter()
            .find(|(_, treatment)| *treatment == self)
            .map_or("", |(word, _)| word)
    }

    pub(crate) fn variant(self) -> Ident {
        Ident::new(&format!("{self:?}"), Span::call_site())
    }

    /// What is shown of a value of a class by itself, of a kind where one is told.
    pub(crate) fn of(class: Class, kind: Option<&Kind>) -> Self {
        match (class, kind) {
            (Class::Public | Class::Internal, _) => Keep,
            (Class::Confidential, _) => Mask,
            (Class::Pii, Some(kind)) => kind.shown,
            (Class::Pii, None) => Hash,
            (Class::Special | Class::Secret, _) => Drop,
        }
    }

    /// Whether the value is shown, or a part of it.
    pub(crate) fn shows_parts(self) -> bool {
        !matches!(self, Hash | Mask | Drop)
    }

    /// What is wrong with it, of a value of that class and kind.
    pub(crate) fn refused(self, class: Class, kind: Option<&Kind>) -> Option<String> {
        let highest = match self {
            Keep | Truncate => Class::Internal,
            Generalise | BinLast4 | Last4 | Hash => Class::Pii,
            Mask | Drop => Class::Secret,
        };
        let word = self.word();
        if class > highest {
            return Some(format!(
                "`redact = {word}` shows more than a value of this class may show; give it a lower \
                 class, or write `redact = mask` or `redact = drop`"
            ));
        }
        let told = match self {
            Generalise if !kind.is_some_and(Kind::is_generalised) => {
                "what may be shown of a value is known for `kind = \"ip\"`, `\"dob\"`, `\"date\"`, \
                 `\"postcode\"` and `\"url\"`: write the kind, or `redact = hmac`"
            }
            BinLast4 if kind.is_none_or(|kind| kind.word != "pan") => {
                "only the number of a payment card has a BIN: write `kind = \"pan\"`, or \
                 `redact = last4`"
            }
            _ => return None,
        };
        Some(format!("`redact = {word}` does not go here; {told}"))
    }
}
