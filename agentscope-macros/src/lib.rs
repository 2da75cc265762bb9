//! The attribute macros of agentscope. Use them through `agentscope-runtime`, which re-exports
//! them and holds what their expansions call.
//!
//! The pipeline: `arguments` parses the attribute, `function` the item, `checks` decides the
//! class of every value and reports all mistakes, `expand` writes the code; where there are
//! mistakes `fallback` re-emits the item untouched beside them, so that one mistake makes one
//! error.

use proc_macro::TokenStream;

mod arguments;
mod bindings;
mod checks;
mod class;
mod derive;
mod errors;
mod exits;
mod expand;
#[cfg(test)]
mod expansions;
mod fallback;
mod function;
mod leaf;
mod resolve;
mod returns;
mod schema;
mod spawn;
mod suggest;
mod tokens;
mod work;

use arguments::Macro;

/// Records a function that runs an agent: one `invoke_agent` span for each call, below the
/// session's. An agent that runs outside any session opens one and ends it.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::agent;
///
/// #[agent(mode = "react", token_budget = budget, task = ticket, output = confidential)]
/// async fn support(
///     #[sensitivity(confidential)] question: String,
///     #[sensitivity(internal)] ticket: &str,
///     #[sensitivity(internal)] budget: u32,
/// ) -> Result<String, std::fmt::Error> {
///     Ok(question)
/// }
/// # let _ = support;
/// ```
///
/// All arguments are optional; expressions may use the function's arguments and are evaluated
/// only where the call is recorded.
///
/// | argument | what it says |
/// |---|---|
/// | `name = expr` | the agent's name; default: the function's |
/// | `mode`, `tier`, `version`, `model` `= expr` | text, recorded as it is |
/// | `system_prompt = expr` | only a keyed hash of it is recorded |
/// | `token_budget = expr` | tokens that it and the agents below may use; going over makes an ERROR snapshot |
/// | `iteration_limit = expr` | reasoning loops it may take; going over makes an ERROR snapshot |
/// | `user = expr` | the session's user; only a keyed hash of it is recorded |
/// | `task`, `tenant` `= expr` | the session's task and tenant, recorded as they are |
/// | `default = class` | class of every argument and result that has none of its own |
/// | `output = class` | class of the result |
/// | `returns = future`, `stream`, `iterator` or `value` | when the call ends; see below |
/// | `spawn = "off"` | leaves spawns in the body as they are; see below |
/// | `crate = path` | where `agentscope-runtime` is, if not a dependency of this crate |
///
/// Each argument needs a class: `#[sensitivity(class)]` at the argument, `default = class` for all
/// of them, or a type that derives `Classify`. `default = secret` compiles on any types and
/// records structure only.
///
/// # When the call ends
///
/// When what the function returns has ended: a future, a stream or an iterator, `impl` or boxed,
/// also in the `Ok` of a `Result`, is wrapped, and dropping it early is outcome `cancelled`. The
/// type decides, so aliases, early returns and `.boxed()` make no difference. A function that returns
/// a future, a stream or an iterator of a named type does not compile until it says
/// `returns = value`: the call ends when the function returns. What is inside tuples and
/// collections, or of a type parameter without such a bound, is a value.
///
/// A `#[track_caller]` function goes on telling its caller's line, unless a macro in its body may
/// hide a `return` or a `?`: how it ends matters more.
///
/// # What is spawned
///
/// `tokio::spawn(..)`, `tokio::task::{spawn, spawn_local, spawn_blocking}(..)` and
/// `std::thread::spawn(..)`, written with the full path, anywhere in the body, in arguments of
/// macros too, keep the agent in the new task or thread. Left alone are other paths and imported
/// names, a turbofish, a `tokio` or `std` that the body itself declares or imports, and everything under
/// `spawn = "off"`;
/// for those there is `InCurrentAgent`.
#[proc_macro_attribute]
pub fn agent(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(Macro::Agent, arguments.into(), item.into()).into()
}

/// Records a function that is a tool: one `execute_tool` span and two snapshots for each call.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::tool;
///
/// /// Look up the price of an article, in cents.
/// #[tool(effect = read, output = internal)]
/// fn price(#[sensitivity(public)] article: &str) -> Option<u32> {
///     (article == "tea").then_some(349)
/// }
/// assert_eq!(price("tea"), Some(349));
/// ```
///
/// | argument | what it says |
/// |---|---|
/// | `name = expr` | the tool's name; default: the function's |
/// | `description = ".."` | what the tool is for; default: the doc comment |
/// | `reason = expr` | why it is called, where the caller says nothing: a literal, or `internal(..)`, `confidential(..)`, `pii(..)` |
/// | `effect = read` or `write` | whether it changes something; default `write` |
/// | `listed = false` | leaves the tool out of `agentscope::tools()`; needed where an associated function without `self` takes a type parameter of its `impl` |
/// | `default`, `output`, `returns`, `spawn`, `crate` | as for [`macro@agent`] |
///
/// An `Err` is outcome `error`; the caller's `Err` type gives `error.type`, never its text. An empty
/// result (`None`, `""`, `[]`, `{}`) has status `empty` and makes a WARN snapshot. A future that is
/// dropped before its end is `cancelled`.
///
/// Beside `#[tracing::instrument]`: put that above, and give it `skip_all`, for it records arguments
/// by `Debug` and knows no classes. Beside `#[rmcp::tool]`: put ours above, for rmcp takes the doc
/// comment only where no attribute follows it.
#[proc_macro_attribute]
pub fn tool(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(Macro::Tool, arguments.into(), item.into()).into()
}

/// [`macro@tool`] under a name that does not end in `tool`, for use inside macros that take every
/// attribute of that name for their own.
#[proc_macro_attribute]
pub fn tool_call(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(Macro::Tool, arguments.into(), item.into()).into()
}

/// Records a function that calls a model: one client span `chat {model}` for each call.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Usage, inference};
///
/// struct Request { model: String, temperature: f32 }
/// struct Response { prompt_tokens: u64, completion_tokens: u64 }
///
/// #[inference(
///     provider = "openai",
///     model = &request.model,
///     temperature = request.temperature,
///     usage = |response| Usage {
///         input_tokens: response.prompt_tokens,
///         output_tokens: response.completion_tokens,
///         ..Usage::default()
///     },
///     default = confidential
/// )]
/// async fn complete(request: Request) -> Result<Response, std::fmt::Error> {
///     Ok(Response { prompt_tokens: 812, completion_tokens: 64 })
/// }
/// # let _ = complete;
/// ```
///
/// | argument | what it says |
/// |---|---|
/// | `provider = expr` | required; who serves the model, for example `"openai"` |
/// | `model = expr` | the model that is asked |
/// | `operation = expr` | `chat` (default), `generate_content` or `text_completion` |
/// | `temperature`, `seed` `= expr` | of the request |
/// | `usage = \|result\| Usage {..}` | what the call used; charged to the budgets of the agents around it |
/// | `name`, `default`, `output`, `returns`, `spawn`, `crate` | as for [`macro@agent`] |
///
/// Prompts and completions are never put on the span, whatever their class.
#[proc_macro_attribute]
pub fn inference(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(Macro::Inference, arguments.into(), item.into()).into()
}

/// Gives every field of a type a sensitivity class, so that values of it can be recorded.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::Classify;
///
/// #[derive(Classify)]
/// #[sensitivity(default = internal)]
/// struct Order {
///     id: u64,
///     #[sensitivity(pii, kind = "email")]
///     customer: String,
///     lines: Vec<Line>,
/// }
///
/// #[derive(Classify)]
/// struct Line {
///     #[sensitivity(public)]
///     article: String,
/// }
/// # fn main() {}
/// ```
///
/// A field has the class of its `#[sensitivity(class)]`, else that of its own type if that is
/// classified, else the type's `default`. Text, numbers and JSON without a class are an error.
///
/// `#[sensitivity(class, kind = "..", redact = .., reason = "..")]`: `kind` says what the value is
/// (`email`, `phone`, …); `redact` (`mask`, `hmac`, `last4` or `drop`) shows less than the class
/// allows; `reason` is for whoever reads the code.
#[proc_macro_derive(Classify, attributes(sensitivity))]
pub fn derive_classify(item: TokenStream) -> TokenStream {
    derive::classify(item.into()).into()
}
