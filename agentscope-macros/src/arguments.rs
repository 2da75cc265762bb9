//! Parses what stands in the parentheses of an attribute.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, LitStr, Path, Token};

use crate::class::Class;
use crate::errors::Errors;
use crate::returns;
use crate::suggest;

/// Which attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Macro {
    Agent,
    Tool,
    Inference,
}

impl Macro {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Tool => "tool",
            Self::Inference => "inference",
        }
    }

    fn known(self) -> Vec<&'static str> {
        let own: &[_] = match self {
            Self::Agent => &[
                "mode",
                "tier",
                "version",
                "model",
                "system_prompt",
                "token_budget",
                "iteration_limit",
                "user",
                "task",
                "tenant",
            ],
            Self::Tool => &["description", "reason", "effect", "listed"],
            Self::Inference => &[
                "provider",
                "model",
                "operation",
                "temperature",
                "seed",
                "usage",
            ],
        };
        ["name", "default", "output", "returns", "spawn", "crate"]
            .into_iter()
            .chain(own.iter().copied())
            .collect()
    }
}

/// What the attribute says.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) name: Option<Expr>,
    pub(crate) default: Option<Class>,
    pub(crate) output: Option<Class>,
    pub(crate) runtime: Option<Path>,
    pub(crate) description: Option<LitStr>,
    pub(crate) reads_only: bool,
    /// `listed = false`: the tool is not in the registry.
    pub(crate) unlisted: bool,
    pub(crate) usage: Option<Expr>,
    /// `returns = future`, `stream`, `iterator` or `value`.
    pub(crate) returns: Option<Ident>,
    /// `spawn = "off"`: spawns in the body are left as they are.
    pub(crate) keeps_spawns: bool,
    /// Expressions that the runtime's capture has a method of the same name for.
    pub(crate) options: Vec<(Ident, Expr)>,
}

/// Parses the arguments; what is wrong with one does not hide what is wrong with the next.
pub(crate) fn parse(kind: Macro, tokens: TokenStream, errors: &mut Errors) -> Arguments {
    let mut arguments = Arguments::default();
    let place = tokens.clone();
    let parser = |input: ParseStream<'_>| {
        let mut seen: Vec<String> = Vec::new();
        while !input.is_empty() {
            parse_one(kind, input, &mut seen, &mut arguments, errors)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        if kind == Macro::Inference && !seen.iter().any(|word| word == "provider") {
            let message = "`#[inference]` needs to know who serves the model: add `provider = \"..\"`, \
                           for example `provider = \"openai\"`";
            if seen.is_empty() {
                errors.push(syn::Error::new(proc_macro2::Span::call_site(), message));
            } else {
                errors.at(&place, message);
            }
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        errors.push(error);
        // What was not read may have classified everything: no second error that something is not.
        arguments.default.get_or_insert(Class::Secret);
    }
    arguments
}

fn parse_one(
    kind: Macro,
    input: ParseStream<'_>,
    seen: &mut Vec<String>,
    arguments: &mut Arguments,
    errors: &mut Errors,
) -> syn::Result<()> {
    let word = input.call(Ident::parse_any)?;
    let text = word.to_string();
    let known = kind.known();
    if !known.contains(&text.as_str()) {
        let hint = suggest::among(&text, &known);
        let message = format!("`#[{}]` takes no argument `{text}`; {hint}", kind.name());
        errors.push(syn::Error::new(word.span(), message));
        return skip_value(input);
    }
    if seen.contains(&text) {
        errors.push(syn::Error::new(
            word.span(),
            format!("`{text}` is given twice"),
        ));
        return skip_value(input);
    }
    seen.push(text.clone());
    if !input.peek(Token![=]) {
        let message = format!("`{text}` needs a value: `{text} = ..`");
        return Err(syn::Error::new(word.span(), message));
    }
    input.parse::<Token![=]>()?;
    match text.as_str() {
        "name" => arguments.name = Some(input.parse()?),
        "default" => arguments.default = Some(input.parse()?),
        "output" => arguments.output = Some(input.parse()?),
        "crate" => arguments.runtime = Some(input.call(Path::parse_mod_style)?),
        "description" => arguments.description = Some(input.parse()?),
        "usage" => arguments.usage = Some(input.parse()?),
        "returns" => arguments.returns = Some(returns::parse(input)?),
        "spawn" => arguments.keeps_spawns = parse_off(input)?,
        "listed" => arguments.unlisted = !input.parse::<syn::LitBool>()?.value,
        "effect" => arguments.reads_only = parse_effect(input)?,
        _ => arguments.options.push((word, input.parse()?)),
    }
    Ok(())
}

fn parse_effect(input: ParseStream<'_>) -> syn::Result<bool> {
    let word = input.call(Ident::parse_any)?;
    match word.to_string().as_str() {
        "read" => Ok(true),
        "write" => Ok(false),
        other => {
            let message =
                format!("`{other}` is no effect; write `effect = read` or `effect = write`");
            Err(syn::Error::new(word.span(), message))
        }
    }
}

fn parse_off(input: ParseStream<'_>) -> syn::Result<bool> {
    let text: LitStr = input.parse()?;
    match text.value().as_str() {
        "off" => Ok(true),
        _ => Err(syn::Error::new(
            text.span(),
            "spawns are rewritten unless told otherwise; the one value is `spawn = \"off\"`",
        )),
    }
}

/// Skips `= value` of an argument that is wrong already.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        input.parse::<Expr>()?;
    }
    Ok(())
}
