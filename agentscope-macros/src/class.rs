//! `#[sensitivity(..)]`: the class of an argument or a field.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, LitStr, Meta, Path, Token};

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
        let at = input.span();
        let quoted = input.peek(LitStr);
        let word: Ident = input.parse().map_err(|_| {
            let known = "expected a class: public, internal, confidential, pii, special or secret";
            let hint = if quoted { ", without quotes" } else { "" };
            syn::Error::new(at, format!("{known}{hint}"))
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

/// The words of the runtime's kinds, and its variants.
const KINDS: &[(&str, &str)] = &[
    ("name", "Name"),
    ("email", "Email"),
    ("phone", "Phone"),
    ("address", "Address"),
    ("postcode", "Postcode"),
    ("dob", "Dob"),
    ("date", "Date"),
    ("national_id", "NationalId"),
    ("medical_record", "MedicalRecord"),
    ("health_plan", "HealthPlan"),
    ("account", "Account"),
    ("licence", "Licence"),
    ("vehicle", "Vehicle"),
    ("device", "Device"),
    ("url", "Url"),
    ("ip", "Ip"),
    ("biometric", "Biometric"),
    ("user_id", "UserId"),
    ("pan", "Pan"),
    ("card_secret", "CardSecret"),
    ("iban", "Iban"),
    ("health", "Health"),
    ("genetic", "Genetic"),
    ("religion", "Religion"),
    ("ethnicity", "Ethnicity"),
    ("politics", "Politics"),
    ("union", "Union"),
    ("sexuality", "Sexuality"),
    ("credential", "Credential"),
];

/// What `#[sensitivity(..)]` says of one value.
#[derive(Clone)]
pub(crate) struct Sensitivity {
    pub(crate) class: Class,
    kind: Option<Ident>,
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
            let word = parse_word(input, &seen)?;
            let text = word.to_string();
            match text.as_str() {
                "kind" => {
                    let example = "`kind = \"email\"`";
                    sensitivity.kind = Some(kind_of(&parse_literal(input, example)?)?);
                }
                "redact" => sensitivity.redact = Some(parse_redact(input, sensitivity.class)?),
                _ => drop(parse_literal(input, "`reason = \"shown in the shop\"`")?),
            }
            seen.push(text);
        }
        Ok(sensitivity)
    }
}

/// The word before `=`, and the `=`.
fn parse_word(input: ParseStream<'_>, seen: &[String]) -> syn::Result<Ident> {
    let known = ["kind", "redact", "reason"];
    let at = input.span();
    let word: Ident = input.parse().map_err(|_| {
        let known = known.join(", ");
        syn::Error::new(at, format!("expected `word = ..`; known are {known}"))
    })?;
    let text = word.to_string();
    let refused = |message: String| Err(syn::Error::new(word.span(), message));
    if is_class(&text) {
        return refused(format!("one value has one class; `{text}` is a second"));
    }
    if !known.contains(&text.as_str()) {
        let hint = suggest::among(&text, &known);
        return refused(format!("`sensitivity` takes no `{text}`; {hint}"));
    }
    if seen.contains(&text) {
        return refused(format!("`{text}` is given twice"));
    }
    if input.parse::<Token![=]>().is_err() || input.is_empty() {
        return refused(format!("`{text}` needs a value: `{text} = ..`"));
    }
    Ok(word)
}

fn parse_literal(input: ParseStream<'_>, example: &str) -> syn::Result<LitStr> {
    let at = input.span();
    input.parse().map_err(|_| {
        syn::Error::new(
            at,
            format!("expected a string literal, for example {example}"),
        )
    })
}

/// The variant of the runtime's `Kind`.
fn kind_of(word: &LitStr) -> syn::Result<Ident> {
    let text = word.value();
    let known: Vec<_> = KINDS.iter().map(|(word, ..)| *word).collect();
    match KINDS.iter().find(|(word, ..)| *word == text) {
        Some((_, variant)) => Ok(Ident::new(variant, Span::call_site())),
        None => Err(syn::Error::new(
            word.span(),
            format!(
                "`{text}` is no kind of value; {}",
                suggest::among(&text, &known)
            ),
        )),
    }
}

fn parse_redact(input: ParseStream<'_>, class: Class) -> syn::Result<Redact> {
    let at = input.span();
    let word: Ident = input.parse().map_err(|_| {
        syn::Error::new(
            at,
            "expected mask, hmac, last4, drop or keep, without quotes",
        )
    })?;
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
            Some(kind) => quote!(::core::option::Option::Some(#private::Kind::#kind)),
            None => quote!(::core::option::Option::None),
        };
        let redact = match self.redact.map(Redact::variant) {
            Some(redact) => quote!(::core::option::Option::Some(#private::Treatment::#redact)),
            None => quote!(::core::option::Option::None),
        };
        quote! {
            #private::Sensitivity {
                kind: #kind,
                redact: #redact,
                ..#private::Sensitivity::of(#private::Class::#class)
            }
        }
    }

    /// The same in `Some`; by a name of its own where there is one, for it is in every expansion.
    pub(crate) fn optional_tokens(&self, private: &Path) -> TokenStream {
        if self.kind.is_none() && self.redact.is_none() {
            let name = self.class.variant().to_string().to_uppercase();
            let name = Ident::new(&name, Span::call_site());
            return quote!(#private::classes::#name);
        }
        let sensitivity = self.tokens(private);
        quote!(::core::option::Option::Some(#sensitivity))
    }

    pub(crate) fn class_tokens(&self, private: &Path) -> TokenStream {
        let class = self.class.variant();
        quote!(#private::Class::#class)
    }
}

/// Whether a word is the name of a class.
pub(crate) fn is_class(word: &str) -> bool {
    CLASSES.iter().any(|(name, _)| *name == word)
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
        match parse_attribute(attribute) {
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

fn parse_attribute(attribute: &Attribute) -> syn::Result<Sensitivity> {
    match &attribute.meta {
        Meta::List(list) if !list.tokens.is_empty() => attribute.parse_args(),
        _ => Err(syn::Error::new_spanned(
            attribute,
            "expected a class in parentheses, `#[sensitivity(internal)]`: public, internal, \
             confidential, pii, special or secret",
        )),
    }
}
