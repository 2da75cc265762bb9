//! Decides how it is decided when a call ends: by the type of what is returned, which only the
//! runtime sees, except where the signature or the attribute says it.

use proc_macro2::{Ident, Span};
use quote::ToTokens as _;
use syn::parse::ParseStream;
use syn::visit_mut::VisitMut as _;
use syn::{PathArguments, ReturnType, Signature, Type, TypeParamBound, parse_quote};

use crate::leaf;
use crate::suggest;
use crate::tokens::{AnyLifetime, ImplTraitToHole, mentions_word};

const WORDS: &[&str] = &["future", "stream", "iterator", "value"];

/// The word of `returns = ..`.
pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<Ident> {
    let at = input.span();
    let word: Ident = input.parse().map_err(|_| {
        let known = WORDS.join(", ");
        syn::Error::new(
            at,
            format!("expected one of the words {known}, without quotes"),
        )
    })?;
    let text = word.to_string();
    if WORDS.contains(&text.as_str()) {
        return Ok(word);
    }
    let hint = suggest::among(&text, WORDS);
    let message = format!("a function does not return `{text}`; {hint}");
    Err(syn::Error::new(word.span(), message))
}

/// What the signature says of what a body returns.
pub(crate) struct Returns {
    /// The declared type, with a hole for each `impl Trait`; `Infallible` for `!`.
    pub(crate) body: Type,
    /// Whether it has such holes.
    pub(crate) holes: bool,
    /// `-> !`.
    pub(crate) diverges: bool,
    /// Of a function that is not `async`: `O` of `-> impl Future<Output = O>`.
    pub(crate) future_of: Option<Type>,
    /// The method of the runtime's `Tag` that decides.
    pub(crate) method: Ident,
    /// Of `impl Stream<Item = T>`, of such an iterator, and of both or a future in `Ok`: the
    /// method that decides instead, and `T`, which the body may leave open.
    pub(crate) items: Option<(Ident, Type)>,
}

pub(crate) fn of(signature: &Signature, said: Option<&Ident>, at: Span) -> Returns {
    let declared: Type = match &signature.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    let diverges = matches!(declared, Type::Never(_));
    let mut holes = ImplTraitToHole::default();
    let mut body = match diverges {
        true => parse_quote!(::core::convert::Infallible),
        false => declared.clone(),
    };
    holes.visit_type_mut(&mut body);
    infer_lifetimes(&mut body);
    let spelt = later_trait(&declared);
    let word = match said {
        _ if diverges => "value".to_owned(),
        Some(said) => said.to_string(),
        None if holes.found => match &spelt {
            Some(spelt) => spelt.word.to_owned(),
            None if may_work_later(&declared) => "wrap".to_owned(),
            None if matches!(declared, Type::ImplTrait(_)) => "value".to_owned(),
            // What is inside another type cannot be wrapped without that.
            None => "kind".to_owned(),
        },
        None => "kind".to_owned(),
    };
    let at = said.map_or(at, Ident::span);
    let method = Ident::new(&format!("__{word}"), at);
    let items = spelt
        .filter(|spelt| spelt.word == word)
        .and_then(|spelt| spelt.items_function(at));
    let is_value = said.is_some_and(|said| said == "value");
    let future_of = match (&declared, &signature.asyncness) {
        (Type::ImplTrait(bounds), None) if !is_value => leaf::output_of(&bounds.bounds, "Future"),
        _ => None,
    };
    let future_of = future_of.cloned().map(|mut output| {
        ImplTraitToHole::default().visit_type_mut(&mut output);
        infer_lifetimes(&mut output);
        output
    });
    Returns {
        body,
        holes: holes.found,
        diverges,
        future_of,
        method,
        items,
    }
}

/// What `impl Future`, `impl Stream` and `impl Iterator` say that they are.
struct Spelt<'a> {
    word: &'static str,
    yields: Option<&'a Type>,
    in_ok: bool,
}

impl Spelt<'_> {
    fn items_function(self, at: Span) -> Option<(Ident, Type)> {
        let name = match (self.word, self.in_ok) {
            ("future", true) => "__future_in_ok_of",
            ("stream", false) => "__stream_of",
            ("stream", true) => "__stream_in_ok_of",
            ("iterator", false) => "__iterator_of",
            ("iterator", true) => "__iterator_in_ok_of",
            _ => return None,
        };
        let mut items = self.yields?.clone();
        ImplTraitToHole::default().visit_type_mut(&mut items);
        infer_lifetimes(&mut items);
        Some((Ident::new(name, at), items))
    }
}

/// A lifetime that the body names too is no more one that could be left out, and lints say so.
fn infer_lifetimes(ty: &mut Type) {
    // `for<'a>` binds lifetimes of its own.
    if !mentions_word(ty.to_token_stream(), &|word| word == "for") {
        AnyLifetime.visit_type_mut(ty);
    }
}

/// Also where the type that is hidden behind it is more than that.
fn later_trait(ty: &Type) -> Option<Spelt<'_>> {
    match ty {
        Type::Paren(paren) => later_trait(&paren.elem),
        Type::Group(group) => later_trait(&group.elem),
        Type::ImplTrait(bounds) => {
            let words = [
                ("Future", "future"),
                ("Stream", "stream"),
                ("Iterator", "iterator"),
            ];
            let found = words.into_iter().find(|(name, _)| {
                bounds.bounds.iter().any(|bound| {
                    matches!(bound, TypeParamBound::Trait(bound) if is_named(&bound.path, name))
                })
            });
            found.map(|(name, word)| Spelt {
                word,
                yields: leaf::output_of(&bounds.bounds, name),
                in_ok: false,
            })
        }
        Type::Path(path) => {
            let segment = path.path.segments.last()?;
            let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
                return None;
            };
            match (segment.ident == "Result", arguments.args.first()?) {
                (true, syn::GenericArgument::Type(ok)) => later_trait(ok).map(|spelt| Spelt {
                    in_ok: true,
                    ..spelt
                }),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `impl Trait`, also in `Ok`, whose trait may be one that stands for a future, a stream or an
/// iterator.
fn may_work_later(ty: &Type) -> bool {
    match ty {
        Type::Paren(paren) => may_work_later(&paren.elem),
        Type::Group(group) => may_work_later(&group.elem),
        Type::ImplTrait(bounds) => bounds.bounds.iter().any(|bound| match bound {
            TypeParamBound::Trait(bound) => {
                let name = bound
                    .path
                    .segments
                    .last()
                    .map(|last| last.ident.to_string());
                name.is_some_and(|name| !OF_VALUES.contains(&name.as_str()))
            }
            _ => false,
        }),
        Type::Path(path) => {
            let last = path.path.segments.last();
            let Some(PathArguments::AngleBracketed(arguments)) = last.map(|last| &last.arguments)
            else {
                return false;
            };
            last.is_some_and(|last| last.ident == "Result")
                && matches!(
                    arguments.args.first(),
                    Some(syn::GenericArgument::Type(ok)) if may_work_later(ok)
                )
        }
        _ => false,
    }
}

/// Traits of the standard library that say nothing of later work.
const OF_VALUES: &[&str] = &[
    "Any",
    "AsMut",
    "AsRef",
    "Borrow",
    "BorrowMut",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deref",
    "DerefMut",
    "Display",
    "Eq",
    "Error",
    "Fn",
    "FnMut",
    "FnOnce",
    "Hash",
    "Into",
    "IntoIterator",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "RangeBounds",
    "Send",
    "Sized",
    "Sync",
    "ToOwned",
    "ToString",
    "Unpin",
    "Write",
];

/// `DoubleEndedIterator` is an iterator; `IntoIterator` is none.
fn is_named(path: &syn::Path, name: &str) -> bool {
    let last = path
        .segments
        .last()
        .map(|segment| segment.ident.to_string());
    last.is_some_and(|last| last.ends_with(name) && !last.starts_with("Into"))
}
