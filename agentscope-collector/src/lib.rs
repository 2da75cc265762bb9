//! What the `main` of a program with annotated agents adds: one line that sets up OpenTelemetry,
//! shows every finished session as a tree, and ends in order.
//!
//! ```no_run
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let _guard = agentscope_collector::init()?;
//!     // run the agents
//!     Ok(())
//! }
//! ```
//!
//! It works from plain `main`, and inside `current_thread` and multi-thread tokio runtimes.
//!
//! # Where telemetry goes
//!
//! - **The standard output** gets each session when it ends: `AGENTSCOPE_CONSOLE=tree` (default),
//!   `json` (one object a line) or `off`. Colour is for terminals, and `NO_COLOR` turns it off. It is
//!   another thread that prints: to have the program's own output first, print it inside the session. A
//!   program that speaks a protocol there, such as MCP over stdio, sets `off`.
//! - **An OTLP endpoint** gets spans, snapshots (as log records) and metrics, where one is set:
//!   `OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318`, or one for each signal. The protocol is
//!   `http/protobuf`, or `grpc` with `OTEL_EXPORTER_OTLP_PROTOCOL`. [`mod@env`] lists every variable,
//!   [`agentscope_runtime::names`] every name, metrics included.
//! - **A store of the program's own** gets them too, with `AGENTSCOPE_STORE=DIRECTORY`: then
//!   `agentscope sessions` and `agentscope tree` show them, while the program runs and afterwards. Only
//!   one process can write to a directory; several send to one that runs `agentscope serve`. A
//!   session is of the tenant that its code names, else of `default`. What other libraries of the
//!   program recorded of people's words is hidden, see [`ingest`].
//! - Nobody looks, so nothing is recorded: with the console off, no endpoint and no store, or with
//!   `OTEL_SDK_DISABLED=true`, only the propagators are installed.
//!
//! # Whose spans
//!
//! Spans that the application and its libraries start inside a session get its identifiers as
//! attributes, as agentscope's own have them: `session.id`, `agentscope.task.id`,
//! `agentscope.agent.tier`, `enduser.pseudo.id`, `agentscope.tenant.id`. One that a span has already
//! stays as it is.
//!
//! # What it costs
//!
//! A thread of the agent puts an ended span or a snapshot into a bounded queue and goes on. It
//! never waits: what finds no room is counted ([`stats`]). An endpoint that is down is warned of
//! once, through `tracing` (target `agentscope`) where a subscriber is set, else on
//! the standard error. An export that the endpoint accepts only in part counts as exported.
//!
//! # Together with `tracing`
//!
//! `init()` installs no `tracing` subscriber. To see the spans of `tracing` between those of the
//! agents, add tracing-opentelemetry's layer after `init()`, and keep agentscope's own events out
//! of it, or the layer would repeat each as an event of a span:
//!
//! ```no_run
//! use tracing_subscriber::{Layer as _, filter, layer::SubscriberExt as _, util::SubscriberInitExt as _};
//!
//! let _guard = agentscope_collector::init()?;
//! let spans = tracing_opentelemetry::layer().with_tracer(opentelemetry::global::tracer("my-service"));
//! tracing_subscriber::registry()
//!     .with(tracing_subscriber::fmt::layer())
//!     .with(spans.with_filter(filter::filter_fn(agentscope_collector::not_ours)))
//!     .init();
//! # Ok::<(), agentscope_collector::InitError>(())
//! ```

mod assembler;
mod builder;
mod console;
mod convert;
mod counts;
pub mod env;
mod error;
mod export;
mod feed;
#[cfg(feature = "server")]
mod forward;
mod from_otlp;
mod guard;
pub mod ingest;
mod metrics;
mod otlp;
mod pipeline;
mod profile;
mod scrub;
mod seldom;
#[cfg(feature = "server")]
pub mod server;
#[cfg(unix)]
mod signals;
mod spans;
pub mod store;
mod time;
mod to_otlp;

pub use builder::Builder;
pub use console::Console;
pub use counts::{ConsoleStats, SignalStats, Stats, stats};
pub use error::{InitError, ShutdownError};
pub use guard::Guard;

/// Sets telemetry up from the environment, with the defaults of [`builder`].
///
/// Keep the guard in `main` under a name: dropped, it ends telemetry, and `let _ = ..` drops it at
/// once.
///
/// Finished sessions are printed on the standard output. Where that is what the next program reads
/// (`app | jq`, MCP over stdio), set `AGENTSCOPE_CONSOLE=off` or build with
/// [`console(Console::Off)`](Builder::console); with `AGENTSCOPE_STORE=DIRECTORY` the command
/// `agentscope tree` shows them then. What is wrong in the environment goes to the program's own log,
/// or without a `tracing` subscriber to the standard error.
///
/// # Errors
///
/// See [`InitError`]. The program can go on without telemetry.
pub fn init() -> Result<Guard, InitError> {
    builder().init()
}

/// Options for what [`init`] does.
pub fn builder() -> Builder {
    Builder::default()
}

/// Whether a `tracing` span or event is somebody else's: a filter for layers that record spans.
///
/// ```
/// use tracing_subscriber::filter::filter_fn;
/// let filter = filter_fn(agentscope_collector::not_ours);
/// # let _: tracing_subscriber::filter::FilterFn<_> = filter;
/// ```
pub fn not_ours(metadata: &tracing::Metadata<'_>) -> bool {
    metadata.target() != "agentscope"
}
