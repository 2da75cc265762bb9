//! Parses what stands in the parentheses of an attribute.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, LitBool, LitStr, Path, Token, Type};

use crate::class::Class;
use crate::errors::Errors;
use crate::returns;
use crate::sensitivity::Sensitivity;
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

    /// The arguments that only this attribute takes.
    fn own(self) -> &'static [&'static str] {
        match self {
            Self::Agent => &[
                "mode",
                "tier",
                "version",
                "model",
                "system_prompt",
                "prompt_name",
                "prompt_version",
                "prompt_template",
                "token_budget",
                "cost_budget",
                "iteration_limit",
                "time_budget",
                "context",
                "user",
                "task",
                "tenant",
            ],
            Self::Tool => &["description", "reason", "effect", "listed", "result_schema"],
            Self::Inference => &[
                "provider",
                "model",
                "operation",
                "temperature",
                "seed",
                "system_prompt",
                "prompt_name",
                "prompt_version",
                "prompt_template",
                "usage",
                "enforce_budget",
            ],
        }
    }

    fn known(self) -> Vec<&'static str> {
        ["name", "default", "output", "returns", "spawn", "crate"]
            .iter()
            .chain(self.own())
            .copied()
            .collect()
    }
}

/// What the attribute says.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) name: Option<Expr>,
    pub(crate) default: Option<Class>,
    pub(crate) output: Option<Sensitivity>,
    pub(crate) runtime: Option<Path>,
    pub(crate) description: Option<LitStr>,
    pub(crate) reads_only: bool,
    /// `listed = false`: the tool is not in the registry.
    pub(crate) unlisted: bool,
    pub(crate) usage: Option<Expr>,
    /// `enforce_budget = true`: where it is written.
    pub(crate) enforces_budget: Option<Span>,
    /// The type whose schema the result should have.
    pub(crate) result_schema: Option<Type>,
    /// `returns = future`, `stream`, `iterator` or `value`.
    pub(crate) returns: Option<Ident>,
    /// `spawn = "off"`: spawns in the body are left as they are.
    pub(crate) keeps_spawns: bool,
    /// Expressions that the runtime's capture has a method of the same name for.
    pub(crate) options: Vec<(Ident, Expr)>,
}

/// The arguments that limit what an agent may use.
const BUDGETS: &[&str] = &[
    "token_budget",
    "cost_budget",
    "iteration_limit",
    "time_budget",
];

impl Arguments {
    /// Whether it may be limited: it then has to be known where nothing is recorded, too.
    pub(crate) fn is_limited(&self) -> bool {
        self.has_budget() || self.has_context()
    }

    pub(crate) fn has_budget(&self) -> bool {
        let is_budget = |word: &Ident| BUDGETS.iter().any(|budget| word == budget);
        self.options.iter().any(|(word, _)| is_budget(word))
    }

    /// Whether it says where its task comes from, which may limit it.
    pub(crate) fn has_context(&self) -> bool {
        self.options.iter().any(|(word, _)| word == "context")
    }

    /// An argument could not be read. It may have classified everything: no second error that
    /// something is not.
    fn lost(&mut self, word: &str) {
        match word {
            "default" => drop(self.default.get_or_insert(Class::Secret)),
            "output" => drop(self.output.get_or_insert_with(Sensitivity::guess)),
            _ => {}
        }
    }
}

/// Parses the arguments; what is wrong with one does not hide what is wrong with the next. `place`
/// is the attribute itself.
pub(crate) fn parse(
    kind: Macro,
    tokens: TokenStream,
    place: Span,
    errors: &mut Errors,
) -> Arguments {
    let mut reader = Reader {
        kind,
        seen: Vec::new(),
        arguments: Arguments::default(),
        errors,
    };
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            reader.argument(input);
            reader.comma(input);
        }
        Ok(())
    };
    let read = parser.parse2(tokens);
    let Reader {
        seen, arguments, ..
    } = reader;
    if let Err(error) = read {
        errors.push(error);
    }
    if kind == Macro::Inference && !seen.iter().any(|word| word == "provider") {
        let message = "`#[inference]` needs to know who serves the model: add `provider = \"..\"`, \
                       for example `provider = \"openai\"`";
        errors.push(syn::Error::new(place, message));
    }
    arguments
}

struct Reader<'a> {
    kind: Macro,
    seen: Vec<String>,
    arguments: Arguments,
    errors: &'a mut Errors,
}

impl Reader<'_> {
    fn argument(&mut self, input: ParseStream<'_>) {
        let Ok(word) = input.call(Ident::parse_any) else {
            let known = self.kind.known().join(", ");
            let message = format!("expected an argument, `name = ..`; known are {known}");
            self.errors.push(syn::Error::new(input.span(), message));
            return skip(input);
        };
        let text = word.to_string();
        let read = match self.is_expected(&text) {
            Ok(()) => {
                self.seen.push(text.clone());
                self.value(&word, &text, input)
            }
            Err(message) => Err(syn::Error::new(word.span(), message)),
        };
        if let Err(error) = read {
            self.errors.push(error);
            let meant = meant(&text, &self.kind.known());
            self.arguments.lost(meant.unwrap_or_default());
            skip(input);
        }
    }

    fn is_expected(&self, word: &str) -> Result<(), String> {
        let known = self.kind.known();
        if self.seen.iter().any(|seen| seen == word) {
            return Err(format!("`{word}` is given twice"));
        }
        if known.contains(&word) {
            return Ok(());
        }
        let refused = format!("`#[{}]` takes no argument `{word}`", self.kind.name());
        let others = [Macro::Agent, Macro::Tool, Macro::Inference];
        let takes_it = others.iter().find(|other| other.own().contains(&word));
        Err(match (takes_it, meant(word, &known)) {
            (Some(other), _) => format!("{refused}; `#[{}]` does", other.name()),
            (None, Some("default")) if suggest::nearest(word, &["default"]).is_none() => format!(
                "{refused}; the class of the result is `output = ..`, and that of all that has none \
                 `default = ..`"
            ),
            (None, Some(meant)) => format!("{refused}; did you mean `{meant}`?"),
            (None, None) => format!("{refused}; known are {}", known.join(", ")),
        })
    }

    fn value(&mut self, word: &Ident, text: &str, input: ParseStream<'_>) -> syn::Result<()> {
        if text == "output" && input.peek(syn::token::Paren) {
            let said;
            syn::parenthesized!(said in input);
            let output = said.parse::<Sensitivity>();
            if output.is_err() {
                // What is left is not wrong too.
                let _: TokenStream = said.parse()?;
            }
            self.arguments.output = Some(output?);
            return Ok(());
        }
        let equals = input.parse::<Token![=]>();
        if equals.is_err() || input.is_empty() || input.peek(Token![,]) {
            let message = format!("`{text}` needs a value: `{text} = ..`");
            return Err(syn::Error::new(word.span(), message));
        }
        let arguments = &mut self.arguments;
        match text {
            "name" => arguments.name = Some(input.parse()?),
            "default" => arguments.default = Some(input.parse()?),
            "output" => arguments.output = Some(input.parse::<Class>()?.into()),
            "crate" => arguments.runtime = Some(parse_path(input)?),
            "description" => arguments.description = Some(parse_description(input)?),
            "usage" => arguments.usage = Some(input.parse()?),
            "result_schema" => arguments.result_schema = Some(parse_type(input)?),
            "returns" => arguments.returns = Some(returns::parse(input)?),
            "spawn" => arguments.keeps_spawns = parse_off(input)?,
            "listed" => arguments.unlisted = !parse_bool(input)?,
            "enforce_budget" => {
                arguments.enforces_budget = parse_bool(input)?.then(|| word.span());
            }
            "effect" => arguments.reads_only = parse_effect(input)?,
            _ => arguments.options.push((word.clone(), input.parse()?)),
        }
        Ok(())
    }

    fn comma(&mut self, input: ParseStream<'_>) {
        if !input.is_empty() && !input.peek(Token![,]) {
            self.errors
                .push(syn::Error::new(input.span(), "expected `,` before this"));
            // Where the next argument begins at once only the comma is missing.
            if !(input.peek(Ident::peek_any) && input.peek2(Token![=])) {
                skip(input);
            }
        }
        let _: Option<Token![,]> = input.parse().ok();
    }
}

/// The argument that was probably meant.
fn meant(word: &str, known: &[&'static str]) -> Option<&'static str> {
    match word {
        "result" | "return" | "returned" => Some("output"),
        // Of one value or of all.
        "sensitivity" | "class" | "classification" => Some("default"),
        _ => suggest::nearest(word, known),
    }
}

/// Skips what is left of an argument that is wrong.
fn skip(input: ParseStream<'_>) {
    while !input.is_empty() && !is_at_next(input) {
        let _: syn::Result<TokenTree> = input.parse();
    }
}

/// Whether there is a comma and then another argument, or nothing: a value may have commas too.
fn is_at_next(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<Token![,]>().is_ok()
        && (ahead.is_empty()
            || (ahead.call(Ident::parse_any).is_ok()
                && (ahead.is_empty() || ahead.peek(Token![=]) || ahead.peek(Token![,]))))
}

fn parse_path(input: ParseStream<'_>) -> syn::Result<Path> {
    let at = input.span();
    input.call(Path::parse_mod_style).map_err(|_| {
        syn::Error::new(
            at,
            "expected a path without quotes, for example `crate = ::agentscope`",
        )
    })
}

fn parse_type(input: ParseStream<'_>) -> syn::Result<Type> {
    let at = input.span();
    input.parse().map_err(|_| {
        syn::Error::new(
            at,
            "expected a type without quotes, for example `result_schema = Order`",
        )
    })
}

fn parse_description(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let at = input.span();
    input.parse().map_err(|_| {
        syn::Error::new(
            at,
            "expected a string literal: tools are listed before anything has run; a doc comment \
             does as well",
        )
    })
}

fn parse_bool(input: ParseStream<'_>) -> syn::Result<bool> {
    let at = input.span();
    match input.parse::<LitBool>() {
        Ok(literal) => Ok(literal.value),
        Err(_) => Err(syn::Error::new(at, "expected `true` or `false`")),
    }
}

fn parse_effect(input: ParseStream<'_>) -> syn::Result<bool> {
    let at = input.span();
    let word = input.call(Ident::parse_any).map(|word| word.to_string());
    match word.as_deref() {
        Ok("read") => Ok(true),
        Ok("write") => Ok(false),
        Ok(other) => {
            let message =
                format!("`{other}` is no effect; write `effect = read` or `effect = write`");
            Err(syn::Error::new(at, message))
        }
        Err(_) => Err(syn::Error::new(
            at,
            "expected an effect: `effect = read` or `effect = write`",
        )),
    }
}

fn parse_off(input: ParseStream<'_>) -> syn::Result<bool> {
    let at = input.span();
    match input.parse::<LitStr>() {
        Ok(text) if text.value() == "off" => Ok(true),
        _ => Err(syn::Error::new(
            at,
            "spawns are rewritten unless told otherwise; the one value is `spawn = \"off\"`",
        )),
    }
}
