//! The annotated item: attributes, visibility and signature; its body stays one token, so that a
//! half-typed body gives the errors of the compiler, not ours.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Token, Visibility};

use crate::tokens::Words;

/// A function with a body.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
    /// Of the body.
    pub(crate) words: Words,
}

impl Function {
    /// Reads an item. Its body is left out where it can be, for syn would read all of it.
    pub(crate) fn read(item: &TokenStream) -> syn::Result<Self> {
        let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
        let body = match tokens.last_mut() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
                empty.set_span(group.span());
                std::mem::replace(group, empty)
            }
            _ => return syn::parse2(item.clone()),
        };
        match syn::parse2::<Self>(tokens.into_iter().collect()) {
            Ok(function) => Ok(Self::with(function, body)),
            // Errors point at the body as it is.
            Err(_) => syn::parse2(item.clone()),
        }
    }

    fn with(self, body: Group) -> Self {
        let words = Words::of(body.stream());
        Self {
            body,
            words,
            ..self
        }
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let ahead = input.fork();
        if !is_function(&ahead) {
            let mut error = input.error(
                "this attribute goes on a function; put it on each function that is an agent, a \
                 tool or a model call",
            );
            // Underline the item's first word, not the attribute.
            if let Ok(token) = input.parse::<TokenTree>() {
                error = syn::Error::new(token.span(), error.to_string());
            }
            skip(input);
            return Err(error);
        }
        // `safe` is said of functions without a body only.
        if input
            .fork()
            .parse::<Ident>()
            .is_ok_and(|word| word == "safe")
        {
            input.parse::<Ident>()?;
        }
        let signature: Signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(syn::Error::new(
                signature.ident.span(),
                "a function without a body cannot be recorded; put the attribute on a function \
                 that implements it, or on one that calls it",
            ));
        }
        let read = |body: Group| Self {
            attributes,
            visibility,
            signature,
            words: Words::of(body.stream()),
            body,
        };
        match input.parse::<TokenTree>()? {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Ok(read(group)),
            // A macro's `$body:block` comes in invisible delimiters.
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                let inner = syn::parse2::<TokenTree>(group.stream())?;
                match inner {
                    TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => {
                        Ok(read(body))
                    }
                    other => Err(syn::Error::new(
                        other.span(),
                        "expected the function's body",
                    )),
                }
            }
            other => Err(syn::Error::new(
                other.span(),
                "expected the function's body",
            )),
        }
    }
}

fn is_function(ahead: ParseStream<'_>) -> bool {
    loop {
        if ahead.peek(Token![fn]) {
            return true;
        }
        let qualifier = ahead.peek(Token![const])
            || ahead.peek(Token![async])
            || ahead.peek(Token![unsafe])
            || ahead.peek(Token![extern])
            || ahead.peek(syn::LitStr)
            || ahead
                .fork()
                .parse::<Ident>()
                .is_ok_and(|word| word == "safe");
        if !qualifier || ahead.parse::<TokenTree>().is_err() {
            return false;
        }
    }
}

fn skip(input: ParseStream<'_>) {
    while input.parse::<TokenTree>().is_ok() {}
}
