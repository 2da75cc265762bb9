//! A server takes what real clients send, tells them what became of it, and is not brought down by
//! what nobody should send.

#[path = "../ingest/flaky.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod flaky;
#[path = "../ingest/messages.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod messages;

mod about;
mod clients;
mod config;
mod connections;
mod endpoint;
mod forward;
mod hostile;
mod large;
mod lost;
mod overload;
mod running;
