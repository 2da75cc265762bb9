//! What the expansion reads off tokens, and small rewritings of types.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::spanned::Spanned as _;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, ExprLit, Lit, Type, parse_quote};

pub(crate) fn literal(expression: &Expr) -> Option<&Lit> {
    match expression {
        Expr::Lit(ExprLit {
            lit: lit @ Lit::Str(_),
            ..
        }) => Some(lit),
        _ => None,
    }
}

/// The span of the type's own name, so that an error about a missing class points there.
pub(crate) fn type_span(ty: &Type) -> Span {
    match ty {
        Type::Reference(reference) => type_span(&reference.elem),
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map_or(ty.span(), |segment| segment.ident.span()),
        _ => ty.span(),
    }
}

/// The doc comment as one text, lines joined as Markdown joins them.
pub(crate) fn doc_comment(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let syn::Meta::NameValue(doc) = &attribute.meta else {
            return None;
        };
        match &doc.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) if doc.path.is_ident("doc") => Some(text.value()),
            _ => None,
        }
    });
    lines
        .map(|line| line.trim().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned()
}

/// Inner attributes of the body become outer ones of the function: the body will be an inner block.
pub(crate) fn split_inner_attributes(body: &Group) -> (Vec<TokenStream>, Group) {
    let mut attributes = Vec::new();
    let mut tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    while let [
        TokenTree::Punct(pound),
        TokenTree::Punct(bang),
        TokenTree::Group(group),
        ..,
    ] = &tokens[..]
    {
        if pound.as_char() != '#' || bang.as_char() != '!' {
            break;
        }
        attributes.push(quote!(#pound #group));
        tokens.drain(..3);
    }
    if attributes.is_empty() {
        return (attributes, body.clone());
    }
    let mut rest = Group::new(body.delimiter(), tokens.into_iter().collect());
    rest.set_span(body.span());
    (attributes, rest)
}

pub(crate) fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    let name = name.to_string();
    mentions_word(tokens, &|word| word == name)
}

/// The words of a body, read once for all that is asked of them: each walk over tokens is a
/// conversation with the compiler.
#[derive(Default)]
pub(crate) struct Words {
    words: Vec<String>,
    /// What is written as literals.
    literals: Vec<String>,
}

impl Words {
    pub(crate) fn of(tokens: TokenStream) -> Self {
        let mut words = Self::default();
        words.add(tokens);
        words
    }

    fn add(&mut self, tokens: TokenStream) {
        let mut lifetime = false;
        for token in tokens {
            let after_quote = std::mem::take(&mut lifetime);
            match token {
                TokenTree::Ident(word) if !after_quote => self.words.push(word.to_string()),
                TokenTree::Ident(_) => {}
                TokenTree::Group(group) => self.add(group.stream()),
                TokenTree::Punct(punct) => lifetime = punct.as_char() == '\'',
                TokenTree::Literal(literal) => self.literals.push(literal.to_string()),
            }
        }
    }

    /// Whether there is such a word; lifetimes are none.
    pub(crate) fn any(&self, is_it: impl Fn(&str) -> bool) -> bool {
        self.words.iter().any(|word| is_it(word))
    }

    /// Whether the name may be used: `"{name}"` is a use too.
    pub(crate) fn may_use(&self, name: &Ident) -> bool {
        let name = name.to_string();
        let plain = name.trim_start_matches("r#");
        let in_literal = |literal: &String| {
            let mut words =
                literal.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            words.any(|word| word == plain)
        };
        self.any(|word| word == name) || self.literals.iter().any(in_literal)
    }
}

/// Whether the tokens have such a word; lifetimes are none.
pub(crate) fn mentions_word(tokens: TokenStream, is_it: &dyn Fn(&str) -> bool) -> bool {
    let mut lifetime = false;
    tokens.into_iter().any(|token| {
        let after_quote = std::mem::take(&mut lifetime);
        match token {
            TokenTree::Ident(word) => !after_quote && is_it(&word.to_string()),
            TokenTree::Group(group) => mentions_word(group.stream(), is_it),
            TokenTree::Punct(punct) => {
                lifetime = punct.as_char() == '\'';
                false
            }
            TokenTree::Literal(_) => false,
        }
    })
}

/// An item in the body cannot name the function's lifetimes; inside a body `'_` is any.
pub(crate) struct AnyLifetime;

impl VisitMut for AnyLifetime {
    fn visit_lifetime_mut(&mut self, lifetime: &mut syn::Lifetime) {
        if lifetime.ident != "static" {
            lifetime.ident = Ident::new("_", lifetime.ident.span());
        }
    }
}

/// `impl Trait` cannot be named in a body; `_` can.
#[derive(Default)]
pub(crate) struct ImplTraitToHole {
    pub(crate) found: bool,
}

impl VisitMut for ImplTraitToHole {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(_) = ty {
            self.found = true;
            *ty = parse_quote!(_);
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }
}

/// Tokens of ours, which the compiler reads in one go: to hand them over one by one takes it longer.
pub(crate) fn read(ours: &str) -> TokenStream {
    let read = match proc_macro::is_available() {
        // Not through `proc_macro2`, which would read them first itself.
        true => ours.parse().map(proc_macro::TokenStream::into).ok(),
        false => ours.parse().ok(),
    };
    // Without them the expansion does not compile.
    read.unwrap_or_default()
}

/// A local of ours that no name of the user's can collide with.
pub(crate) fn hidden(name: &str) -> Ident {
    format_ident!("{name}", span = Span::mixed_site())
}
