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
//! does, unless a value's own `Serialize` does: a lock inside a value whose type is not classified is one; [`stats`] proves that no span is lost.

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
mod attributes;
#[allow(missing_docs, reason = "called by expansions only")]
mod begin;
#[allow(missing_docs, reason = "called by expansions only")]
mod call;
#[allow(missing_docs, reason = "called by expansions only")]
mod capture;
mod charging;
mod counted;
#[allow(missing_docs, reason = "called by expansions only")]
mod ends;
mod environment;
mod frame;
mod hash;
mod in_agent;
mod inference;
mod items;
mod json;
mod leaving;
mod ledger;
mod limits;
mod lineage;
mod metered;
mod metrics;
mod nearest;
mod opening;
mod option;
mod outcome;
#[allow(missing_docs, reason = "called by expansions only")]
mod output;
mod privacy;
#[allow(missing_docs, reason = "called by expansions only")]
mod probe;
#[allow(missing_docs, reason = "called by expansions only")]
mod question;
mod recording;
mod recovery;
#[allow(missing_docs, reason = "called by expansions only")]
mod returned;
mod running;
mod said;
mod scrub;
mod session;
#[allow(missing_docs, reason = "called by expansions only")]
mod settle;
#[allow(missing_docs, reason = "called by expansions only")]
mod site;
mod snapshot;
mod stats;
mod switch;
#[cfg(feature = "tokio")]
mod task;
mod tool;
mod unread;
#[allow(missing_docs, reason = "called by expansions only")]
mod watched;

pub use agentscope_macros::{Classify, agent, inference, tool, tool_call};

pub use agent::confidence::IntoConfidence;
/// The trait under the name of the function, so that one import brings both:
/// `use agentscope::because;`.
pub use agent::reason::Because as because;
pub use agent::reason::{Because, BecauseFuture, because};
pub use agent::situation::Situation;
pub use agent::{belief, confidence, goal, iteration, memory, note, set_attribute, sub_goal};
pub use frame::end_open_spans;
pub use in_agent::{InAgentFuture, InCurrentAgent};
pub use inference::usage::Usage;
pub use option::{FloatOption, IntOption, TextOption, TimeOption};
pub use outcome::{Outcome, ToolStatus, Verdict};
pub use privacy::class::{Class, Treatment};
pub use privacy::classify::Classify;
pub use privacy::inventory_report::{Declassified, Entry, Inventory, inventory};
pub use privacy::kind::{Kind, Regulation};
pub use privacy::payload::{Payload, PayloadSide, PayloadSink, set_payload_sink};
pub use privacy::redact::{Object, Redactor};
pub use privacy::redacted::Redacted;
pub use privacy::scrubbing::{ScrubLater, scrub_later};
pub use privacy::text::{IntoText, Text, confidential, internal, pii};
pub use propagation::delegate;
pub use recovery::{fallback, retry};
pub use session::{Session, SessionBuilder, SessionFuture};
pub use site::Layer;
pub use snapshot::level::{Level, UnknownLevel, level, set_level};
pub use snapshot::{Snapshot, SnapshotSink, emit, set_logger_provider, set_snapshot_sink};
pub use stats::{Stats, stats};
pub use switch::{disable, enable};
#[cfg(feature = "tokio")]
pub use task::{JoinSet, spawn, spawn_blocking};
pub use tool::registry::{Tool, tools};

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
    pub use crate::environment::mistakes as environment_mistakes;
    pub use crate::in_agent::{in_cx, in_cx_fn};
    pub use crate::nearest::nearest;
    pub use crate::output::Output;
    pub use crate::privacy::class::{Class, Sensitivity, Treatment, classes, defaults};
    pub use crate::privacy::classify::{Classify, FieldMeta, TypeMeta};
    pub use crate::privacy::keyed::{Keyed, keyed_by};
    pub use crate::privacy::kind::Kind;
    pub use crate::privacy::seen::holds_no_more;
    pub use crate::question::{branch, from_rest};
    pub use crate::returned::{Tag, async_call_of, call, call_future, future_of, leave, never};
    pub use crate::tool::registry::{RegisteredType, register};
    pub use crate::tool::schema::SchemaBuilder;
    pub use inventory;

    pub use crate::inference::usage::Usage;
    pub use crate::privacy::redact::{Object, Redactor};
    pub use crate::probe::{
        Argued, Highest, Locked, Probe, TypeProbe, Unclassified, Unlocked, apply, classified,
        type_key,
    };
    pub use crate::site::Site;
    pub use crate::snapshot::emit_from;
    pub use crate::switch::disable_unused;
    pub use crate::unread::unread;
    pub use crate::watched::async_call;

    /// Finds what has come into free text; for the collector, benches and fuzzing.
    pub mod scrub {
        pub use crate::scrub::{Find, Kind, LARGEST, finds, is_clean, scrub, scrub_json};
    }

    /// Takes what records of other libraries say to the payload sink; for the collector.
    pub mod payload {
        pub use crate::privacy::payload::{identifier_of_others, put_of_others};
    }

    /// What is probed, brought into scope where that is done. No name comes with it, and the methods
    /// are those of types of ours.
    pub mod probing {
        pub use crate::inference::answered::Answers as _;
        pub use crate::inference::request::Request as _;
        pub use crate::privacy::seen::Sees as _;
        pub use crate::probe::{
            Argument as _, DeclaredType as _, Described as _, Field as _, NoLeaf as _,
            NoPrimitive as _,
        };
        pub use crate::returned::{
            IsFuture as _, IsFutureInOk as _, IsIterator as _, IsIteratorInOk as _, IsStream as _,
            IsStreamInOk as _, IsValue as _, NoResult as _,
        };
        pub use crate::settle::{Shows as _, Tells as _};
    }
}
