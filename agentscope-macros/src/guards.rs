//! What an expansion asks of the types of values, beside recording them.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::visit_mut::VisitMut as _;
use syn::{Path, Type};

use crate::class::Class;
use crate::leaf;
use crate::places::Classified;
use crate::sensitivity::Sensitivity;
use crate::tokens::{AnyLifetime, mentions_word, type_span};

/// A value that a class was said of.
pub(crate) struct Guard<'a> {
    pub(crate) private: &'a Path,
    pub(crate) ty: &'a Type,
    pub(crate) classified: &'a Classified,
    /// `argument `id``.
    pub(crate) subject: String,
    /// What to do instead of saying a class.
    pub(crate) instead: &'a str,
}

impl Guard<'_> {
    /// Whether its class shows something of it that only its type can tell whether it may be shown.
    pub(crate) fn is_shown(&self) -> bool {
        self.shows_parts() && !leaf::is_sure(self.ty)
    }

    /// The same of a result, by the type that the function declares.
    pub(crate) fn is_result_shown(&self, declared: &Type) -> bool {
        self.shows_parts() && !leaf::is_sure_result(declared)
    }

    fn shows_parts(&self) -> bool {
        let here = self.classified.unexplained();
        here.is_some_and(|here| here.treatment().shows_parts())
    }

    /// That what is shown of a value was classified, or is a leaf; `probed` is what is asked.
    pub(crate) fn shown(&self, probed: &TokenStream) -> Option<TokenStream> {
        let at = type_span(self.ty);
        let private = located(self.private, at);
        self.is_shown()
            .then(|| quote_spanned!(at=> (&#private::Probe(#probed)).__seen().__passes();))
    }

    /// What somebody said that the type may contradict.
    fn said_below(&self) -> Option<&Sensitivity> {
        let here = self.classified.unexplained()?;
        let stands = here.by_default || here.class == Class::Secret || leaf::is_leaf(self.ty);
        (!stands).then_some(here)
    }

    /// That a class which somebody said is not below those in the type: the call that asserts it.
    fn launders(&self) -> Option<TokenStream> {
        let here = self.said_below()?;
        let at = type_span(self.ty);
        let private = located(self.private, at);
        let mut ty = self.ty.clone();
        AnyLifetime.visit_type_mut(&mut ty);
        let (subject, class) = (&self.subject, here.class.word());
        let message = format!(
            "{subject} is classified `{class}`, but its type holds values classified higher; {}, \
             give a higher class, or say why: `{class}, reason = \"..\"`",
            self.instead
        );
        let class = here.class.variant();
        Some(quote_spanned! {at=>
            #private::holds_no_more(<#private::Highest<#ty>>::CLASS, #private::Class::#class, #message)
        })
    }

    /// The assertion as an item, which `cargo check` sees, of a type that an item can name: none
    /// that mentions one of those parameters.
    pub(crate) fn laundering_item(
        &self,
        is_parameter: &dyn Fn(&str) -> bool,
    ) -> Option<TokenStream> {
        self.said_below()?;
        if !is_nameable(self.ty, is_parameter) {
            return None;
        }
        let (call, private) = (self.launders()?, self.private);
        Some(quote! {
            const _: () = {
                #[allow(unused_imports)]
                use #private::Unclassified as _;
                #call
            };
        })
    }

    /// The assertion where an item cannot name the type: `cargo build` sees it.
    pub(crate) fn laundering_statement(
        &self,
        is_parameter: &dyn Fn(&str) -> bool,
    ) -> Option<TokenStream> {
        self.said_below()?;
        if is_nameable(self.ty, is_parameter) || has_holes(self.ty) {
            return None;
        }
        let (call, private) = (self.launders()?, self.private);
        Some(quote! {
            const {
                #[allow(unused_imports)]
                use #private::Unclassified as _;
                #call
            };
        })
    }
}

/// Whether an item beside the value can name the type.
fn is_nameable(ty: &Type, is_parameter: &dyn Fn(&str) -> bool) -> bool {
    // `for<'a>` binds lifetimes of its own.
    let opaque = |word: &str| matches!(word, "for" | "Self" | "impl") || is_parameter(word);
    !mentions_word(ty.to_token_stream(), &opaque)
}

fn has_holes(ty: &Type) -> bool {
    mentions_word(ty.to_token_stream(), &|word| word == "impl")
}

/// The runtime's module in a call that an error may be about, as if written at `at`.
pub(crate) fn located(private: &Path, at: proc_macro2::Span) -> TokenStream {
    let tokens = private.to_token_stream().into_iter();
    let tokens = tokens.map(|mut token| {
        token.set_span(at);
        token
    });
    tokens.collect()
}
