//! Test what an agent does: which tools it called, in which order, why, and with what outcome.
//!
//! Needs the feature `testing`, which belongs into the dev-dependencies:
//! `cargo add --dev agentscope-runtime --rename agentscope --features testing`.
//!
//! ```
//! # extern crate agentscope_runtime as agentscope;
//! use agentscope::testing::{assert_tool_sequence, record};
//! use agentscope::{Outcome, agent, tool};
//!
//! #[tool(default = internal)]
//! fn search(word: &str) -> Vec<u32> {
//!     vec![7]
//! }
//!
//! #[tool(default = internal)]
//! fn read(id: u32) -> String {
//!     "text".into()
//! }
//!
//! #[agent(default = internal)]
//! fn librarian(word: &str) -> Option<String> {
//!     agentscope::memory("nothing found yet");
//!     search(word).first().map(|id| read(*id))
//! }
//!
//! let recorded = record(|| librarian("whale"));
//! assert_eq!(recorded.result.as_deref(), Some("text"));
//! assert_tool_sequence!(recorded, ["search", "read"]);
//! recorded.assert_outcome("librarian", Outcome::Ok);
//! ```
//!
//! # What belongs to a recording
//!
//! The code under test runs in an OpenTelemetry context of its own, as though nothing were around
//! it, and a span belongs to the recording if it started in that context or in a trace that
//! began there. So tests may run in parallel, tasks and threads that take the context along
//! belong too, and a recording inside another keeps its spans to itself. A task that is spawned
//! without its agent belongs to no recording: the tool calls that it makes are missing from the
//! sequence, and the message of the assertion names them.
//!
//! # One provider
//!
//! Tracer provider and snapshot sink are process wide. The first recording installs the kit's own
//! and turns recording on; where an application has installed one, before or since, `record`
//! panics and says so: test code that calls `agentscope_collector::init()` needs a test binary of
//! its own. `AGENTSCOPE_LEVEL` above `info` is lowered to `info`, so that a tree does not depend on
//! the environment.

use std::future::poll_fn;
use std::pin::pin;

mod assertions;
mod committed;
mod declassified;
mod difference;
mod inventory;
mod lock;
mod recorded;
mod recorder;
mod tree;
mod view;

pub(crate) use recorder::carry;

#[doc(inline)]
pub use crate::assert_tool_sequence;
pub use inventory::assert_inventory;
pub use lock::assert_lock;
pub use recorded::Recorded;
pub use view::{SnapshotView, SpanView};

use recorder::Recording;

/// Runs a closure and hands back its result together with all that it recorded.
///
/// A panic of the closure goes on to the caller; to look at what was recorded before it, catch it
/// inside:
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Outcome, testing::record, tool};
/// use std::panic::catch_unwind;
///
/// #[tool(default = internal)]
/// fn fragile(n: u32) -> u32 {
///     100 / n
/// }
///
/// let recorded = record(|| catch_unwind(|| fragile(0)));
/// assert!(recorded.result.is_err());
/// recorded.assert_outcome("fragile", Outcome::Panicked);
/// ```
///
/// # Panics
///
/// If another tracer provider or snapshot sink is installed in this process.
pub fn record<R>(run: impl FnOnce() -> R) -> Recorded<R> {
    let recording = Recording::start();
    let result = recording.within(run);
    recording.finish(result)
}

/// Runs a future and hands back its result together with all that it recorded.
///
/// Works on any runtime. What is spawned belongs to the recording if it takes its agent along;
/// a span that is still open when the future ends is reported as such.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Outcome, testing::record_async, tool};
/// use std::time::Duration;
///
/// #[tool(default = internal)]
/// async fn slow(n: u32) {
///     tokio::time::sleep(Duration::from_secs(60)).await;
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let patience = Duration::from_millis(1);
/// let recorded = record_async(async { tokio::time::timeout(patience, slow(1)).await }).await;
/// assert!(recorded.result.is_err());
/// recorded.assert_outcome("slow", Outcome::Cancelled);
/// # }
/// ```
///
/// # Panics
///
/// If another tracer provider or snapshot sink is installed in this process.
pub async fn record_async<F: Future>(future: F) -> Recorded<F::Output> {
    let recording = Recording::start();
    let result = {
        // Dropped before the recording is finished: what it still holds ends its spans.
        let mut future = pin!(future);
        poll_fn(|task| recording.within(|| future.as_mut().poll(task))).await
    };
    recording.finish(result)
}
