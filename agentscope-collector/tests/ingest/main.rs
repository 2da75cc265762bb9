//! What comes in is stored in the right session, hidden where nobody has said its class, bounded,
//! and accounted for.

mod accounts;
#[allow(dead_code, reason = "the tests of the server use the rest")]
mod flaky;
mod hostile;
mod messages;
mod others;
mod sessions;
