//! Gives a body one way out, its end, so that it can stay in the function: a closure would tell
//! its own line where `#[track_caller]` promises the caller's.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprTry, Item, Lifetime, Macro, Path, parse_quote};

/// Macros of the standard library: none leaves the function by returning.
const STAYS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "column",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "file",
    "format",
    "format_args",
    "include_str",
    "line",
    "matches",
    "module_path",
    "option_env",
    "panic",
    "print",
    "println",
    "stringify",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// The body with `break 'label ..` for each `return` and `?`. `None` where a macro may hide one, or
/// where the body cannot be read.
pub(crate) fn one_way_out(body: &Group, label: &Lifetime, private: &Path) -> Option<TokenStream> {
    let mut block: Block = syn::parse2(TokenTree::Group(body.clone()).into()).ok()?;
    let mut exits = Exits {
        label,
        private,
        hidden: false,
    };
    exits.visit_block_mut(&mut block);
    (!exits.hidden).then(|| block.into_token_stream())
}

struct Exits<'a> {
    label: &'a Lifetime,
    private: &'a Path,
    hidden: bool,
}

impl VisitMut for Exits<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        // What these return they return from themselves.
        if matches!(
            expression,
            Expr::Closure(_) | Expr::Async(_) | Expr::Const(_)
        ) {
            return;
        }
        visit_mut::visit_expr_mut(self, expression);
        let Self { label, private, .. } = self;
        let at = expression.span();
        match expression {
            Expr::Return(exit) => {
                let value = exit
                    .expr
                    .as_ref()
                    .map_or(quote!(()), |value| quote!(#value));
                // `#[cfg]` decides whether there is an exit at all.
                let attributes = &exit.attrs;
                let exit = quote_spanned!(at=> break #label #value);
                *expression = Expr::Verbatim(quote!(#(#attributes)* #exit));
            }
            Expr::Try(question) => {
                let ExprTry {
                    attrs, expr: value, ..
                } = question;
                *expression = parse_quote! {
                    #(#attrs)*
                    match #private::branch(#value) {
                        ::core::ops::ControlFlow::Continue(value) => value,
                        ::core::ops::ControlFlow::Break(rest) => break #label #private::from_rest(rest),
                    }
                };
            }
            _ => {}
        }
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_macro_mut(&mut self, called: &mut Macro) {
        let stays = called
            .path
            .get_ident()
            .is_some_and(|name| STAYS.contains(&name.to_string().as_str()));
        self.hidden |= !stays || leaves(called.tokens.clone());
    }
}

/// Whether there is a `return` or a `?` among the tokens of a macro.
fn leaves(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "return",
        TokenTree::Punct(punct) => punct.as_char() == '?',
        TokenTree::Group(group) => leaves(group.stream()),
        TokenTree::Literal(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::{Delimiter, Span};

    fn rewritten(body: TokenStream) -> Option<String> {
        let label = Lifetime::new("'l", Span::call_site());
        let body = Group::new(Delimiter::Brace, body);
        one_way_out(&body, &label, &parse_quote!(r)).map(|tokens| tokens.to_string())
    }

    #[test]
    fn a_return_becomes_a_break() {
        let body = quote!(if a { return; } let f = |b| return 1; 2);
        let expected = quote!({
            if a {
                break 'l ();
            }
            let f = |b| return 1;
            2
        });
        assert_eq!(rewritten(body), Some(expected.to_string()));
    }

    #[test]
    fn attributes_of_an_exit_stay() {
        let body = quote!(#[cfg(a)] return 1; #[cfg(b)] c?; 2);
        let rewritten = rewritten(body).expect("nothing is hidden");
        for kept in [
            quote!(#[cfg(a)] break 'l 1;),
            quote!(#[cfg(b)] match r::branch(c)),
        ] {
            assert!(rewritten.contains(&kept.to_string()), "{rewritten}");
        }
    }

    #[test]
    fn what_a_macro_may_hide_is_not_rewritten() {
        for hidden in [
            quote!(bail!("no")),
            quote!(vec![a?];),
            quote!(x::assert!(a);),
            quote!(a. ;),
        ] {
            assert_eq!(rewritten(hidden.clone()), None, "{hidden}");
        }
        assert!(rewritten(quote!(assert!(a != b); vec![!a])).is_some());
    }
}
