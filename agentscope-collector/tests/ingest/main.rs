//! What comes in is stored in the right session, hidden where nobody has said its class, bounded,
//! and accounted for.

mod accounts;
mod hostile;
mod memory;
mod messages;
mod others;
mod sessions;
