//! Decides how it is decided when a call ends: by the type of what is returned, which only the
//! runtime sees, except where the signature or the attribute says it.

use proc_macro2::{Ident, Span};
use quote::ToTokens as _;
use syn::parse::ParseStream;
use syn::visit_mut::VisitMut as _;
use syn::{PathArguments, ReturnType, Signature, Type, TypeParamBound, parse_quote};

use crate::leaf::{self, Bounds};
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
    /// What that is told: `T` of `impl Stream<Item = T>` and so on, which the body may leave open.
    pub(crate) yields: Option<Type>,
}

pub(crate) fn of(signature: &Signature, said: Option<&Ident>, at: Span) -> Returns {
    let declared: Type = match &signature.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    let diverges = matches!(declared, Type::Never(_));
    let (body, holes) = match diverges {
        true => (parse_quote!(::core::convert::Infallible), false),
        false => in_body(&declared),
    };
    let hidden = hidden_type(&declared);
    let spelt = hidden.as_ref().and_then(Hidden::spelt);
    let word = match (said, &hidden) {
        _ if diverges => "value".to_owned(),
        (Some(said), _) => said.to_string(),
        (None, Some(hidden)) => match spelt {
            Some((word, _)) => word.to_owned(),
            None if hidden.may_work_later() => "wrap".to_owned(),
            None if hidden.in_ok => "kind".to_owned(),
            None => "value".to_owned(),
        },
        // Text, numbers and their like do no work later: nothing to be asked of the type.
        (None, None) if leaf::is_sure_result(&declared) => "value".to_owned(),
        // What is inside another type cannot be wrapped without that.
        (None, None) => "kind".to_owned(),
    };
    let in_ok = hidden.is_some_and(|hidden| hidden.in_ok);
    let yields = spelt.and_then(|(_, yields)| yields);
    let yields = yields.map(|yields| in_body(yields).0);
    let (mut future_of, mut told) = (None, None);
    match spelt {
        // The body's type follows from it; that of an `async fn` is known already.
        Some(("future", _)) if !in_ok => {
            let follows = signature.asyncness.is_none() && word != "value";
            future_of = yields.filter(|_| follows);
        }
        Some((spelt, _)) if spelt == word => told = yields,
        _ => {}
    }
    let suffix = match (&told, in_ok) {
        (None, _) => "",
        (Some(_), false) => "_of",
        (Some(_), true) => "_in_ok_of",
    };
    Returns {
        body,
        holes,
        diverges,
        future_of,
        method: Ident::new(&format!("__{word}{suffix}"), said.map_or(at, Ident::span)),
        yields: told,
    }
}

/// A declared type as the body can write it, and whether something in it cannot be written there.
fn in_body(declared: &Type) -> (Type, bool) {
    let mut ty = declared.clone();
    let mut holes = ImplTraitToHole::default();
    holes.visit_type_mut(&mut ty);
    infer_lifetimes(&mut ty);
    (ty, holes.found)
}

/// A lifetime that the body names too is no more one that could be left out, and lints say so.
fn infer_lifetimes(ty: &mut Type) {
    // `for<'a>` binds lifetimes of its own.
    if !mentions_word(ty.to_token_stream(), &|word| word == "for") {
        AnyLifetime.visit_type_mut(ty);
    }
}

/// `impl Trait`, also in `Ok`.
struct Hidden<'a> {
    bounds: &'a Bounds,
    in_ok: bool,
}

fn hidden_type(ty: &Type) -> Option<Hidden<'_>> {
    match ty {
        Type::Paren(paren) => hidden_type(&paren.elem),
        Type::Group(group) => hidden_type(&group.elem),
        Type::ImplTrait(bounds) => Some(Hidden {
            bounds: &bounds.bounds,
            in_ok: false,
        }),
        Type::Path(path) => {
            let segment = path.path.segments.last()?;
            let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
                return None;
            };
            match (segment.ident == "Result", arguments.args.first()?) {
                (true, syn::GenericArgument::Type(ok)) => hidden_type(ok).map(|hidden| Hidden {
                    in_ok: true,
                    ..hidden
                }),
                _ => None,
            }
        }
        _ => None,
    }
}

impl<'a> Hidden<'a> {
    fn traits(&self) -> impl Iterator<Item = String> {
        self.bounds.iter().filter_map(|bound| match bound {
            TypeParamBound::Trait(bound) => Some(bound.path.segments.last()?.ident.to_string()),
            _ => None,
        })
    }

    /// What `impl Future`, `impl Stream` and `impl Iterator` say that they are, also where the type
    /// that is hidden behind it is more than that; and what it yields.
    fn spelt(&self) -> Option<(&'static str, Option<&'a Type>)> {
        let words = [
            ("Future", "future"),
            ("Stream", "stream"),
            ("Iterator", "iterator"),
        ];
        // `DoubleEndedIterator` is an iterator; `IntoIterator` is none.
        let is_named =
            |bound: String, name: &str| bound.ends_with(name) && !bound.starts_with("Into");
        words
            .into_iter()
            .find(|(name, _)| self.traits().any(|bound| is_named(bound, name)))
            .map(|(name, word)| (word, leaf::output_of(self.bounds, name)))
    }

    /// Whether one of the traits may be one that stands for a future, a stream or an iterator.
    fn may_work_later(&self) -> bool {
        self.traits()
            .any(|bound| !OF_VALUES.contains(&bound.as_str()))
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
