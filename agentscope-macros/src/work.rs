//! How the body runs inside its call.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Lifetime};

use crate::expand::Expansion;
use crate::function::Function;
use crate::returns::{self, Returns};
use crate::spawn;
use crate::tokens::leaves_early;

impl Expansion<'_> {
    /// The expression that replaces the body.
    pub(crate) fn work(&self, function: &Function, body: &Group) -> TokenStream {
        let private = &self.private;
        let said = self.arguments.returns.as_ref();
        let returns = returns::of(&function.signature, said, self.declared_span);
        let open = self.open(function);
        let bindings = self.bindings(function);
        let decide = self.decide(&returns);
        let on_value = self.on_value();
        let on_error = self.on_error();
        let rewritten = match self.arguments.keeps_spawns {
            true => body.clone(),
            false => spawn::rewrite(private, body),
        };
        // The label silences `unused_braces` on a body of one expression.
        let label = Lifetime::new("'__agentscope", body.span_open());
        let body = quote!(#bindings #label: #rewritten);
        let Returns {
            body: ty,
            holes,
            future_of,
            diverges,
            ..
        } = &returns;
        // Where the compiler explains what a body must return it points at the closure or the block
        // that we put the body in: that shall be the user's signature, not the attribute.
        let at = Span::mixed_site().located_at(function.signature.ident.span());
        let (to_async, to_call) = (
            quote_spanned!(at=> async move),
            quote_spanned!(at=> move ||),
        );
        // Never runs; says the type of a body where it cannot be written on a closure.
        let pinned = quote! {
            if false {
                return #private::never::<#ty>();
            }
        };
        let work = if function.signature.asyncness.is_some() {
            quote! {
                #private::async_call(#open, #to_async { #pinned #body }, #decide)
                    .finish(#on_value, #on_error)
                    .await
            }
        } else {
            let run = match (future_of, holes) {
                // A closure would tell its own line for the caller's. A body that may leave early
                // needs one all the same: how it ends matters more.
                _ if stays_inside(function) && !diverges => {
                    let [inside, value] = ["__inside", "__value"].map(self.local);
                    quote! {
                        let #inside = #private::inside(#open);
                        let #value: #ty = { #body };
                        #private::leave(#inside, #value, #decide)
                    }
                }
                (Some(yields), _) => {
                    quote!(#private::call_future::<#yields, _, _, _>(#open, #to_call { #body }, #decide))
                }
                (None, true) => quote!(#private::call(#open, #to_call { #pinned #body }, #decide)),
                (None, false) => quote!(#private::call(#open, #to_call -> #ty { #body }, #decide)),
            };
            quote!(#run.finish(#on_value, #on_error))
        };
        match diverges {
            true => quote!(match #work {}),
            false => work,
        }
    }

    /// The closure that decides, by the type of what the body returns, when the call ends.
    fn decide(&self, returns: &Returns) -> TokenStream {
        let private = &self.private;
        let method = &returns.method;
        // An error about the declared type points at it: all of the call is written there.
        let at = method.span();
        let tag = Ident::new("__tag", at);
        let decided = quote_spanned!(at=> #tag.#method());
        quote! {
            |#tag| {
                #[allow(unused_imports)]
                use #private::decide::*;
                #decided.judged()
            }
        }
    }
}

fn stays_inside(function: &Function) -> bool {
    let tracks = |attribute: &Attribute| attribute.path().is_ident("track_caller");
    function.attributes.iter().any(tracks) && !leaves_early(function.body.stream())
}
