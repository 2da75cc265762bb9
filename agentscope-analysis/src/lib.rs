//! Read recorded agent sessions: put spans and log records together as a tree of agents, tool
//! calls and inferences, and show that tree to a person or to a program.
//!
//! The input is OpenTelemetry data ([`SpanRecord`], [`LogRecord`]), whoever emitted it; nothing
//! here does I/O.
//!
//! ```
//! use agentscope_analysis::{Session, SpanRecord, TreeOptions};
//!
//! let session_span = SpanRecord::new(1, 1, "invoke_workflow refunds")
//!     .with("agentscope.layer", "session")
//!     .with("agentscope.outcome", "ok");
//! let call = SpanRecord::new(1, 2, "execute_tool get_balance")
//!     .child_of(1)
//!     .with("agentscope.layer", "tool")
//!     .with("gen_ai.tool.name", "get_balance")
//!     .with("agentscope.outcome", "ok");
//! let session = Session::new("s-1", vec![session_span, call], Vec::new());
//! assert_eq!(session.totals.tools, 1);
//! assert!(session.tree(&TreeOptions::default()).contains("get_balance"));
//! ```

mod content;
mod facts;
mod fold;
mod link;
mod node;
mod record;
mod session;
mod snapshot;
mod text;
mod totals;
mod trajectory;
mod tree;

pub use content::{carries_content, is_content};
pub use facts::{Facts, Scalar, is_fact};
pub use node::{Layer, Node};
pub use record::{Attributes, Link, LogRecord, SpanEvent, SpanKind, SpanRecord, Status, Value};
pub use session::{Session, Totals};
pub use snapshot::{Snapshot, level_of_log};
pub use trajectory::{Trajectory, TrajectoryCall, TrajectoryKind, TrajectoryLabel, TrajectoryStep};
pub use tree::TreeOptions;
