//! Let the trace follow the task: through a queue, to another process, and back.

mod context;
pub(crate) mod continued;
mod delegate;
mod delegated;
mod fan;
mod handed;
mod open;
mod remote;
mod reply;
mod state;
mod unrecorded;

pub use context::ContextOption;
pub(crate) use continued::Account;
pub use delegate::{Delegation, DelegationFuture, delegate};
pub(crate) use delegated::{Delegated, Grant, Mode};
pub(crate) use fan::Fan;
pub use handed::{Handed, NotAnswered};
pub(crate) use open::OpenDelegation;
pub use remote::RemoteContext;
pub use reply::Reply;
pub(crate) use state::{DelegationState, Here, path_of};
pub(crate) use unrecorded::SetAsideScope;
