//! Moves the arguments into the body, so that they are dropped when and in the order that they are
//! without us, and lints about them are the same.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Expr, ReceiverKind, Type};

use crate::checks::Argument;
use crate::expand::Expansion;
use crate::function::Function;
use crate::leaf;
use crate::tokens::mentions;

impl Expansion<'_> {
    /// For a body in a closure: each argument becomes a local of it.
    pub(crate) fn rebound(&self, function: &Function) -> TokenStream {
        let own_self = self.own_self(function);
        let values = self.values.iter().map(|value| {
            let Argument {
                binding,
                cfgs,
                lints,
                mutability,
                pattern,
                ..
            } = value;
            let used = self.used_by_attribute(value);
            match pattern {
                None => quote!(#(#cfgs)* #(#lints)* #used let #mutability #binding = #binding;),
                // `mut` for a pattern that says `ref mut`.
                Some(pattern) => quote! {
                    #(#cfgs)* #[allow(unused_mut)] let mut #binding = #binding;
                    // `_name` has no effect on purpose.
                    #(#cfgs)* #(#lints)* #[allow(clippy::no_effect_underscore_binding)]
                    let #pattern = #binding;
                },
            }
        });
        quote!(#own_self #(#values)*)
    }

    /// For the body of an `async fn`: each argument is captured and stays where it is, for a local
    /// would be stored beside it. What is captured is dropped in the order of its first mention,
    /// which this is. The second part is for after the call was opened.
    pub(crate) fn captured(&self, function: &Function) -> (TokenStream, TokenStream) {
        let own_self = self.own_self(function);
        // What is never dropped has no order, and what is alone has none.
        let is_dropped = |value: &&Argument| {
            !matches!(value.ty, Type::Reference(_)) && !leaf::is_primitive(&value.ty)
        };
        let mentioned = self.values.iter().rev().filter(is_dropped);
        let mentioned =
            mentioned.map(|Argument { binding, cfgs, .. }| quote!(#(#cfgs)* let _ = &#binding;));
        let mentioned: Vec<_> = mentioned.collect();
        let mentioned = match (&mentioned[..], &own_self) {
            ([_], None) => &[],
            (mentioned, _) => mentioned,
        };
        let bound = self.values.iter().map(|value| {
            let Argument {
                binding,
                cfgs,
                lints,
                pattern,
                ..
            } = value;
            let is_used = pattern.is_some() || function.words.may_use(binding);
            if is_used {
                return TokenStream::new();
            }
            // Something that is not used is said to be so.
            let used = self.used_by_attribute(value);
            quote!(#(#cfgs)* #(#lints)* #used let #binding = &#binding;)
        });
        (quote!(#(#mentioned)* #own_self), quote!(#(#bound)*))
    }

    /// An argument that only the attribute uses is used.
    fn used_by_attribute(&self, value: &Argument) -> Option<TokenStream> {
        let says = |expression: &Expr| mentions(expression.to_token_stream(), &value.binding);
        self.expressions()
            .any(says)
            .then(|| quote!(#[allow(unused_variables)]))
    }

    /// Captures `self` whole where the body uses it, so that it is dropped last, as before.
    fn own_self(&self, function: &Function) -> Option<TokenStream> {
        let receiver = function.signature.receiver()?;
        let by_value = matches!(&receiver.kind, ReceiverKind::Value)
            || matches!(&receiver.kind, ReceiverKind::Typed(_, ty) if !matches!(**ty, Type::Reference(_)));
        (by_value && function.words.any(|word| word == "self")).then(|| {
            let this = receiver.self_token;
            quote!(let _ = &#this;)
        })
    }
}
