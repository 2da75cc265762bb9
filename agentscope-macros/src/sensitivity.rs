//! `#[sensitivity(..)]`: what is said of an argument or a field.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, LitStr, Meta, Path, Token};

use crate::class::{Class, is_class};
use crate::errors::Errors;
use crate::kinds::Kind;
use crate::suggest;
use crate::treatment::Treatment;

/// The class of one value, and what else is said of it.
#[derive(Clone)]
pub(crate) struct Sensitivity {
    pub(crate) class: Class,
    pub(crate) kind: Option<&'static Kind>,
    pub(crate) redact: Option<Treatment>,
    pub(crate) reason: Option<LitStr>,
    /// A default gave it the class.
    pub(crate) by_default: bool,
    /// Read from something that was wrong: no second error about it.
    pub(crate) is_guess: bool,
}

/// What an attribute says of a value.
pub(crate) enum Said {
    /// Of all of it.
    Whole(Sensitivity),
    /// `key = ..`: of the keys of a map; the type says it of the values.
    Keys(Sensitivity),
}

impl From<Class> for Sensitivity {
    fn from(class: Class) -> Self {
        Self {
            class,
            kind: None,
            redact: None,
            reason: None,
            by_default: false,
            is_guess: false,
        }
    }
}

impl Sensitivity {
    pub(crate) fn by_default(class: Class) -> Self {
        Self {
            by_default: true,
            ..class.into()
        }
    }

    /// In place of what is wrong.
    pub(crate) fn guess() -> Self {
        Self {
            is_guess: true,
            ..Class::Secret.into()
        }
    }

    /// What is shown of the value.
    pub(crate) fn treatment(&self) -> Treatment {
        self.redact
            .unwrap_or_else(|| Treatment::of(self.class, self.kind))
    }
}

impl Parse for Said {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Ident::peek_any)
            && input.peek2(Token![=])
            && input.fork().parse::<Ident>()? == "key"
        {
            return parse_keys(input).map(Self::Keys);
        }
        input.parse().map(Self::Whole)
    }
}

/// `key = class`, and at most a reason.
fn parse_keys(input: ParseStream<'_>) -> syn::Result<Sensitivity> {
    input.parse::<Ident>()?;
    input.parse::<Token![=]>()?;
    let sensitivity: Sensitivity = input.parse()?;
    match sensitivity.kind.is_none() && sensitivity.redact.is_none() {
        true => Ok(sensitivity),
        false => Err(syn::Error::new(
            input.span(),
            "of the keys of a map only a class and a reason are said: `#[sensitivity(key = pii)]`",
        )),
    }
}

impl Parse for Sensitivity {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut sensitivity = Self::from(input.parse::<Class>()?);
        let mut seen: Vec<String> = Vec::new();
        let mut redact = None;
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let word = parse_word(input, &seen)?;
            let text = word.to_string();
            match text.as_str() {
                "kind" => {
                    let word = parse_literal(input, "`kind = \"email\"`")?;
                    sensitivity.kind = Some(Kind::parse(&word)?);
                }
                "redact" => redact = Some(Treatment::parse(input)?),
                _ => sensitivity.reason = Some(parse_reason(input)?),
            }
            seen.push(text);
        }
        // Here, for the kind may be said after it.
        if let Some((word, redact)) = redact {
            if let Some(refused) = redact.refused(sensitivity.class, sensitivity.kind) {
                return Err(syn::Error::new(word.span(), refused));
            }
            sensitivity.redact = Some(redact);
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
    if text == "key" {
        return refused(
            "`key = ..` stands alone: `#[sensitivity(key = internal)]` says the class of a map's \
             keys, and the type of its values says theirs; a class is said of both"
                .to_owned(),
        );
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

fn parse_reason(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let example = "`reason = \"shown in the shop\"`";
    let reason = parse_literal(input, example)?;
    match reason.value().trim().is_empty() {
        true => Err(syn::Error::new(
            reason.span(),
            format!("a reason says something to whoever reviews it, for example {example}"),
        )),
        false => Ok(reason),
    }
}

impl Sensitivity {
    /// The value as a constant expression of the runtime's type.
    pub(crate) fn tokens(&self, private: &Path) -> TokenStream {
        let class = self.class.variant();
        let of = match self.by_default {
            true => quote!(by_default),
            false => quote!(of),
        };
        let plain = quote!(#private::Sensitivity::#of(#private::Class::#class));
        if self.is_plain() {
            return plain;
        }
        let kind = self.kind.map(|kind| {
            let kind = kind.variant();
            quote!(kind: ::core::option::Option::Some(#private::Kind::#kind),)
        });
        let redact = self.redact.map(|redact| {
            let redact = redact.variant();
            quote!(redact: ::core::option::Option::Some(#private::Treatment::#redact),)
        });
        let reason = self
            .reason
            .as_ref()
            .map(|reason| quote!(reason: ::core::option::Option::Some(#reason),));
        quote!(#private::Sensitivity { #kind #redact #reason ..#plain })
    }

    /// The same in `Some`; by a name of its own where there is one, for it is in every expansion.
    pub(crate) fn optional_tokens(&self, private: &Path) -> TokenStream {
        if self.is_plain() {
            let name = self.class.constant();
            return match self.by_default {
                true => quote!(#private::defaults::#name),
                false => quote!(#private::classes::#name),
            };
        }
        let sensitivity = self.tokens(private);
        quote!(::core::option::Option::Some(#sensitivity))
    }

    fn is_plain(&self) -> bool {
        self.kind.is_none() && self.redact.is_none() && self.reason.is_none()
    }
}

pub(crate) fn is_sensitivity(attribute: &Attribute) -> bool {
    attribute.path().is_ident("sensitivity")
}

/// Takes `#[sensitivity(..)]` out of the attributes of an argument or field.
pub(crate) fn take(attributes: &mut Vec<Attribute>, errors: &mut Errors) -> Option<Said> {
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
            Ok(said) => found = Some(said),
            Err(error) => {
                errors.push(error);
                // Classified, if wrongly: no second error that it has no class.
                found = Some(Said::Whole(Sensitivity::guess()));
            }
        }
        false
    });
    found
}

fn parse_attribute(attribute: &Attribute) -> syn::Result<Said> {
    match &attribute.meta {
        Meta::List(list) if !list.tokens.is_empty() => attribute.parse_args(),
        _ => Err(syn::Error::new_spanned(
            attribute,
            "expected a class in parentheses, `#[sensitivity(internal)]`: public, internal, \
             confidential, pii, special or secret",
        )),
    }
}

/// What to write of a value, for a message; `of` is `key = ` for the keys of a map.
pub(crate) fn example(of: &str, class: Class, kind: Option<&Kind>, reason: bool) -> String {
    let kind = kind
        .filter(|_| of.is_empty())
        .map(|kind| format!(", kind = \"{}\"", kind.word));
    let reason = if reason { ", reason = \"..\"" } else { "" };
    let (class, kind) = (class.word(), kind.unwrap_or_default());
    format!("#[sensitivity({of}{class}{kind}{reason})]")
}
