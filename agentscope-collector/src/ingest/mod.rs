//! Take OTLP in: assign every record to its session, hide what others recorded of people's words,
//! store it, and account for it.
//!
//! [`Ingest`] is what the server and a program's own pipeline feed alike. Nothing that it has
//! accepted is lost, and nothing is dropped without a number: see [`Ingest::accounts`].
//!
//! # Whose session
//!
//! A record belongs to the session that it names; else to that of its trace, as far as another
//! record of the trace has named one; else to the trace's own ([`SessionId::of_trace`]), and to the
//! right one as soon as that is known. A log record that has neither a session nor a trace is
//! refused.
//!
//! # What other libraries recorded
//!
//! Records of agentscope's runtime are redacted by class where they are made, and pass as they are.
//! Of those of other libraries nobody has said the class, so prompts, completions, arguments,
//! results, bodies of logs and messages of errors count as confidential: a store shows
//! `[confidential]`, and the words go to the payload sink
//! ([`agentscope_runtime::set_payload_sink`]) if there is one, else nowhere; [`Content`] opens that,
//! where somebody answers for it. Everything else in them passes the scrubber, which finds e-mail addresses, card numbers, credentials and the like. A
//! record counts as the runtime's where it says so, by its instrumentation scope and its layer or
//! event; who says so without cause shows no other values than those of the tenant whose token they
//! hold, and only under names that the runtime writes.
//!
//! # Accounting
//!
//! For each tenant and signal, at every moment:
//! `received = stored + sampled_out + refused + failed + pending`. A record that was there already
//! counts as refused, with the reason `duplicate`; the sender is not told, for to it all is well.

mod answer;
mod assembly;
mod bound;
mod conceal;
mod gate;
mod intake;
#[cfg(any(feature = "server", test))]
pub(crate) mod json;
mod ledger;
mod limits;
mod line;
mod metrics;
mod recent;
mod record;
mod seen;
mod share;
mod tap;
mod traces;
mod tree;
mod upkeep;
mod work;

pub use answer::{Answer, Sender};
pub use gate::InFlight;
pub use ledger::Reason;
#[cfg(feature = "server")]
pub(crate) use ledger::Signal;
pub use limits::{Content, Limits};
pub use line::LineError;
#[cfg(feature = "server")]
pub(crate) use metrics::{each_labels, points};
#[cfg(feature = "server")]
pub(crate) use tap::{Send, Tap};
pub use work::{Clock, Ingest};

#[cfg(doc)]
use crate::store::SessionId;
