//! What the command line says.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use agentscope_collector::ingest::Content;
use agentscope_collector::server::{Config, ConfigError};
use agentscope_collector::store::{SessionState, Tenant, shown_address};
use agentscope_runtime::{Level, Outcome};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::when;

/// See what agents did, and why.
#[derive(Debug, Parser)]
#[command(name = "agentscope", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Where sessions are kept: a directory, or clickhouse://host:8123/database [default: that of agentscope.toml, else .agentscope]
    #[arg(
        long,
        global = true,
        env = "AGENTSCOPE_STORE",
        hide_env_values = true,
        value_name = "ADDRESS"
    )]
    store: Option<String>,
    /// Whose sessions
    #[arg(long, global = true, default_value = "default", value_parser = tenant)]
    pub(crate) tenant: Tenant,
    /// Print one JSON document for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl Common {
    /// The address that the command line or the environment names.
    pub(crate) fn named_store(&self) -> Option<&str> {
        self.store.as_deref().filter(|address| !address.is_empty())
    }

    /// The address of the store: what is named, else what the server's configuration says.
    pub(crate) fn store(&self) -> Result<String, ConfigError> {
        let named = self.named_store().map(str::to_owned);
        let address = match named {
            Some(address) => Some(address),
            None => Config::store_address()?,
        };
        Ok(address.unwrap_or_else(|| DEFAULT_STORE.to_owned()))
    }

    /// The same for people.
    pub(crate) fn shown_store(&self) -> String {
        // Whoever asks has opened it.
        shown_store(&self.store().unwrap_or_default())
    }
}

/// The address of a store for people: the whole path of a directory, so that it is known which one is
/// meant, and no password.
pub(crate) fn shown_store(address: &str) -> String {
    let path = (!address.contains("://")).then(|| std::path::absolute(Path::new(address)).ok());
    match path.flatten() {
        Some(path) => path.display().to_string(),
        None => shown_address(address),
    }
}

/// Where sessions are kept if nobody says it.
pub(crate) const DEFAULT_STORE: &str = ".agentscope";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Receive OTLP, keep sessions, drop what is too old
    Serve(Serve),
    /// List sessions, the latest first
    Sessions(Sessions),
    /// Show what a session did: agents, tool calls, inferences, warnings
    Tree(Tree),
    /// Read sessions from files
    Import(Import),
    /// Write sessions to a file
    Export(Export),
    /// Say how a session went
    Verdict(Verdict),
    /// Show where to look first: failing tools, models, types of errors
    Triage(Within),
    /// Find calls of a tool: at a step, that failed, that gave nothing
    Tool(Tool),
    /// Show with which argument schemas tools were called, and where they changed
    Schema(Schema),
    /// Show what telemetry does not say, because nobody has classified it
    Privacy(Within),
    /// See what the store holds, or drop what is too old
    Store(StoreArgs),
    /// Say what is set up, what comes in, what is lost, and what to do about it
    Doctor,
}

/// A period.
#[derive(Debug, Args)]
pub(crate) struct Within {
    /// What began since then (of a session its own begin counts): `2h` or `3d` ago, a date, or a time [default: 7d]
    #[arg(long, value_parser = when::parse, value_name = "WHEN")]
    pub(crate) since: Option<u64>,
    /// What began before then
    #[arg(long, value_parser = when::parse, value_name = "WHEN")]
    pub(crate) until: Option<u64>,
}

/// `agentscope serve`
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// How it is set up [default: $AGENTSCOPE_CONFIG, else agentscope.toml where there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Listen for OTLP/gRPC here [default: 127.0.0.1:4317]
    #[arg(long, value_name = "ADDRESS", value_parser = listen)]
    pub(crate) grpc: Option<SocketAddr>,
    /// Listen for OTLP/HTTP here [default: 127.0.0.1:4318]
    #[arg(long, value_name = "ADDRESS", value_parser = listen)]
    pub(crate) http: Option<SocketAddr>,
}

/// `agentscope import`. It takes the `[limits]` of `agentscope.toml` too.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Lines of OTLP as JSON, or of trajectories; gzip too; `-` is the standard input
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What is kept of the words of people and models in records that nobody has redacted by class
    #[arg(long, value_enum, default_value = "masked")]
    pub(crate) content: ContentWord,
}

/// What is kept of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ContentWord {
    /// Nothing: `[confidential]` stands in their place
    Masked,
    /// All but addresses, card numbers, credentials and the like
    Scrubbed,
    /// All: the data is public, or yours to show
    Recorded,
}

impl From<ContentWord> for Content {
    fn from(word: ContentWord) -> Self {
        match word {
            ContentWord::Masked => Self::Masked,
            ContentWord::Scrubbed => Self::Scrubbed,
            ContentWord::Recorded => Self::Recorded,
        }
    }
}

/// `agentscope store`
#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    #[command(subcommand)]
    pub(crate) what: StoreCommand,
}

/// What to do with the store.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// List what each day's records take on disk
    Ls,
    /// Drop what is older than it is to be kept
    Prune {
        /// How long that is [default: $AGENTSCOPE_CONFIG, else agentscope.toml where there is one]
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

/// `agentscope sessions`
#[derive(Debug, Args)]
pub(crate) struct Sessions {
    #[command(flatten)]
    pub(crate) within: Within,
    /// With a run of this agent
    #[arg(long)]
    pub(crate) agent: Option<String>,
    /// With a call of this tool
    #[arg(long)]
    pub(crate) tool: Option<String>,
    /// With something recorded of this level or worse: TRACE, DEBUG, INFO, WARN, SEMANTIC_WARN, ERROR or CRITICAL
    #[arg(long, value_parser = level)]
    pub(crate) level: Option<Level>,
    /// Judged so
    #[arg(long, value_enum)]
    pub(crate) verdict: Option<VerdictWord>,
    /// In this state
    #[arg(long, value_enum)]
    pub(crate) state: Option<State>,
    /// At most so many; 0 for all
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: usize,
}

/// `agentscope tree`
#[derive(Debug, Args)]
pub(crate) struct Tree {
    /// Session id, or its beginning where that is enough
    pub(crate) session: String,
    /// Show every step, and texts in full
    #[arg(long)]
    pub(crate) all: bool,
}

/// `agentscope export`
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) within: Within,
    /// Only these sessions: ids, or their beginnings where that is enough
    pub(crate) sessions: Vec<String>,
    /// Lines of OTLP as JSON, as the OpenTelemetry Collector's file exporter writes them (the default)
    #[arg(long)]
    pub(crate) jsonl: bool,
    /// A table of spans for data tools
    #[cfg(feature = "parquet")]
    #[arg(long, conflicts_with = "jsonl", requires = "output")]
    pub(crate) parquet: bool,
    /// To this file, which must not be there yet, instead of the standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `agentscope verdict`
#[derive(Debug, Args)]
pub(crate) struct Verdict {
    /// Session id, or its beginning where that is enough
    pub(crate) session: String,
    /// How it went
    #[arg(value_enum)]
    pub(crate) verdict: VerdictWord,
    /// Who says so: a name, a ticket, a rule
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) source: String,
}

/// `agentscope tool`
#[derive(Debug, Args)]
pub(crate) struct Tool {
    #[command(flatten)]
    pub(crate) within: Within,
    /// Name of the tool, or target of delegations; without it any
    pub(crate) name: Option<String>,
    /// In this session
    #[arg(long)]
    pub(crate) session: Option<String>,
    /// At this step
    #[arg(long)]
    pub(crate) step: Option<i64>,
    /// That ended so
    #[arg(long, value_enum)]
    pub(crate) outcome: Option<OutcomeWord>,
    /// That gave so much: success, empty or error
    #[arg(long, value_parser = ["success", "empty", "error"])]
    pub(crate) status: Option<String>,
    /// With something recorded of this level or worse: TRACE, DEBUG, INFO, WARN, SEMANTIC_WARN, ERROR or CRITICAL
    #[arg(long, value_parser = level)]
    pub(crate) level: Option<Level>,
    /// At most so many; 0 for all
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: usize,
}

/// `agentscope schema`
#[derive(Debug, Args)]
pub(crate) struct Schema {
    #[command(flatten)]
    pub(crate) within: Within,
    /// Of this tool
    pub(crate) tool: Option<String>,
    /// Only tools with more than one schema
    #[arg(long)]
    pub(crate) changed: bool,
}

/// How a session went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VerdictWord {
    /// It did what it was for
    Success,
    /// It did not
    Failure,
    /// Nobody can tell
    Unknown,
}

impl From<VerdictWord> for agentscope_runtime::Verdict {
    fn from(word: VerdictWord) -> Self {
        match word {
            VerdictWord::Success => Self::Success,
            VerdictWord::Failure => Self::Failure,
            VerdictWord::Unknown => Self::Unknown,
        }
    }
}

/// Where a session is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum State {
    /// Records are still expected
    Running,
    /// It has ended
    Ended,
    /// Nothing came for long while spans were open
    Abandoned,
}

impl From<State> for SessionState {
    fn from(state: State) -> Self {
        match state {
            State::Running => Self::Running,
            State::Ended => Self::Ended,
            State::Abandoned => Self::Abandoned,
        }
    }
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutcomeWord {
    /// It returned
    Ok,
    /// It returned an error
    Error,
    /// Nobody waited for it any longer
    Cancelled,
    /// It panicked
    Panicked,
}

impl From<OutcomeWord> for Outcome {
    fn from(word: OutcomeWord) -> Self {
        match word {
            OutcomeWord::Ok => Self::Ok,
            OutcomeWord::Error => Self::Error,
            OutcomeWord::Cancelled => Self::Cancelled,
            OutcomeWord::Panicked => Self::Panicked,
        }
    }
}

fn listen(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix(':').unwrap_or(text);
    let port = port.parse::<u16>().unwrap_or(4318);
    text.parse()
        .map_err(|_| format!("write an address and a port, such as 127.0.0.1:{port}"))
}

fn tenant(name: &str) -> Result<Tenant, String> {
    name.parse::<Tenant>().map_err(|error| error.to_string())
}

fn level(word: &str) -> Result<Level, String> {
    let known = Level::ALL.map(Level::as_str).join(", ");
    word.parse::<Level>()
        .map_err(|_| format!("the levels are {known}"))
}
