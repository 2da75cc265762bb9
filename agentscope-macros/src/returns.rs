//! Decides how it is decided when a call ends: by the type of what is returned, which only the
//! runtime sees, except where the signature or the attribute says it.

use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::visit_mut::VisitMut as _;
use syn::{PathArguments, ReturnType, Signature, Type, TypeParamBound, parse_quote};

use crate::leaf;
use crate::suggest;
use crate::tokens::ImplTraitToHole;

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
    let spelt = match said {
        _ if diverges => Some("value"),
        Some(_) => None,
        None if holes.found => Some(later_trait(&declared).unwrap_or("wrap")),
        None => Some("kind"),
    };
    let method = match (spelt, said) {
        (Some(method), _) => Ident::new(method, at),
        (None, Some(said)) => said.clone(),
        (None, None) => Ident::new("kind", at),
    };
    let is_value = said.is_some_and(|said| said == "value");
    let future_of = match (&declared, &signature.asyncness) {
        (Type::ImplTrait(bounds), None) if !is_value => leaf::output_of(&bounds.bounds, "Future"),
        _ => None,
    };
    let future_of = future_of.cloned().map(|mut output| {
        ImplTraitToHole::default().visit_type_mut(&mut output);
        output
    });
    Returns {
        body,
        holes: holes.found,
        diverges,
        future_of,
        method,
    }
}

/// `impl Future`, `impl Stream` and `impl Iterator` say what they are, also where the type that is
/// hidden behind them is more than that.
fn later_trait(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Paren(paren) => later_trait(&paren.elem),
        Type::Group(group) => later_trait(&group.elem),
        Type::ImplTrait(bounds) => bounds.bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Trait(bound) => {
                let name = bound.path.segments.last()?.ident.to_string();
                match name.as_str() {
                    "Future" => Some("future"),
                    "Stream" => Some("stream"),
                    name if name.ends_with("Iterator") && name != "IntoIterator" => {
                        Some("iterator")
                    }
                    _ => None,
                }
            }
            _ => None,
        }),
        Type::Path(path) => {
            let segment = path.path.segments.last()?;
            let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
                return None;
            };
            match (segment.ident == "Result", arguments.args.first()?) {
                (true, syn::GenericArgument::Type(ok)) => later_trait(ok),
                _ => None,
            }
        }
        _ => None,
    }
}
