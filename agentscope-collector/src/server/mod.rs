//! Take OTLP over the network: gRPC on port 4317, HTTP with protobuf or JSON on port 4318, each
//! with gzip. What `agentscope serve` runs.
//!
//! ```no_run
//! use agentscope_collector::server::{Config, Server, stopped};
//! use agentscope_collector::store::{self, Access};
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let store = store::open("sessions", Access::Write)?;
//! let server = Server::bind(&Config::load()?, store).await?;
//! println!("listening on {} and {}", server.grpc(), server.http());
//! server.run(stopped()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Who may send
//!
//! With `[[tokens]]` in the [`Config`] every request shows one, as `Authorization: Bearer TOKEN`; it
//! says whose the records are. Without tokens everybody may send who can reach the port, so only
//! loopback is listened on then.
//!
//! # What a sender is told
//!
//! | what happened | HTTP | gRPC |
//! |---|---|---|
//! | all of it is stored, or left out by sampling | 200 | `OK` |
//! | some records were refused | 200 with `partial_success` | the same |
//! | too much is at work already | 429, `Retry-After` | `RESOURCE_EXHAUSTED` with `RetryInfo` |
//! | the store cannot be written | 503, `Retry-After` | `UNAVAILABLE` with `RetryInfo` |
//! | the message is too large, or holds too many records | 413 | `INVALID_ARGUMENT` |
//! | it cannot be read | 400 | `INVALID_ARGUMENT` |
//! | no token, or one that nobody knows | 401 | `UNAUTHENTICATED` |
//! | a token of another role | 403 | `PERMISSION_DENIED` |
//!
//! A message that was answered with success survives the end of the process. `GET /healthz` says
//! whether the server runs, and can store (503 where not); `GET /metrics` what it has done, to a token
//! of the role `admin` where there are tokens.

mod about;
mod config;
mod connections;
mod destinations;
mod grpc;
mod http;
mod limits;
mod receive;
mod serve;
mod tokens;
mod weigh;

pub use crate::forward::Audience;
pub use config::{Config, ConfigError, Listen};
pub use serve::{ServeError, Server, stopped};
pub use tokens::{Role, Tokens};
