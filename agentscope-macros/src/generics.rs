//! Type parameters that a type mentions: what is put in for them nobody can tell where they are
//! declared.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::visit_mut::{self, VisitMut};
use syn::{GenericParam, Generics, Type, TypeParamBound, WherePredicate};

use crate::leaf::Bounds;
use crate::sensitivity::Sensitivity;
use crate::tokens::mentions_word;

fn is_classify(bounds: &Bounds) -> bool {
    bounds.iter().any(|bound| match bound {
        TypeParamBound::Trait(bound) => {
            let last = bound.path.segments.last();
            last.is_some_and(|segment| segment.ident == "Classify")
        }
        _ => false,
    })
}

/// Whether there is an `impl Trait` in a type that nothing says to be classified.
pub(crate) fn is_hidden(ty: &Type) -> bool {
    struct Hidden(bool);
    impl VisitMut for Hidden {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            match ty {
                Type::ImplTrait(hidden) => self.0 |= !is_classify(&hidden.bounds),
                ty => visit_mut::visit_type_mut(self, ty),
            }
        }
    }
    let mut hidden = Hidden(false);
    hidden.visit_type_mut(&mut ty.clone());
    hidden.0
}

/// The type parameters that nothing says to be classified.
pub(crate) fn unclassified(generics: &Generics) -> Vec<String> {
    let is_classified = |name: &syn::Ident| {
        let clause = generics.where_clause.iter();
        let mut predicates = clause.flat_map(|clause| &clause.predicates);
        predicates.any(|predicate| match predicate {
            WherePredicate::Type(predicate) => {
                matches!(&predicate.bounded_ty, Type::Path(path) if path.path.is_ident(name))
                    && is_classify(&predicate.bounds)
            }
            _ => false,
        })
    };
    let parameters = generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(parameter),
            _ => None,
        });
    parameters
        .filter(|parameter| !is_classify(&parameter.bounds) && !is_classified(&parameter.ident))
        .map(|parameter| parameter.ident.to_string())
        .collect()
}

/// Whether a type mentions one of the parameters.
pub(crate) fn mentions(ty: &Type, parameters: &[String]) -> bool {
    let tokens: TokenStream = ty.to_token_stream();
    mentions_word(tokens, &|word| parameters.iter().any(|name| name == word))
}

/// What is wrong with a class that shows a value of such a type.
pub(crate) fn refused(subject: &str, ty: &Type, here: &Sensitivity) -> String {
    let class = here.class.word();
    let word = here.treatment().word();
    format!(
        "{subject} has a generic type, `{}`, so nobody can tell here what `{class}` (`{word}`) would \
         show\n\
         help: remove the class, and let the type say it: bind the parameter by \
         `agentscope::Classify`\n\
         help: or write a class that hides it: #[sensitivity(confidential)], \
         #[sensitivity(special)] or #[sensitivity(secret)]\n\
         help: or say why it may be shown: #[sensitivity({class}, reason = \"..\")]",
        crate::checks::spelt(ty)
    )
}
