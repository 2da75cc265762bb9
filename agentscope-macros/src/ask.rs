//! What an annotated function asks of the types of its values.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{ReturnType, Type};

use crate::arguments::{Arguments, Macro};
use crate::checks::{Argument, Plan};
use crate::expand::Expansion;
use crate::function::Function;
use crate::guards::Guard;
use crate::leaf;
use crate::places::Classified;
use crate::resolve;
use crate::returns::Returns;
use crate::tokens::type_span;

/// What the body of a function with mistakes asks of the types of its arguments: they are wrong or
/// right whatever else is wrong.
pub(crate) fn alone(kind: Macro, arguments: &Arguments, plan: &Plan) -> Option<TokenStream> {
    let signature = &plan.function.signature;
    let is_asked = |value: &&Argument| value.pattern.is_none() && !is_guess(&value.classified);
    let by_type = |value: &Argument| matches!(value.classified, Classified::ByType);
    if signature.constness.is_some() || !plan.arguments.iter().filter(is_asked).any(by_type) {
        return None;
    }
    let runtime = resolve::runtime(arguments.runtime.as_ref());
    let (import, private) = resolve::private(&runtime);
    let expansion = Expansion {
        kind,
        arguments,
        values: &plan.arguments,
        captured: plan.captured,
        output: &plan.output,
        private,
        declared: false,
        declared_span: Span::call_site(),
    };
    let values = plan.arguments.iter().filter(is_asked);
    let checks = values.map(|value| {
        let checks = expansion.checks(value, &plan.function);
        let (recorded, cfgs) = (expansion.recorded(value), &value.cfgs);
        let shown = expansion.is_shown(value);
        let shown = shown.then(|| quote!(#(#cfgs)* let _ = #recorded;));
        quote!(#shown #checks)
    });
    Some(quote!({ #import #(#checks)* }))
}

fn is_guess(classified: &Classified) -> bool {
    matches!(classified, Classified::Here(here) if here.is_guess)
}

impl Expansion<'_> {
    /// The checks of one argument, as statements; `recorded` makes that of what is shown.
    pub(crate) fn checks(&self, value: &Argument, function: &Function) -> TokenStream {
        let Argument {
            binding, cfgs, ty, ..
        } = value;
        match &value.classified {
            Classified::ByType => {
                let at = type_span(ty);
                let here = self.private_at(at);
                quote_spanned!(at=> #(#cfgs)* #here::classified(&#binding);)
            }
            Classified::Here(_) => {
                let launders = self.statement(&self.guard(value), function);
                let launders = launders.map(|launders| quote!(#(#cfgs)* #launders));
                quote!(#launders)
            }
            Classified::Keyed(_) => TokenStream::new(),
        }
    }

    /// Whether the class of an argument shows something of it that only its type can tell whether it
    /// may be shown.
    pub(crate) fn is_shown(&self, value: &Argument) -> bool {
        self.guard(value).is_shown()
    }

    fn guard<'a>(&'a self, value: &'a Argument) -> Guard<'a> {
        Guard {
            private: &self.private,
            ty: &value.ty,
            classified: &value.classified,
            subject: format!("argument `{}`", value.name),
            instead: "remove the class, so that they have theirs",
        }
    }

    /// The classes that are below those in their types, of types that an item in the body can name.
    pub(crate) fn laundering_items(&self, function: &Function) -> TokenStream {
        // A method's types may mention a parameter of the `impl` around it.
        if function.signature.receiver().is_some() {
            return TokenStream::new();
        }
        let is_parameter = |word: &str| is_parameter(function, word);
        let of_values = self.values.iter().filter_map(|value| {
            let cfgs = &value.cfgs;
            let item = self.guard(value).laundering_item(&is_parameter)?;
            Some(quote!(#(#cfgs)* #item))
        });
        let output = self.output_type(function);
        let of_output = output.and_then(|ty| self.output_guard(ty).laundering_item(&is_parameter));
        quote!(#(#of_values)* #of_output)
    }

    fn statement(&self, guard: &Guard<'_>, function: &Function) -> Option<TokenStream> {
        if function.signature.receiver().is_some() {
            return guard.laundering_statement(&|_: &str| true);
        }
        guard.laundering_statement(&|word: &str| is_parameter(function, word))
    }

    fn output_type<'f>(&self, function: &'f Function) -> Option<&'f Type> {
        match &function.signature.output {
            ReturnType::Type(_, ty) if !matches!(**ty, Type::Never(_)) => {
                Some(leaf::result_type(ty))
            }
            _ => None,
        }
    }

    fn output_guard<'a>(&'a self, ty: &'a Type) -> Guard<'a> {
        Guard {
            private: &self.private,
            ty,
            classified: self.output,
            subject: "the result".to_owned(),
            instead: "remove `output = ..`, so that they have theirs",
        }
    }

    /// Whether the result is shown by a class that only its type can tell whether it may. The items
    /// of a stream or an iterator are never shown.
    pub(crate) fn is_output_shown(&self, returns: &Returns, function: &Function) -> bool {
        let method = returns.method.to_string();
        let is_many = method.contains("stream") || method.contains("iterator");
        let output = self.output_type(function);
        let declared = match &function.signature.output {
            ReturnType::Type(_, ty) => ty,
            ReturnType::Default => return false,
        };
        let is_shown = |ty| self.output_guard(ty).is_result_shown(declared);
        !is_many && !returns.diverges && output.is_some_and(is_shown)
    }
}

/// Whether a word may be a type parameter: the function's own, or, what the macro cannot see, one of
/// the `impl` around it, which are mostly one capital letter.
fn is_parameter(function: &Function, word: &str) -> bool {
    let generics = &function.signature.generics;
    let mut types = generics.type_params().map(|parameter| &parameter.ident);
    let mut consts = generics.const_params().map(|parameter| &parameter.ident);
    matches!(word.as_bytes(), [b'A'..=b'Z'])
        || types.any(|name| name == word)
        || consts.any(|name| name == word)
}
