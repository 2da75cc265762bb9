//! What takes a task to a specialist, and brings back the reply.
//!
//! A transport knows nothing of traces: it carries the texts that it is given. What it has to know
//! is how often it has delivered one, because nobody else does. All of these deliver a task again when
//! whoever worked on it is gone.

mod http;
#[cfg(feature = "nats")]
mod nats;
#[cfg(feature = "postgres")]
mod postgres;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::error::DeskError;

pub(crate) const RESEARCH: &str = "research";
pub(crate) const BILLING: &str = "billing";

/// How long an answer may take, redeliveries included.
const PATIENCE: Duration = Duration::from_secs(60);

/// A task as it arrived.
pub(crate) struct Delivery {
    pub(crate) message: String,
    /// How often it was delivered, this time included.
    pub(crate) attempt: u32,
}

/// What is done with a delivery: gives the reply, or nothing where it was no task that may be done. That
/// one is dropped here; a queue of real work had better keep it aside, for a key may only be on its way.
pub(crate) type Work = Arc<dyn Fn(Delivery) -> BoxFuture<'static, Option<String>> + Send + Sync>;

#[derive(Clone)]
pub(crate) enum Transport {
    Http(http::Http),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Postgres),
    #[cfg(feature = "nats")]
    Nats(nats::Nats),
}

impl Transport {
    pub(crate) fn http(at: &[String], listen: Option<SocketAddr>) -> Result<Self, DeskError> {
        http::Http::new(at, listen).map(Self::Http)
    }

    #[cfg(feature = "postgres")]
    pub(crate) async fn postgres(url: &str) -> Result<Self, DeskError> {
        postgres::Postgres::connect(url).await.map(Self::Postgres)
    }

    #[cfg(feature = "nats")]
    pub(crate) async fn nats(url: &str) -> Result<Self, DeskError> {
        nats::Nats::connect(url).await.map(Self::Nats)
    }

    /// Hands a task to a specialist and waits for the reply.
    pub(crate) async fn ask(&self, whom: &str, message: String) -> Result<String, DeskError> {
        let answer = async {
            match self {
                Self::Http(http) => http.ask(whom, message).await,
                #[cfg(feature = "postgres")]
                Self::Postgres(postgres) => postgres.ask(whom, message).await,
                #[cfg(feature = "nats")]
                Self::Nats(nats) => nats.ask(whom, message).await,
            }
        };
        let answer = tokio::time::timeout(PATIENCE, answer).await;
        answer.unwrap_or(Err(DeskError::Timeout {
            seconds: PATIENCE.as_secs(),
        }))
    }

    /// Works on what comes for this name, for ever.
    pub(crate) async fn serve(&self, name: &str, work: Work) -> Result<(), DeskError> {
        match self {
            Self::Http(http) => http.serve(name, work).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => postgres.serve(name, work).await,
            #[cfg(feature = "nats")]
            Self::Nats(nats) => nats.serve(name, work).await,
        }
    }
}
