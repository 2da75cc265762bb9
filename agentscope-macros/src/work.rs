//! How the body runs inside its call.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Lifetime, ReturnType};

use crate::arguments::Macro;
use crate::exits;
use crate::expand::Expansion;
use crate::function::Function;
use crate::leaf;
use crate::places::Classified;
use crate::returns::{self, Returns};
use crate::spawn;
use crate::tokens::{hidden, type_span};

impl Expansion<'_> {
    /// The expression that replaces the body.
    pub(crate) fn work(&self, function: &Function, body: &Group) -> TokenStream {
        let said = self.arguments.returns.as_ref();
        let returns = returns::of(&function.signature, said, self.declared_span);
        let body = match self.arguments.keeps_spawns {
            true => body.clone(),
            false => spawn::rewrite(&self.private, &function.words, body),
        };
        // The label silences `unused_braces` on a body of one expression.
        let label = Lifetime::new("'__agentscope", body.span_open());
        if function.signature.asyncness.is_some() {
            return self.in_future(function, &returns, &quote!(#label: #body));
        }
        // A closure would tell its own line for the caller's, and a `mut self` that it has captured
        // is said not to be read. A body that may leave the function early needs one all the same:
        // how it ends matters more.
        let in_place = ((tracks_caller(function) || has_mut_self(function)) && !returns.diverges)
            .then(|| exits::one_way_out(&body, &label, &self.private))
            .flatten();
        match in_place {
            Some(body) => self.in_place(function, &returns, &quote!(#label: #body)),
            None => self.in_closure(function, &returns, &quote!(#label: #body)),
        }
    }

    fn in_future(&self, function: &Function, returns: &Returns, body: &TokenStream) -> TokenStream {
        let private = &self.private;
        let begin = match self.refuse() {
            None => self.begin(function),
            Some(refuse) => {
                let begin = self.open("begin_unless_refused", function);
                let refused = hidden(REFUSED);
                quote!(if let ::core::option::Option::Some(#refused) = #begin { return #refuse; })
            }
        };
        let to_async = quote_spanned!(shown_at(function)=> async move);
        let (captured, bound) = match self.captured {
            true => self.captured(function),
            false => (TokenStream::new(), self.rebound(function)),
        };
        let pinned = self.pinned(returns);
        let body = quote!(#to_async { #captured #begin #pinned #bound #body });
        let called = match returns.holes {
            true => {
                let decide = self.decide(function, returns);
                quote!(#private::async_call_of(#body, #decide))
            }
            // A closure would be one more thing to compile.
            false => {
                let (at, ty) = (returns.method.span(), &returns.body);
                let here = self.private_at(at);
                let tag = quote_spanned!(at=> #here::Tag::<#ty>::NEW);
                let decision = self.decision(function, returns, &tag);
                quote!(#private::async_call(#body, #decision))
            }
        };
        let budget = self.arguments.is_limited();
        let budget = budget.then(|| quote!(.__with_budget()));
        diverging(returns, quote!(#called #budget.await))
    }

    fn in_place(&self, function: &Function, returns: &Returns, body: &TokenStream) -> TokenStream {
        let private = &self.private;
        let (opened, open) = self.opened(function);
        let bindings = self.rebound(function);
        let decide = self.decide(function, returns);
        let ty = &returns.body;
        let [inside, value] = ["__inside", "__value"].map(hidden);
        let body = match &returns.future_of {
            Some(yields) => quote!(#private::future_of::<#yields, _>({ #bindings #body })),
            None => quote!({ #bindings #body }),
        };
        let refused = hidden(REFUSED);
        let body = match self.refuse() {
            None => body,
            Some(refuse) => quote! {
                match #refused {
                    ::core::option::Option::None => #body,
                    ::core::option::Option::Some(#refused) => #refuse,
                }
            },
        };
        quote! {
            #opened
            let #inside = #private::inside(#open);
            let #value: #ty = #body;
            #private::leave(#inside, #value, #decide)
        }
    }

    fn in_closure(
        &self,
        function: &Function,
        returns: &Returns,
        body: &TokenStream,
    ) -> TokenStream {
        let private = &self.private;
        let (opened, open) = self.opened(function);
        let refused = hidden(REFUSED);
        let refuse = self.refuse().map(|refuse| {
            quote!(if let ::core::option::Option::Some(#refused) = #refused { return #refuse; })
        });
        let bindings = self.rebound(function);
        let bindings = quote!(#refuse #bindings);
        let decide = self.decide(function, returns);
        let ty = &returns.body;
        let pinned = self.pinned(returns);
        let to_call = quote_spanned!(shown_at(function)=> move ||);
        let called = match (&returns.future_of, returns.holes) {
            (Some(yields), _) => {
                let body = quote!(#to_call { #bindings #body });
                quote!(#private::call_future::<#yields, _, _, _>(#open, #body, #decide))
            }
            (None, true) => {
                quote!(#private::call(#open, #to_call { #pinned #bindings #body }, #decide))
            }
            (None, false) => {
                quote!(#private::call(#open, #to_call -> #ty { #bindings #body }, #decide))
            }
        };
        let called = diverging(returns, called);
        quote!(#opened #called)
    }

    /// What opens the call of a function that is not `async`; before it what is to be done first.
    fn opened(&self, function: &Function) -> (Option<TokenStream>, TokenStream) {
        let open = match self.arguments.is_limited() {
            true => "open_with_budget",
            false => "open",
        };
        let open = self.open(open, function);
        match self.arguments.enforces_budget {
            None => (None, open),
            Some(_) => {
                let [call, refused] = ["__call", REFUSED].map(hidden);
                let opened = quote!(let #call = #open; let #refused = #call.refused(););
                (Some(opened), quote!(#call))
            }
        }
    }

    /// What a function returns that is not run, if a budget can keep it from that.
    fn refuse(&self) -> Option<TokenStream> {
        let at = self.arguments.enforces_budget?;
        let private = self.private_at(at);
        let refused = hidden(REFUSED);
        Some(quote_spanned!(at=> #private::refuse(#refused)))
    }

    /// Never runs; says the type of a body where it cannot be written on a closure.
    fn pinned(&self, returns: &Returns) -> TokenStream {
        let (private, ty) = (&self.private, &returns.body);
        quote! {
            if false {
                return #private::never::<#ty>();
            }
        }
    }

    /// The closure that decides, by the type of what the body returns, when the call ends and what
    /// is recorded then.
    fn decide(&self, function: &Function, returns: &Returns) -> TokenStream {
        let tag = Ident::new("__tag", returns.method.span());
        let decision = self.decision(function, returns, &tag.to_token_stream());
        quote!(|#tag| #decision)
    }

    fn decision(&self, function: &Function, returns: &Returns, tag: &TokenStream) -> TokenStream {
        let method = &returns.method;
        // An error about the declared type points at it: all of the call is written there.
        let at = method.span();
        let yields = returns.yields.iter();
        let decided = quote_spanned!(at=> #tag.#method #(::<#yields>)* ());
        let judged = quote_spanned!(at=> #decided.__judged());
        let classified = match self.output {
            Classified::Here(_) if self.is_output_shown(returns, function) => {
                let at = self.declared_span;
                quote_spanned!(at=> (&#judged).__seen().__passes())
            }
            Classified::Here(_) | Classified::Keyed(_) => judged,
            // An error about a missing class points at the declared type.
            Classified::ByType => {
                let check = quote_spanned!(self.declared_span=> .__classified());
                quote!(#judged #check)
            }
        };
        let used = self.arguments.usage.as_ref().map(|usage| {
            let at = usage.span();
            let private = self.private_at(at);
            let [value, output] = ["__value", "__output"].map(|name| Ident::new(name, at));
            quote_spanned! {at=>
                .__used(|#value, #output| #output.usage(#private::apply(#value, #usage)))
            }
        });
        let checked = self.arguments.result_schema.as_ref().map(|schema| {
            let at = type_span(schema);
            let [value, output] = ["__value", "__output"].map(|name| Ident::new(name, at));
            quote_spanned! {at=>
                .__checked(|#value, #output| #output.result_schema::<#schema>(#value))
            }
        });
        let told = quote!((&#classified).__shown().__told());
        // A number, or a text by its primitive name, is no answer of a model.
        let may_be_answer = self.kind == Macro::Inference
            && match &function.signature.output {
                ReturnType::Type(_, ty) => !leaf::is_primitive_result(ty),
                ReturnType::Default => false,
            };
        let answered = match may_be_answer {
            true => quote!(#told.__answered()),
            false => told,
        };
        quote!(#answered #used #checked)
    }
}

/// The local that says why a body is not run.
const REFUSED: &str = "__refused";

/// What yields an `Infallible` never yields.
fn diverging(returns: &Returns, work: TokenStream) -> TokenStream {
    match returns.diverges {
        true => quote!(match #work {}),
        false => work,
    }
}

fn tracks_caller(function: &Function) -> bool {
    let tracks = |attribute: &Attribute| attribute.path().is_ident("track_caller");
    function.attributes.iter().any(tracks)
}

fn has_mut_self(function: &Function) -> bool {
    let receiver = function.signature.receiver();
    receiver.is_some_and(|receiver| receiver.mutability.is_some())
}

/// Where the compiler explains what a body must return it points at the closure or the block that we
/// put the body in: that shall be the user's signature, not the attribute.
fn shown_at(function: &Function) -> Span {
    Span::mixed_site().located_at(function.signature.ident.span())
}
