//! Let the trace follow the task: through a queue, to another process, and back.

mod delegated;
mod remote;

pub(crate) use delegated::{Delegated, Grant, Mode};
pub use remote::RemoteContext;
