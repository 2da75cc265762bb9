//! `#[sensitivity(..)]`: the class of an argument or a field.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, LitStr, Path, Token};

use crate::errors::Errors;
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
    fn variant(self) -> Ident {
        Ident::new(&format!("{self:?}"), Span::call_site())
    }
}

impl Parse for Class {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let word: Ident = input.parse().map_err(|error| {
            syn::Error::new(
                error.span(),
                "expected a class: public, internal, confidential, pii, special or secret",
            )
        })?;
        let text = word.to_string();
        CLASSES
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, class)| *class)
            .ok_or_else(|| {
                let known: Vec<_> = CLASSES.iter().map(|(name, _)| *name).collect();
                let hint = suggest::among(&text, &known);
                syn::Error::new(
                    word.span(),
                    format!("`{text}` is no sensitivity class; {hint}"),
                )
            })
    }
}

/// How a value is shown where not as its class says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Redact {
    Keep,
    Mask,
    Hash,
    Last4,
    Drop,
}

const REDACT: &[(&str, Redact)] = &[
    ("keep", Redact::Keep),
    ("mask", Redact::Mask),
    ("hmac", Redact::Hash),
    ("last4", Redact::Last4),
    ("drop", Redact::Drop),
];

impl Redact {
    fn variant(self) -> Ident {
        Ident::new(&format!("{self:?}"), Span::call_site())
    }

    /// Never more than the policy table shows of the class.
    fn is_allowed_for(self, class: Class) -> bool {
        match self {
            Self::Keep => class <= Class::Internal,
            Self::Last4 | Self::Hash => class <= Class::Pii,
            Self::Mask | Self::Drop => true,
        }
    }
}

/// What `#[sensitivity(..)]` says of one value.
#[derive(Clone)]
pub(crate) struct Sensitivity {
    pub(crate) class: Class,
    kind: Option<LitStr>,
    redact: Option<Redact>,
}

impl From<Class> for Sensitivity {
    fn from(class: Class) -> Self {
        Self {
            class,
            kind: None,
            redact: None,
        }
    }
}

impl Parse for Sensitivity {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut sensitivity = Self::from(input.parse::<Class>()?);
        let mut seen: Vec<String> = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let word: Ident = input.parse()?;
            let text = word.to_string();
            if seen.contains(&text) {
                return Err(syn::Error::new(
                    word.span(),
                    format!("`{text}` is given twice"),
                ));
            }
            input.parse::<Token![=]>()?;
            match text.as_str() {
                "kind" => sensitivity.kind = Some(input.parse()?),
                "redact" => sensitivity.redact = Some(parse_redact(input, sensitivity.class)?),
                "reason" => drop(input.parse::<LitStr>()?),
                _ => {
                    let hint = suggest::among(&text, &["kind", "redact", "reason"]);
                    let message = format!("`sensitivity` takes no `{text}`; {hint}");
                    return Err(syn::Error::new(word.span(), message));
                }
            }
            seen.push(text);
        }
        Ok(sensitivity)
    }
}

fn parse_redact(input: ParseStream<'_>, class: Class) -> syn::Result<Redact> {
    let word: Ident = input.parse()?;
    let text = word.to_string();
    let Some((_, redact)) = REDACT.iter().find(|(name, _)| *name == text) else {
        let known: Vec<_> = REDACT.iter().map(|(name, _)| *name).collect();
        let message = format!(
            "`{text}` is no way to redact; {}",
            suggest::among(&text, &known)
        );
        return Err(syn::Error::new(word.span(), message));
    };
    if !redact.is_allowed_for(class) {
        let message = format!(
            "`redact = {text}` shows more than a value of this class may show; give it a lower \
             class, or write `redact = mask` or `redact = drop`"
        );
        return Err(syn::Error::new(word.span(), message));
    }
    Ok(*redact)
}

impl Sensitivity {
    /// The value as a constant expression of the runtime's type.
    pub(crate) fn tokens(&self, private: &Path) -> TokenStream {
        let class = self.class.variant();
        let kind = match &self.kind {
            Some(kind) => quote!(::core::option::Option::Some(#kind)),
            None => quote!(::core::option::Option::None),
        };
        let redact = match self.redact.map(Redact::variant) {
            Some(redact) => quote!(::core::option::Option::Some(#private::Treatment::#redact)),
            None => quote!(::core::option::Option::None),
        };
        quote!(#private::Sensitivity { class: #private::Class::#class, kind: #kind, redact: #redact })
    }

    pub(crate) fn class_tokens(&self, private: &Path) -> TokenStream {
        let class = self.class.variant();
        quote!(#private::Class::#class)
    }
}

pub(crate) fn is_sensitivity(attribute: &Attribute) -> bool {
    attribute.path().is_ident("sensitivity")
}

/// Takes `#[sensitivity(..)]` out of the attributes of an argument or field.
pub(crate) fn take(attributes: &mut Vec<Attribute>, errors: &mut Errors) -> Option<Sensitivity> {
    let mut found = None;
    attributes.retain(|attribute| {
        if !is_sensitivity(attribute) {
            return true;
        }
        if found.is_some() {
            errors.at(
                attribute,
                "`sensitivity` is given twice; one value has one class",
            );
            return false;
        }
        match attribute.parse_args::<Sensitivity>() {
            Ok(sensitivity) => found = Some(sensitivity),
            Err(error) => {
                errors.push(error);
                // Classified, if wrongly: no second error that it has no class.
                found = Some(Class::Secret.into());
            }
        }
        false
    });
    found
}
