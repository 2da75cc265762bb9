//! What comes in is stored in the right session, hidden where nobody has said its class, bounded,
//! and accounted for.

mod accounts;
mod hostile;
#[allow(dead_code, reason = "shared with the tests of the server")]
mod memory;
mod messages;
mod others;
mod sessions;
