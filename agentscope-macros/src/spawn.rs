//! Keeps the context where a body moves work to another task or thread.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Expr, Path, Token};

use crate::tokens::Words;

/// Functions that are known by their full path, and what their argument is wrapped in.
const SPAWNS: &[(&[&str], &str)] = &[
    (&["tokio", "spawn"], "in_cx"),
    (&["tokio", "task", "spawn"], "in_cx"),
    (&["tokio", "task", "spawn_local"], "in_cx"),
    (&["tokio", "task", "spawn_blocking"], "in_cx_fn"),
    (&["std", "thread", "spawn"], "in_cx_fn"),
];

/// Wraps the argument of each spawn in the tokens of a body, macros' arguments included. The body
/// is not parsed: what is half-typed stays as it is.
///
/// Only full paths are known to be what they say, and only where the body declares no `tokio` or
/// `std` of its own.
pub(crate) fn rewrite(private: &Path, words: &Words, body: &Group) -> Group {
    let is_written = |path: &[&str]| words.any(|word| path.last() == Some(&word));
    let hidden = |root: &str| declares(body.stream(), root);
    let spawns: Vec<_> = SPAWNS
        .iter()
        .filter(|(path, _)| is_written(path) && !hidden(path[0]))
        .copied()
        .collect();
    // Most bodies spawn nothing, and then stay the token that they are: a new group has one span,
    // where that of the user has one for each delimiter, and the compiler looks at those.
    match spawns.is_empty() {
        true => body.clone(),
        false => in_group(private, &spawns, body),
    }
}

/// An item, an import or a renaming of this name.
fn declares(tokens: TokenStream, name: &str) -> bool {
    declares_in(tokens, name, false)
}

fn declares_in(tokens: TokenStream, name: &str, mut importing: bool) -> bool {
    let mut before: Option<String> = None;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let declared = match &token {
            TokenTree::Ident(word) => {
                let word = word.to_string();
                importing |= word == "use";
                let goes_on = matches!(
                    tokens.peek(),
                    Some(TokenTree::Punct(punct)) if punct.as_char() == ':'
                );
                let after = before.replace(word.clone());
                let item = matches!(
                    after.as_deref(),
                    Some("mod" | "as" | "crate" | "struct" | "enum")
                );
                word == name && (item || importing && !goes_on)
            }
            TokenTree::Group(group) => {
                before = None;
                declares_in(group.stream(), name, importing)
            }
            TokenTree::Punct(punct) => {
                before = None;
                importing &= punct.as_char() != ';';
                false
            }
            TokenTree::Literal(_) => false,
        };
        if declared {
            return true;
        }
    }
    false
}

/// A spawn of somebody else's may take more, or less; what cannot be read stays as it is.
fn is_one_expression(arguments: TokenStream) -> bool {
    let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(arguments);
    arguments.is_ok_and(|arguments| arguments.len() == 1)
}

fn in_group(private: &Path, spawns: &[(&[&str], &str)], group: &Group) -> Group {
    let mut out = TokenStream::new();
    // The words of the path that ends here, as far as they are one path.
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0_usize;
    let mut after_word = false;
    // Of `mod name`: the runtime's module is imported in the body, and does not reach in there.
    let mut words_of_module = 0_usize;
    for token in group.stream() {
        words_of_module = match &token {
            TokenTree::Ident(word) if word == "mod" => 1,
            TokenTree::Ident(_) if words_of_module == 1 => 2,
            TokenTree::Group(_) if words_of_module == 2 => {
                out.extend([token]);
                words_of_module = 0;
                path.clear();
                (colons, after_word) = (0, false);
                continue;
            }
            _ => 0,
        };
        match &token {
            TokenTree::Ident(word) => {
                if !(colons == 2 && (after_word || path.is_empty())) {
                    path.clear();
                }
                path.push(word.to_string());
                (colons, after_word) = (0, true);
                out.extend([token]);
                continue;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                colons += 1;
                if !after_word {
                    path.clear();
                }
                out.extend([token]);
                continue;
            }
            TokenTree::Group(arguments) => {
                let wrapper = (colons == 0 && arguments.delimiter() == Delimiter::Parenthesis)
                    .then(|| spawns.iter().find(|(words, _)| path == *words))
                    .flatten();
                let inner = in_group(private, spawns, arguments);
                let inner = match wrapper {
                    Some((_, wrapper)) if is_one_expression(arguments.stream()) => {
                        let wrapper = proc_macro2::Ident::new(wrapper, arguments.span());
                        let arguments = inner.stream();
                        let call = quote_spanned!(inner.span()=> #private::#wrapper(#arguments));
                        let mut wrapped = Group::new(Delimiter::Parenthesis, call);
                        wrapped.set_span(inner.span());
                        wrapped
                    }
                    _ => inner,
                };
                out.extend([TokenTree::Group(inner)]);
            }
            _ => out.extend([token]),
        }
        path.clear();
        (colons, after_word) = (0, false);
    }
    let mut rewritten = Group::new(group.delimiter(), out);
    rewritten.set_span(group.span());
    rewritten
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;
    use syn::parse_quote;

    fn rewritten(body: TokenStream) -> String {
        let group = Group::new(Delimiter::Brace, body);
        let words = Words::of(group.stream());
        rewrite(&parse_quote!(r), &words, &group)
            .stream()
            .to_string()
    }

    #[test]
    fn spawns_by_full_path_are_wrapped_wherever_they_are() {
        for (written, expected) in [
            (
                quote!(tokio::spawn(f())),
                quote!(tokio::spawn(r::in_cx(f()))),
            ),
            (
                quote!(::tokio::spawn(f())),
                quote!(::tokio::spawn(r::in_cx(f()))),
            ),
            (
                quote!(let a = join!(tokio::task::spawn(async { tokio::spawn(g) }));),
                quote!(let a = join!(tokio::task::spawn(r::in_cx(async { tokio::spawn(r::in_cx(g)) })));),
            ),
            (
                quote!(std::thread::spawn(move || 1).join()),
                quote!(std::thread::spawn(r::in_cx_fn(move || 1)).join()),
            ),
            (
                quote!(&tokio::task::spawn_blocking(f,)),
                quote!(&tokio::task::spawn_blocking(r::in_cx_fn(f,))),
            ),
        ] {
            assert_eq!(rewritten(written), expected.to_string());
        }
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        for written in [
            quote!(spawn(f())),
            quote!(x::tokio::spawn(f())),
            quote!(set.spawn(f())),
            quote!(tokio.spawn(f())),
            quote!(tokio::spawn::<F>(f())),
            quote!(let f = tokio::spawn; f(g())),
            quote!(tokio::spawn()),
            quote!(mod tokio {}, tokio::spawn(f())),
            quote!(
                mod inner {
                    fn g() {
                        std::thread::spawn(f)
                    }
                }
            ),
            quote!(use fake as tokio;, tokio::spawn(f())),
            quote!(a: tokio::task::spawn_local_on(f())),
        ] {
            assert_eq!(rewritten(written.clone()), written.to_string());
        }
    }
}
