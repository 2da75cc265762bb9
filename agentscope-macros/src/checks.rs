//! Decides how every value of a function is classified, and reports every mistake at its place.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident};
use syn::{Attribute, FnArg, Pat, PatIdent, PatType, ReturnType, Token, Type};

use crate::arguments::{Arguments, Macro};
use crate::class::Class;
use crate::errors::Errors;
use crate::function::Function;
use crate::generics;
use crate::leaf;
use crate::manifest;
use crate::places::{Classified, Default as DefaultClass, Place};
use crate::sensitivity::{self, Sensitivity};
use crate::shape;

/// One argument other than `self`.
pub(crate) struct Argument {
    /// What it is called in telemetry.
    pub(crate) name: String,
    /// What the new signature binds it to.
    pub(crate) binding: Ident,
    pub(crate) ty: Type,
    pub(crate) classified: Classified,
    /// `#[cfg]` attributes: every mention of the argument needs them.
    pub(crate) cfgs: Vec<Attribute>,
    /// Lint attributes, which belong where the pattern is bound.
    pub(crate) lints: Vec<Attribute>,
    /// The pattern, where it is more than a name; `mut` is kept apart.
    pub(crate) pattern: Option<Pat>,
    pub(crate) mutability: Option<Token![mut]>,
}

/// What will be expanded.
pub(crate) struct Plan {
    pub(crate) function: Function,
    pub(crate) arguments: Vec<Argument>,
    /// Whether the arguments stay where the future of an `async fn` captures them: a local of the
    /// body would be stored beside it. What a pattern takes apart must become locals, and then all
    /// must, to be dropped in the right order.
    pub(crate) captured: bool,
    pub(crate) output: Classified,
    /// What the crate's first expansion says beside itself.
    pub(crate) tracked: Option<TokenStream>,
}

/// Takes our attributes out of the signature and checks everything.
pub(crate) fn check(
    kind: Macro,
    arguments: &Arguments,
    mut function: Function,
    errors: &mut Errors,
) -> Plan {
    if let Some(constness) = &function.signature.constness {
        let message = "a `const fn` cannot be recorded, for it may run in the compiler; remove `const` \
                       or the attribute";
        errors.at(constness, message);
    }
    if let Some(variadic) = &function.signature.variadic {
        errors.at(
            variadic,
            "a variadic function cannot be recorded; remove the attribute",
        );
    }
    let said_of_function = function
        .attributes
        .iter()
        .find(|it| sensitivity::is_sensitivity(it));
    if let Some(attribute) = said_of_function {
        let message = format!(
            "this is said of an argument, not of a function; the class of the result is \
             `#[{}(output = ..)]`",
            kind.name()
        );
        errors.at(attribute, message);
    }
    let classifies_output = said_of_function.is_some();
    let (of_crate, tracked) = manifest::default(errors);
    let default = arguments.default.map(|class| DefaultClass {
        class,
        of_crate: false,
    });
    let default = default.or(of_crate);
    let parameters = generics::unclassified(&function.signature.generics);
    let captured = is_captured(&function);
    let mut values = Vec::new();
    for (index, input) in function.signature.inputs.iter_mut().enumerate() {
        match input {
            FnArg::Receiver(receiver) => {
                if sensitivity::take(&mut receiver.attrs, errors).is_some() {
                    errors.at(
                        receiver.self_token,
                        "`self` is never recorded and needs no class",
                    );
                }
            }
            FnArg::Typed(input) => {
                let mut value = argument(kind, index, input, default, &parameters, errors);
                bind(&mut value, input, captured);
                values.push(value);
            }
        }
    }
    let output = match classifies_output {
        true => Classified::Here(Sensitivity::guess()),
        false => output(kind, arguments, default, &function, errors),
    };
    let cards = values.iter().filter_map(|value| match &value.classified {
        Classified::Here(here) => Some((here, &value.ty, value.name.as_str())),
        _ => None,
    });
    shape::check_cards("function", cards, errors);
    Plan {
        function,
        arguments: values,
        captured,
        output,
        tracked,
    }
}

fn argument(
    kind: Macro,
    index: usize,
    input: &mut PatType,
    default: Option<DefaultClass>,
    parameters: &[String],
    errors: &mut Errors,
) -> Argument {
    let said = sensitivity::take(&mut input.attrs, errors);
    let name = bound_name(&input.pat).map_or_else(|| format!("arg{index}"), |name| unraw(&name));
    let place = Place {
        noun: "argument",
        name: &name,
        other_name: None,
        ty: &input.ty,
        at: input.pat.to_token_stream(),
        default,
        how_to_default: &format!(
            "give all that has no class one: #[{}(default = secret)]",
            kind.name()
        ),
        suggested: Class::Secret,
    };
    let mut classified = place.classified(said, errors);
    let is_generic = generics::mentions(&input.ty, parameters) || generics::is_hidden(&input.ty);
    if let Some(here) = classified.unexplained()
        && !here.by_default
        && here.treatment().shows_parts()
        && is_generic
    {
        let subject = format!("argument `{name}`");
        errors.at(&input.pat, generics::refused(&subject, &input.ty, here));
        classified = Classified::Here(Sensitivity::guess());
    }
    let is_cfg = |attribute: &Attribute| attribute.path().is_ident("cfg");
    let cfgs = input
        .attrs
        .iter()
        .filter(|attribute| is_cfg(attribute))
        .cloned()
        .collect();
    let lints = input
        .attrs
        .iter()
        .filter(|attribute| is_lint(attribute))
        .cloned()
        .collect();
    Argument {
        name,
        binding: format_ident!("__arg{index}", span = Span::mixed_site()),
        ty: (*input.ty).clone(),
        classified,
        cfgs,
        lints,
        pattern: None,
        mutability: None,
    }
}

/// Replaces a pattern that is more than a name by a name of ours, as the compiler itself does; the
/// pattern is bound inside the body, so that values are dropped in the order they always were.
///
/// What is said of the binding goes with it, unless the names of the signature are captured.
fn bind(value: &mut Argument, input: &mut PatType, captured: bool) {
    match &mut *input.pat {
        Pat::Ident(name) if is_plain(name) => {
            value.binding = name.ident.clone();
            if captured {
                return;
            }
            value.mutability = name.mutability.take();
        }
        pattern => {
            let ours = Pat::Verbatim(value.binding.to_token_stream());
            value.pattern = Some(std::mem::replace(pattern, ours));
        }
    }
    input.attrs.retain(|attribute| !is_lint(attribute));
}

/// A name that the expansion may use. One that begins with `_` says that nobody does, and lints
/// look at that: it is bound as a pattern is.
fn is_plain(name: &PatIdent) -> bool {
    name.by_ref.is_none() && name.subpat.is_none() && !name.ident.to_string().starts_with('_')
}

fn is_captured(function: &Function) -> bool {
    let is_whole = |input: &FnArg| match input {
        FnArg::Receiver(_) => true,
        FnArg::Typed(input) => match &*input.pat {
            Pat::Ident(name) => {
                is_plain(name) || name.by_ref.is_none() && !function.words.may_use(&name.ident)
            }
            pattern => matches!(pattern, Pat::Wild(_)),
        },
    };
    let signature = &function.signature;
    signature.asyncness.is_some() && signature.inputs.iter().all(is_whole)
}

fn is_lint(attribute: &Attribute) -> bool {
    ["allow", "warn", "deny", "expect", "forbid"]
        .iter()
        .any(|lint| attribute.path().is_ident(lint))
}

/// The one name that a pattern binds, if it is one.
fn bound_name(pattern: &Pat) -> Option<Ident> {
    match pattern {
        Pat::Ident(name) => Some(name.ident.clone()),
        Pat::Reference(inner) => bound_name(&inner.pat),
        Pat::Paren(inner) => bound_name(&inner.pat),
        Pat::TupleStruct(fields) if fields.elems.len() == 1 => bound_name(&fields.elems[0]),
        _ => None,
    }
}

pub(crate) fn unraw(name: &Ident) -> String {
    let text = name.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}

fn output(
    kind: Macro,
    arguments: &Arguments,
    default: Option<DefaultClass>,
    function: &Function,
    errors: &mut Errors,
) -> Classified {
    if let Some(output) = &arguments.output {
        let too_low = output.kind.filter(|kind| kind.least > output.class);
        if let (Some(kind), None) = (too_low, &output.reason) {
            let message = format!(
                "the result is {} but is classified `{}`, below `{}`\n\
                 help: write output({}, kind = \"{}\"), or say why: output({}, kind = \"{}\", \
                 reason = \"..\")",
                kind.what,
                output.class.word(),
                kind.least.word(),
                kind.least.word(),
                kind.word,
                output.class.word(),
                kind.word,
            );
            errors.at(&function.signature.ident, message);
        }
        return Classified::Here(output.clone());
    }
    if let Some(default) = default {
        return Classified::Here(Sensitivity::by_default(default.class));
    }
    if let ReturnType::Type(_, ty) = &function.signature.output {
        if matches!(**ty, Type::Never(_)) {
            return Classified::Here(Class::Public.into());
        }
        let result = leaf::result_type(ty);
        if leaf::is_leaf(result) {
            let message = format!(
                "the output of {} `{}` (`{}`) has no sensitivity classification\n\
                 help: write #[{}(output = secret)], or another of {}\n\
                 help: or give all that has no class one: #[{}(default = secret)]",
                kind.name(),
                function.signature.ident,
                spelt(result),
                kind.name(),
                Class::ALL_BUT_SECRET,
                kind.name(),
            );
            errors.at(ty, message);
        }
    }
    Classified::ByType
}

/// A type as somebody would write it: without the spaces between tokens.
pub(crate) fn spelt(ty: &Type) -> String {
    let mut text = String::new();
    push_tokens(&mut text, ty.to_token_stream());
    text
}

fn push_tokens(text: &mut String, tokens: TokenStream) {
    use proc_macro2::{Delimiter, TokenTree};
    for token in tokens {
        match token {
            TokenTree::Ident(word) => {
                if text.ends_with(|last: char| last.is_alphanumeric() || last == '_') {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                push_tokens(text, group.stream());
                text.push_str(close);
            }
            TokenTree::Punct(punct) => {
                let spaced = matches!(punct.as_char(), '+' | '=') || text.ends_with("->");
                if spaced && punct.as_char() != '>' {
                    text.push(' ');
                }
                text.push(punct.as_char());
                if matches!(punct.as_char(), ',' | '+' | '=') {
                    text.push(' ');
                }
            }
            TokenTree::Literal(literal) => text.push_str(&literal.to_string()),
        }
    }
}
