//! Annotate the agents, tools and model calls of a Rust program; get a semantic trace of what the
//! agent did, why, and with what outcome.
//!
//! ```
//! # extern crate agentscope_runtime as agentscope;
//! use agentscope::{agent, because, tool};
//!
//! /// Look up a customer's balance, in cents.
//! #[tool(effect = read, output = confidential)]
//! async fn balance(#[sensitivity(internal)] customer: u64) -> Result<i64, std::fmt::Error> {
//!     Ok(1250)
//! }
//!
//! #[agent(mode = "react", token_budget = 20_000, output = internal)]
//! async fn refunds(#[sensitivity(confidential)] question: String) -> Result<String, std::fmt::Error> {
//!     agentscope::memory("refund asked for; balance not looked up yet");
//!     let cents = balance(7).because("a refund needs the current balance").await?;
//!     Ok(if cents > 0 { "refund".into() } else { "no refund".into() })
//! }
//! # let _ = refunds;
//! ```
//!
//! # What to read
//!
//! - What the attributes take: [`agent`](macro@agent), [`tool`](macro@tool),
//!   [`inference`](macro@inference), [`Classify`](macro@Classify).
//! - What the running agent can tell: [`memory`], [`goal`], [`sub_goal`], [`belief`],
//!   [`confidence`](fn@confidence), [`iteration`], [`note`], [`because`](trait@Because); that it tries again or
//!   gives something up: [`retry`], [`fallback`]; what its guardrails say: [`guardrail`].
//! - What it may use, and what is left: [`budget`].
//! - Where values may go: [`Class`]. Text that is made at run time says its class: [`internal`],
//!   [`confidential`], [`pii`].
//! - A task or a thread that keeps its agent: [`InCurrentAgent`]; with the feature `tokio`,
//!   `spawn`, `spawn_blocking` and `JoinSet`.
//! - Which tools there are, and their definitions for a model: [`tools`]. The arguments that a
//!   model wrote: [`args::parse`].
//! - One user interaction or job: [`Session`].
//! - A task for another agent, here or in another process: [`delegate`], [`propagation`].
//! - What a model was asked and answered, whoever provides it, and what that cost: [`model`].
//! - An agent on rig, which calls the model itself: `rig`, with the feature of that name.
//! - A server that exists: with the feature `tower`, a session for each request (axum, tonic, hyper) and
//!   the context in what a client sends; with the feature `rmcp`, the same for the tools of an MCP server
//!   and of a client.
//! - What is on the wire: [`names`].
//! - A test of what an agent does: `testing`, with the feature of that name.
//! - Without `agentscope-collector`: [`enable`], [`set_logger_provider`], [`SnapshotSink`].
//!
//! # What it costs and what it promises
//!
//! This crate knows the OpenTelemetry API, never an SDK: spans go to whatever provider the
//! application has installed. Telemetry never blocks and never changes what the annotated code
//! does, unless a value's own `Serialize` does: a lock inside a recorded value is one; [`stats`] proves that no span is lost.

#![forbid(unsafe_code)]

// Expansions in this crate's own tests and examples name it as users do.
#[allow(unused_extern_crates)]
extern crate self as agentscope_runtime;

pub mod args;
pub mod budget;
pub mod declassify;
pub mod guardrail;
pub mod model;
pub mod names;
pub mod policy;
pub mod propagation;
#[cfg(feature = "rig")]
pub mod rig;
#[cfg(feature = "rmcp")]
pub mod rmcp;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tower")]
pub mod tower;

mod agent;
mod agent_state;
mod answer;
#[allow(missing_docs, reason = "called by expansions only")]
mod answered;
mod attributes;
#[allow(missing_docs, reason = "called by expansions only")]
mod begin;
#[allow(missing_docs, reason = "called by expansions only")]
mod call;
mod canonical;
#[allow(missing_docs, reason = "called by expansions only")]
mod capture;
mod charging;
mod class;
mod classification;
mod classified;
mod classify;
mod clean_names;
mod confidence;
mod content;
mod counted;
mod decided;
mod emptiness;
#[allow(missing_docs, reason = "called by expansions only")]
mod ends;
mod entries;
mod environment;
mod foreign;
mod frame;
mod id;
mod identity;
mod in_agent;
#[cfg(feature = "tower")]
mod incoming;
mod inventory_report;
mod items;
mod json;
mod key;
#[allow(missing_docs, reason = "called by expansions only")]
mod keyed;
mod keyring;
mod kind;
#[allow(missing_docs, reason = "called by expansions only")]
mod leaf;
mod leaving;
mod ledger;
mod level;
mod limits;
mod lineage;
mod look;
mod map_key;
mod measured;
mod memory;
mod metered;
mod meters;
mod moment;
mod nearest;
mod open_spans;
mod opening;
mod option;
mod ordered;
mod outcome;
#[allow(missing_docs, reason = "called by expansions only")]
mod output;
mod own_session;
mod pace;
mod payload;
mod print;
#[allow(missing_docs, reason = "called by expansions only")]
mod probe;
#[allow(missing_docs, reason = "called by expansions only")]
mod prompt;
#[allow(missing_docs, reason = "called by expansions only")]
mod question;
mod reason;
mod reasoning;
mod recording;
mod recovery;
mod redact;
mod redacted;
mod registry;
#[allow(missing_docs, reason = "called by expansions only")]
mod request;
#[allow(missing_docs, reason = "called by expansions only")]
mod result_schema;
#[allow(missing_docs, reason = "called by expansions only")]
mod returned;
mod room;
mod running;
mod said;
#[allow(missing_docs, reason = "called by expansions only")]
mod schema;
#[cfg(test)]
mod schema_properties;
mod scrub;
mod scrubbing;
#[allow(missing_docs, reason = "called by expansions only")]
mod seen;
mod session;
mod session_state;
#[allow(missing_docs, reason = "called by expansions only")]
mod settle;
mod shape;
mod shapes;
#[allow(missing_docs, reason = "called by expansions only")]
mod site;
mod situation;
mod snapshot;
#[allow(missing_docs, reason = "called by expansions only")]
mod so_far;
mod stats;
mod switch;
mod tally;
#[cfg(feature = "tokio")]
mod task;
mod text;
mod totals;
mod treat;
mod unread;
mod usage;
mod values;
#[allow(missing_docs, reason = "called by expansions only")]
mod watched;

pub use agentscope_macros::{Classify, agent, inference, tool, tool_call};

pub use agent::{belief, confidence, goal, iteration, memory, note, set_attribute, sub_goal};
pub use class::{Class, Treatment};
pub use classify::Classify;
pub use confidence::IntoConfidence;
pub use frame::end_open_spans;
pub use in_agent::{InAgentFuture, InCurrentAgent};
pub use inventory_report::{Declassified, Entry, Inventory, inventory};
pub use kind::{Kind, Regulation};
pub use level::{Level, UnknownLevel, level, set_level};
pub use option::{FloatOption, IntOption, TextOption, TimeOption};
pub use outcome::{Outcome, ToolStatus, Verdict};
pub use payload::{Payload, PayloadSide, PayloadSink, set_payload_sink};
pub use propagation::delegate;
/// The trait under the name of the function, so that one import brings both:
/// `use agentscope::because;`.
pub use reason::Because as because;
pub use reason::{Because, BecauseFuture, because};
pub use recovery::{fallback, retry};
pub use redact::{Object, Redactor};
pub use redacted::Redacted;
pub use registry::{Tool, tools};
pub use scrubbing::{ScrubLater, scrub_later};
pub use session::{Session, SessionBuilder, SessionFuture};
pub use site::Layer;
pub use situation::Situation;
pub use snapshot::{Snapshot, SnapshotSink, emit, set_logger_provider, set_snapshot_sink};
pub use stats::{Stats, stats};
pub use switch::{disable, enable};
#[cfg(feature = "tokio")]
pub use task::{JoinSet, spawn, spawn_blocking};
pub use text::{IntoText, Text, confidential, internal, pii};
pub use usage::Usage;

/// Instrumentation scope of all spans and log records.
pub(crate) const SCOPE: &str = "agentscope";

/// Expansions name what they call by this, so that a runtime of another version than the macros
/// is an error that says so.
#[doc(hidden)]
pub use __private as expects_agentscope_runtime_0_1_0;

/// What expansions call. Not for use by hand: it changes without notice.
#[doc(hidden)]
#[allow(missing_docs)]
pub mod __private {
    pub use crate::begin::{asked, begin, begin_unless_refused, begin_with};
    pub use crate::budget::refuse;
    pub use crate::call::{Call, inside, open, open_with_budget};
    pub use crate::capture::Capture;
    pub use crate::class::{Class, Sensitivity, Treatment, classes, defaults};
    pub use crate::classify::{Classify, FieldMeta, TypeMeta};
    pub use crate::environment::mistakes as environment_mistakes;
    pub use crate::in_agent::{in_cx, in_cx_fn};
    pub use crate::keyed::{Keyed, keyed_by};
    pub use crate::kind::Kind;
    pub use crate::nearest::nearest;
    pub use crate::output::Output;
    pub use crate::question::{branch, from_rest};
    pub use crate::registry::{RegisteredType, register};
    pub use crate::returned::{Tag, async_call_of, call, call_future, future_of, leave, never};
    pub use crate::schema::SchemaBuilder;
    pub use crate::seen::holds_no_more;
    pub use inventory;

    pub use crate::probe::{
        Argued, Highest, Locked, Probe, TypeProbe, Unclassified, Unlocked, apply, classified,
        type_key,
    };
    pub use crate::redact::{Object, Redactor};
    pub use crate::site::Site;
    pub use crate::snapshot::emit_from;
    pub use crate::switch::disable_unused;
    pub use crate::unread::unread;
    pub use crate::usage::Usage;
    pub use crate::watched::async_call;

    /// Finds what has come into free text; for the collector, benches and fuzzing.
    pub mod scrub {
        pub use crate::scrub::{Find, Kind, LARGEST, finds, is_clean, scrub, scrub_json};
    }

    /// Takes what records of other libraries say to the payload sink; for the collector.
    pub mod payload {
        pub use crate::payload::{identifier_of_others, put_of_others};
    }

    /// What is probed, brought into scope where that is done. No name comes with it, and the methods
    /// are those of types of ours.
    pub mod probing {
        pub use crate::answered::Answers as _;
        pub use crate::probe::{
            Argument as _, DeclaredType as _, Described as _, Field as _, NoLeaf as _,
            NoPrimitive as _,
        };
        pub use crate::request::Request as _;
        pub use crate::returned::{
            IsFuture as _, IsFutureInOk as _, IsIterator as _, IsIteratorInOk as _, IsStream as _,
            IsStreamInOk as _, IsValue as _, NoResult as _,
        };
        pub use crate::seen::Sees as _;
        pub use crate::settle::{Shows as _, Tells as _};
    }
}
