//! Re-emits an item untouched beside the errors about it, so that one mistake makes one error and
//! the rest of the crate still sees the item.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use crate::arguments::{Arguments, Macro};
use crate::ask;
use crate::checks::Plan;
use crate::errors::Errors;
use crate::tokens;

/// The item and the errors about it, with what is asked of its types: what is wrong there is said
/// at once with the rest. That goes into its body, where all that the types mention can be named.
pub(crate) fn checked(
    kind: Macro,
    arguments: &Arguments,
    plan: &Plan,
    errors: Errors,
    tokens: TokenStream,
) -> TokenStream {
    let checks = ask::alone(kind, arguments, plan);
    let item = match checks {
        Some(checks) => with_checks(tokens, &checks),
        None => tokens,
    };
    beside(errors.into_compile_errors(), item)
}

/// The function with something before its body, which is its last token.
fn with_checks(tokens: TokenStream, checks: &TokenStream) -> TokenStream {
    let mut tokens: Vec<_> = tokens.into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.pop() {
        let (inner_attributes, rest) = tokens::split_inner_attributes(&body);
        let inner_attributes = inner_attributes.iter();
        let rest = rest.stream();
        let mut checked = Group::new(
            body.delimiter(),
            quote!(#(#inner_attributes)* #checks #rest),
        );
        checked.set_span(body.span());
        tokens.push(TokenTree::Group(checked));
    }
    tokens.into_iter().collect()
}

/// The item and the errors about it.
pub(crate) fn beside(errors: TokenStream, tokens: TokenStream) -> TokenStream {
    let is_closure = match tokens.clone().into_iter().next() {
        Some(TokenTree::Punct(bar)) => bar.as_char() == '|',
        Some(TokenTree::Ident(word)) => word == "move",
        _ => false,
    };
    let item = item(tokens);
    match is_closure {
        // An expression has no room beside it.
        true => quote!({ #errors; #item }),
        false => quote!(#item #errors),
    }
}

/// The item without `#[sensitivity(..)]`, which only our macros understand.
fn item(tokens: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let (TokenTree::Punct(punct), Some(TokenTree::Group(group))) = (&token, tokens.peek())
            && punct.as_char() == '#'
            && is_ours(group)
        {
            tokens.next();
            continue;
        }
        out.extend([match token {
            // Arguments are in parentheses; a body is left alone. So is whatever need not change: a
            // new group has one span, where that of the user has one for each delimiter.
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Parenthesis
                    && tokens::mentions_word(group.stream(), &|word| word == "sensitivity") =>
            {
                let mut cleaned = Group::new(group.delimiter(), item(group.stream()));
                cleaned.set_span(group.span());
                TokenTree::Group(cleaned)
            }
            other => other,
        }]);
    }
    out
}

fn is_ours(group: &Group) -> bool {
    group.delimiter() == Delimiter::Bracket
        && matches!(
            group.stream().into_iter().next(),
            Some(TokenTree::Ident(word)) if word == "sensitivity"
        )
}
